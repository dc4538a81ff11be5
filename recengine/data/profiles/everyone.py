"""What one user or item is compared with: everyone, counted once for a dataset."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from recengine.arrays import Mask, Positions, Values, read_only
from recengine.data.dataset import Attribute, Dataset
from recengine.data.popularity import head_items
from recengine.data.profiles.bins import TimeBins, ValueBins, time_bins, value_bins
from recengine.data.profiles.lifts import Lifts, NumberShift, compare_groups


@dataclass(frozen=True)
class Groups:
    """The categories of one attribute. Entry e says that row `rows[e]` of the table is in the category
    `labels[codes[e]]`, each pair once; known (n,): whether a row has any category.
    """

    labels: tuple[str, ...]
    rows: Positions
    codes: Positions
    known: Mask

    def count(self, weights: NDArray[np.int64]) -> NDArray[np.int64]:
        """Of each category the sum of `weights` (n,) over its rows, (labels,)."""
        counts = np.bincount(self.codes, weights=weights[self.rows].astype(np.float64), minlength=len(self.labels))
        return counts.astype(np.int64)


@dataclass(frozen=True)
class Everyone:
    """The counts of a whole dataset that profiles compare with.

    starts (n_users + 1,): where each user's interactions begin. events, likes (n_users,): interactions and positives of
    each user. popularity, taken (n_items,): positives and interactions of each item. head (n_items,): the most popular
    items that hold four fifths of the positives. user_percentile (n_users,), item_percentile (n_items,): share of
    users, or items, with at least one interaction that have fewer, ties counted half, in [0, 1]; NaN without any.
    times, values: None where there is nothing to tell.
    """

    dataset: Dataset
    starts: NDArray[np.int64]
    events: NDArray[np.int64]
    likes: NDArray[np.int64]
    popularity: NDArray[np.int64]
    taken: NDArray[np.int64]
    head: Mask
    user_percentile: Values
    item_percentile: Values
    times: TimeBins | None
    values: ValueBins | None
    item_groups: Mapping[str, Groups]
    user_groups: Mapping[str, Groups]

    def compare_items(self, weights: NDArray[np.int64]) -> tuple[Lifts, ...]:
        """Each categorical attribute of the items, among the positives that `weights` (n_items,) counts."""
        return _compare(self.item_groups, weights, self.popularity)

    def compare_users(self, weights: NDArray[np.int64]) -> tuple[Lifts, ...]:
        """Each categorical attribute of the users, among the users that `weights` (n_users,) counts.

        Everyone are the users with a positive.
        """
        return _compare(self.user_groups, weights, (self.likes > 0).astype(np.int64))


def count_everyone(dataset: Dataset) -> Everyone:
    """Count a dataset once; `user_profile` and `item_profile` take it, so that each of them takes no time."""
    rows = dataset.interactions
    user, item, positive = (rows[name].to_numpy() for name in ("user", "item", "positive"))
    events = np.bincount(user, minlength=dataset.n_users)
    taken = np.bincount(item, minlength=dataset.n_items)
    popularity = np.bincount(item[positive], minlength=dataset.n_items)
    return Everyone(
        dataset=dataset,
        starts=read_only(np.concatenate([[0], np.cumsum(events)])),
        events=read_only(events),
        likes=read_only(np.bincount(user[positive], minlength=dataset.n_users)),
        popularity=read_only(popularity),
        taken=read_only(taken),
        head=head_items(popularity),
        user_percentile=read_only(_percentile(events)),
        item_percentile=read_only(_percentile(taken)),
        times=time_bins(rows["time"]),
        values=value_bins(rows["weight"]),
        item_groups=_all_groups(dataset.items, dataset.item_attributes),
        user_groups=_all_groups(dataset.users, dataset.user_attributes),
    )


def number_shifts(
    table: pl.DataFrame, attributes: tuple[Attribute, ...], own: NDArray[np.int64], everyone: NDArray[np.int64]
) -> tuple[NumberShift, ...]:
    """The mean of each number attribute over the rows of `table`, weighed by `own` (n,) and by `everyone` (n,)."""
    shifts = []
    for attribute in attributes:
        if attribute.kind != "number":
            continue
        numbers = table[attribute.name].cast(pl.Float64).fill_null(np.nan).to_numpy()
        known = ~np.isnan(numbers)
        n, total = int(own[known].sum()), int(everyone[known].sum())
        if n and total:
            means = [float(numbers[known] @ part[known] / part[known].sum()) for part in (own, everyone)]
            shifts.append(NumberShift(attribute.name, n, *means))
    return tuple(shifts)


def _compare(groups: Mapping[str, Groups], own: NDArray[np.int64], base: NDArray[np.int64]) -> tuple[Lifts, ...]:
    return tuple(
        compare_groups(
            name, one.labels, one.count(own), int(own[one.known].sum()), one.count(base), int(base[one.known].sum())
        )
        for name, one in groups.items()
        if one.labels
    )


def _all_groups(table: pl.DataFrame, attributes: tuple[Attribute, ...]) -> dict[str, Groups]:
    return {one.name: _groups(table[one.name], one) for one in attributes if one.kind != "number"}


def _groups(column: pl.Series, attribute: Attribute) -> Groups:
    entries = pl.DataFrame({"row": pl.int_range(column.len(), dtype=pl.Int32, eager=True), "label": column})
    if attribute.kind == "categories":
        entries = entries.filter(pl.col("label").list.len() > 0).explode("label")
    entries = entries.drop_nulls("label").unique(maintain_order=True)
    labels = entries["label"].unique().sort()
    codes = entries.join(labels.to_frame().with_row_index("code"), on="label", how="left", maintain_order="left")
    rows = codes["row"].to_numpy()
    known = np.zeros(column.len(), dtype=np.bool_)
    known[rows] = True
    return Groups(tuple(labels), rows, codes["code"].cast(pl.Int32).to_numpy(), known)


def _percentile(counts: NDArray[np.int64]) -> Values:
    active = np.sort(counts[counts > 0])
    if not active.size:
        return np.full(len(counts), np.nan)
    below, upto = (np.searchsorted(active, counts, side=side) for side in ("left", "right"))
    return np.where(counts > 0, (below + upto) / (2 * active.size), np.nan)
