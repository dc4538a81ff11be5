"""What the import did to the rows: repeats that it merged, and what it left out."""

from __future__ import annotations

from collections.abc import Iterator

from recengine.data.cleaning import STEPS
from recengine.data.quality import fixes
from recengine.data.quality.evidence import Evidence
from recengine.data.quality.report import QualityFinding
from recengine.data.quality.wording import of_all, quoted_list, verb

MUCH = 0.2


def import_findings(evidence: Evidence) -> Iterator[QualityFinding]:
    """Nothing where the report of the import is not at hand: the dataset has each pair once."""
    yield from _repeats(evidence)
    yield from _left_out(evidence)


def _repeats(evidence: Evidence) -> Iterator[QualityFinding]:
    if "merged_repeats" not in evidence.imported:
        return
    merged = int(evidence.imported["merged_repeats"])
    total = int(evidence.imported.get("rows_read", {}).get("interactions", 0)) or evidence.rows.height + merged
    if not merged:
        yield QualityFinding(
            name="duplicate-events",
            severity="good",
            value=0,
            unit="rows",
            n=total,
            text="No interaction repeats a user and an item.",
            why="So nothing had to be merged.",
        )
        return
    steps = [step["text"] for step in evidence.imported.get("steps", ()) if step["does"] == "merges"]
    yield QualityFinding(
        name="duplicate-events",
        severity="note",
        value=merged,
        unit="rows",
        n=total,
        text=f"{of_all(merged, total, 'interactions')} {verb(merged, 'repeats', 'repeat')} a user and an item and "
        f"{verb(merged, 'was', 'were')} merged.",
        why="Each pair counts once. For ratings the last is right; where every play or purchase counts, add them up.",
        fix=None if any("keep=sum" in text or "keep=max" in text for text in steps) else fixes.sum_repeats(),
    )


def _words(reason: str) -> str:
    """A reason as it is, a step by its name on the pages."""
    kind = STEPS.get(reason.partition(":")[0])
    return reason if kind is None else kind.label


def _left_out(evidence: Evidence) -> Iterator[QualityFinding]:
    """Interactions alone; those of the tables are in the report of the import."""
    reasons = {
        reason: int(count)
        for reason, count in evidence.imported.get("dropped", {}).items()
        if reason.startswith("interactions")
    }
    for step in evidence.imported.get("steps", ()):
        # a step may leave some rows out and change others
        gone = int(step["rows_before"]) - int(step["rows_after"])
        if step["does"] != "merges" and step["table"] == "interactions" and gone:
            reasons[step["text"]] = reasons.get(step["text"], 0) + gone
    gone = sum(reasons.values())
    if not gone:
        return
    total = int(evidence.imported.get("rows_read", {}).get("interactions", 0)) or evidence.rows.height + gone
    listed = [f"{_words(reason)} ({count:,})" for reason, count in sorted(reasons.items(), key=lambda one: -one[1])]
    yield QualityFinding(
        name="rows-left-out",
        severity="warning" if gone > MUCH * total else "note",
        value=gone,
        unit="rows",
        n=total,
        text=f"{of_all(gone, total, 'interactions')} {verb(gone, 'was', 'were')} left out by the import: "
        f"{quoted_list(listed)}.",
        why="Figures are about what is left: if those rows were not like the others, they say less of everybody.",
        facts={"reasons": reasons},
    )
