"""How much there is: enough users, items and interactions, how dense, how many of them positive."""

from __future__ import annotations

from collections.abc import Iterator

from recengine.data.quality.evidence import Evidence
from recengine.data.quality.report import QualityFinding, Severity
from recengine.data.quality.wording import counted, share_text

MIN_USERS, MIN_ITEMS, MIN_INTERACTIONS = 50, 20, 1_000
DENSE, SPARSE = 0.3, 0.0001


def volume_findings(evidence: Evidence) -> Iterator[QualityFinding]:
    """Counts, density, positives."""
    dataset, n_rows = evidence.dataset, evidence.rows.height
    short = [
        counted(have, what)
        for have, least, what in (
            (dataset.n_users, MIN_USERS, "user"),
            (dataset.n_items, MIN_ITEMS, "item"),
            (n_rows, MIN_INTERACTIONS, "interaction"),
        )
        if have < least
    ]
    whole = (
        f"{counted(n_rows, 'interaction')} of {counted(dataset.n_users, 'user')} "
        f"with {counted(dataset.n_items, 'item')}"
    )
    yield QualityFinding(
        name="size",
        severity="warning" if short else "good",
        value=n_rows,
        unit="rows",
        text=f"{whole}: few, with {', '.join(short)}." if short else f"{whole}.",
        why="With little data the figures of two models differ by chance alone; look at the intervals."
        if short
        else "Enough for models to differ by more than chance; the intervals say by how much.",
    )
    yield _density(evidence)
    yield _positives(evidence)


def _density(evidence: Evidence) -> QualityFinding:
    dataset = evidence.dataset
    density = evidence.rows.height / (dataset.n_users * dataset.n_items)
    severity: Severity = "good"
    why = "In the usual range: users share items, so what one took says something of another."
    if density > DENSE:
        severity = "note"
        why = (
            "Most recommenders expect that people know little of the catalogue; where they took much of it, little "
            "is left to recommend and any list hits."
        )
    elif density < SPARSE:
        severity = "note"
        why = (
            "Users share few items, so methods that compare users or items have little to go by; item text and "
            "popularity weigh more."
        )
    return QualityFinding(
        name="density",
        severity=severity,
        value=density,
        unit="share",
        n=dataset.n_users * dataset.n_items,
        text=f"{density:.2%} of all user and item pairs have an interaction."
        if density >= 0.0001
        else f"{density * 1e6:.3g} of a million user and item pairs have an interaction.",
        why=why,
    )


def _positives(evidence: Evidence) -> QualityFinding:
    share = float(evidence.rows["positive"].mean())  # type: ignore[arg-type]
    lowest = evidence.dataset.positive_from
    if lowest is None:
        return QualityFinding(
            name="positive",
            severity="good",
            value=share,
            unit="share",
            n=evidence.rows.height,
            text="Every interaction counts as positive.",
            why="Right for purchases, plays and views; for ratings choose from which value on one counts as liked.",
        )
    few = share < 0.1
    return QualityFinding(
        name="positive",
        severity="warning" if few else "good",
        value=share,
        unit="share",
        n=evidence.rows.height,
        text=f"{share_text(share)} of the interactions are positive: their value is at least {lowest:g}.",
        why="Models learn what people like from the positives alone; so few leave most of the data unused. "
        "A lower limit would count more of them."
        if few
        else "Models learn from the positives; the others are only kept from being recommended again.",
    )
