"""The figures of an import, for its report: few, and always there."""

from __future__ import annotations

from recengine.data.dataset import Dataset
from recengine.data.quality.evidence import FEW_POSITIVES, Evidence
from recengine.data.report import Finding


def findings(dataset: Dataset, items_added: int, users_added: int) -> tuple[Finding, ...]:
    """The figures of an import, then the gaps there are. items_added, users_added: ids that no row of theirs has."""
    # nothing here depends on the time of day
    evidence = Evidence(dataset, now=0)
    n_rows, n_users, n_items = evidence.rows.height, dataset.n_users, dataset.n_items
    density = n_rows / (n_users * n_items)
    few = int((evidence.positives_by_user < FEW_POSITIVES).sum())
    unused = int((evidence.by_item == 0).sum())
    silent = int((evidence.by_user == 0).sum())
    no_text = evidence.no_text
    share_positive = float(evidence.rows["positive"].sum()) / n_rows
    dated = len(evidence.times) / n_rows
    tied = evidence.tied_last_events
    general = [
        Finding("density", density, f"{density:.2%} of all user and item pairs have an interaction."),
        Finding("positive", share_positive, f"{share_positive:.0%} of the interactions are positive."),
        Finding("times", dated, f"{dated:.0%} of the interactions have a time."),
    ]
    if tied is not None:
        general.append(Finding("tied-times", tied, f"{tied:.0%} of the users' last two events carry the same time."))
    gaps = [
        Finding("few-positives", few, f"{few:,} of {n_users:,} users have fewer than {FEW_POSITIVES} positives."),
        Finding("users-without-interactions", silent, f"{silent:,} of {n_users:,} users have no interaction."),
        Finding("items-without-interactions", unused, f"{unused:,} of {n_items:,} items have no interaction."),
        Finding(
            "items-not-in-catalogue",
            items_added,
            f"{items_added:,} of {n_items:,} items are missing in the table of items.",
        ),
        Finding(
            "users-not-in-table",
            users_added,
            f"{users_added:,} of {n_users:,} users are missing in the table of users.",
        ),
        Finding("items-without-text", no_text, f"{no_text:,} of {n_items:,} items have no text to go by."),
    ]
    return (*general, *(gap for gap in gaps if gap.value))


def notes_on_times(dataset: Dataset) -> tuple[str, ...]:
    """How equal times are decided, where there are any."""
    tied = Evidence(dataset, now=0).tied_last_events
    if not tied:
        return ()
    return (f"{tied:.0%} of the users' last two events carry the same time; such ties go by the order of the file.",)
