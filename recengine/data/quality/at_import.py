"""What is worth knowing of a dataset before its numbers are believed."""

from __future__ import annotations

import polars as pl

from recengine.data.dataset import Dataset
from recengine.data.report import Finding

FEW_POSITIVES = 5
"""A user with fewer is hard to learn from and has at most one test item."""


def findings(dataset: Dataset, items_added: int, users_added: int) -> tuple[Finding, ...]:
    """The figures of an import, then the gaps there are. items_added, users_added: ids that no row of theirs has."""
    rows = dataset.interactions
    density = rows.height / (dataset.n_users * dataset.n_items)
    positives = rows.filter("positive").group_by("user").len()
    with_enough = int((positives["len"] >= FEW_POSITIVES).sum())
    few = dataset.n_users - with_enough
    unused = dataset.n_items - rows["item"].n_unique()
    silent = dataset.n_users - rows["user"].n_unique()
    no_text = int((dataset.items["text"] == "").sum())
    share_positive = float(rows["positive"].sum()) / rows.height
    dated = 1 - rows["time"].null_count() / rows.height
    tied = tied_last_events(dataset)
    general = [
        Finding("density", density, f"{density:.2%} of all user and item pairs have an interaction."),
        Finding("positive", share_positive, f"{share_positive:.0%} of the interactions are positive."),
        Finding("times", dated, f"{dated:.0%} of the interactions have a time."),
    ]
    if tied is not None:
        general.append(Finding("tied-times", tied, f"{tied:.0%} of the users' last two events carry the same time."))
    gaps = [
        Finding(
            "few-positives", few, f"{few:,} of {dataset.n_users:,} users have fewer than {FEW_POSITIVES} positives."
        ),
        Finding("users-without-interactions", silent, f"{silent:,} of {dataset.n_users:,} users have no interaction."),
        Finding("items-without-interactions", unused, f"{unused:,} of {dataset.n_items:,} items have no interaction."),
        Finding(
            "items-not-in-catalogue",
            items_added,
            f"{items_added:,} of {dataset.n_items:,} items are missing in the table of items.",
        ),
        Finding(
            "users-not-in-table",
            users_added,
            f"{users_added:,} of {dataset.n_users:,} users are missing in the table of users.",
        ),
        Finding("items-without-text", no_text, f"{no_text:,} of {dataset.n_items:,} items have no text to go by."),
    ]
    return (*general, *(gap for gap in gaps if gap.value))


def tied_last_events(dataset: Dataset) -> float | None:
    """Share in [0, 1], of users with two events or more that have a time, whose last two carry the same one.

    None where no user has two.
    """
    last = pl.col("time").sort().tail(2)
    pairs = dataset.interactions.drop_nulls("time").group_by("user").agg(last.alias("last"))
    pairs = pairs.filter(pl.col("last").list.len() == 2)
    if pairs.is_empty():
        return None
    same = pairs["last"].list.first() == pairs["last"].list.last()
    return float(same.sum()) / pairs.height


def notes_on_times(dataset: Dataset) -> tuple[str, ...]:
    """How equal times are decided, where there are any."""
    tied = tied_last_events(dataset)
    if not tied:
        return ()
    return (f"{tied:.0%} of the users' last two events carry the same time; such ties go by the order of the file.",)
