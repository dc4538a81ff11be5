"""The catalogue and the user table against the interactions: who and what is missing where."""

from __future__ import annotations

from collections.abc import Iterator

from recengine.data.quality import fixes
from recengine.data.quality.evidence import Evidence
from recengine.data.quality.report import Fix, QualityFinding
from recengine.data.quality.wording import of_all, verb

MUCH = 0.3


def table_findings(evidence: Evidence) -> Iterator[QualityFinding]:
    """Users and items without interactions, and those that their tables do not know."""
    dataset = evidence.dataset
    silent = int((evidence.by_user == 0).sum())
    unused = int((evidence.by_item == 0).sum())
    yield _without(
        "users-without-interactions",
        silent,
        dataset.n_users,
        "users",
        "There is nothing to learn of them: they get what is popular, or what their attributes suggest.",
        fixes.unused_users(),
    )
    yield _without(
        "items-without-interactions",
        unused,
        dataset.n_items,
        "items",
        "Models that learn from who took what can never recommend them; only text and attributes can, and coverage "
        "is measured against them.",
        fixes.unused_items(),
    )
    for name, several, why, fix in (
        (
            "items-not-in-catalogue",
            "items",
            "They have no title, text or attributes: people see an id, and models of content know nothing of them.",
            fixes.unknown_items(),
        ),
        (
            "users-not-in-table",
            "users",
            "They have no attributes, so they are in no group of the fairness audit.",
            fixes.unknown_users(),
        ),
    ):
        added = evidence.imported_figure(name)
        if added:
            total = dataset.n_items if several == "items" else dataset.n_users
            yield QualityFinding(
                name=name,
                severity="warning" if added / total > MUCH else "note",
                value=added,
                unit=several,
                n=total,
                text=f"{of_all(int(added), total, several)} {verb(int(added), 'is', 'are')} missing in their table.",
                why=why,
                fix=fix,
            )


def _without(name: str, found: int, total: int, several: str, why: str, fix: Fix) -> QualityFinding:
    if not found:
        return QualityFinding(
            name=name,
            severity="good",
            value=0,
            unit=several,
            n=total,
            text=f"All {several} have an interaction.",
            why=f"So none of the {several} is cold before the data is cut.",
        )
    return QualityFinding(
        name=name,
        severity="warning" if found / total > MUCH else "note",
        value=found,
        unit=several,
        n=total,
        text=f"{of_all(found, total, several)} {verb(found, 'has', 'have')} no interaction.",
        why=why,
        fix=fix,
    )
