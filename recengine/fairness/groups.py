"""Which groups of users and of items a dataset allows to compare."""

from __future__ import annotations

import re
from collections.abc import Iterable

import numpy as np
import polars as pl

from recengine.data import Attribute, Dataset
from recengine.ranking.popularity import head_items

ACTIVITY = "activity"
POPULARITY = "popularity"
POPULARITY_GROUPS = ("head", "tail", "cold")
UNKNOWN = "unknown"
MAX_GROUPS = 60
"""An attribute with more values than this names rather than groups: a zip code, a director."""


def user_groupings(dataset: Dataset) -> dict[str, pl.Series]:
    """Group of each user by attribute: Series of String, (n_users,), without nulls.

    Every category attribute with at most `MAX_GROUPS` values, null as "unknown", then `activity`: the quartile of the
    length of the user's training history, equal lengths in the same quartile, so quartiles may differ in size.
    """
    groupings = {
        _free(attribute, ACTIVITY): dataset.users[attribute.name].fill_null(UNKNOWN)
        for attribute in dataset.user_attributes
        if attribute.kind == "category" and dataset.users[attribute.name].n_unique() <= MAX_GROUPS
    }
    return {**groupings, ACTIVITY: _activity(dataset)}


def item_groupings(dataset: Dataset) -> dict[str, pl.Series]:
    """Groups of each item by attribute: Series of List(String), (n_items,), no list empty, no group twice in a list.

    `popularity` (head: the most popular items that together hold four fifths of the training interactions; cold: items
    without any; tail: the rest), then every attribute of one or several categories with at most `MAX_GROUPS` values;
    an item without one is "unknown".
    """
    groupings = {POPULARITY: _popularity(dataset)}
    for attribute in dataset.item_attributes:
        if attribute.kind == "number":
            continue
        column = dataset.items[attribute.name]
        lists = column if attribute.kind == "categories" else pl.select(pl.concat_list(column)).to_series()
        lists = lists.list.drop_nulls().list.unique(maintain_order=True)
        lists = pl.select(
            pl.when(lists.list.len() > 0).then(lists).otherwise(pl.lit([UNKNOWN], dtype=pl.List(pl.String)))
        ).to_series()
        if lists.explode(empty_as_null=False).n_unique() <= MAX_GROUPS:
            groupings[_free(attribute, POPULARITY)] = lists
    return groupings


def in_natural_order(labels: Iterable[str]) -> list[str]:
    """Labels as a reader expects them: by the numbers in them, "Under 18" before "18-24", "unknown" at the end.

    The groups of `popularity` go from head to cold.
    """
    labels = set(labels)
    if labels <= set(POPULARITY_GROUPS):
        return sorted(labels, key=POPULARITY_GROUPS.index)

    def key(label: str) -> tuple[bool, float, float, str]:
        numbers = [float(number) for number in re.findall(r"\d+", label)]
        return (label == UNKNOWN, *((numbers[0], numbers[-1]) if numbers else (np.inf, np.inf)), label)

    return sorted(labels, key=key)


def _free(attribute: Attribute, taken: str) -> str:
    return attribute.name if attribute.name != taken else f"{taken} (column)"


def _activity(dataset: Dataset) -> pl.Series:
    lengths = np.diff(dataset.matrix.indptr)
    quartiles = np.searchsorted(np.quantile(lengths, [0.25, 0.5, 0.75]), lengths) if len(lengths) else lengths
    names = []
    for quartile, name in enumerate(("Q1 least active", "Q2", "Q3", "Q4 most active")):
        inside = lengths[quartiles == quartile]
        names.append(f"{name} ({_range(int(inside.min()), int(inside.max()))})" if len(inside) else name)
    return pl.Series(ACTIVITY, names).gather(quartiles)


def _range(low: int, high: int) -> str:
    return f"{low:,}" if low == high else f"{low:,} to {high:,}"


def _popularity(dataset: Dataset) -> pl.Series:
    popularity = dataset.popularity()
    group = np.select([head_items(popularity), popularity > 0], ["head", "tail"], "cold")
    return pl.select(pl.concat_list(pl.Series(POPULARITY, group, dtype=pl.String))).to_series()
