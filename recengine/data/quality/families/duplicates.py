"""Repeats of a user and an item, as the import saw them."""

from __future__ import annotations

from collections.abc import Iterator

from recengine.data.quality import fixes
from recengine.data.quality.evidence import Evidence
from recengine.data.quality.report import QualityFinding
from recengine.data.quality.wording import of_all, verb


def duplicate_findings(evidence: Evidence) -> Iterator[QualityFinding]:
    """Nothing where the report of the import is not at hand: the dataset has each pair once."""
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
    yield QualityFinding(
        name="duplicate-events",
        severity="note",
        value=merged,
        unit="rows",
        n=total,
        text=f"{of_all(merged, total, 'interactions')} {verb(merged, 'repeats', 'repeat')} a user and an item and "
        f"{verb(merged, 'was', 'were')} merged.",
        why="Each pair counts once. For ratings the last is right; where every play or purchase counts, add them up.",
        fix=fixes.sum_repeats(),
    )
