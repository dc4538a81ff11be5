"""Events one by one: who, what, how it was rated, and what the user had taken just before."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from recengine.arrays import Mask, Positions, Scores
from recengine.data import Dataset
from recengine.data.sequences import NOTHING


@dataclass(frozen=True)
class Events:
    """n events, those of a user together, oldest first.

    users, items (n,) int32. ratings (n,) float32: the weights. positive (n,): whether it is a sign of liking. before
    (n, r) int32: the latest positives before it, latest first, then `NOTHING`.
    """

    users: Positions
    items: Positions
    ratings: Scores
    positive: Mask
    before: Positions

    @classmethod
    def of(cls, train: Dataset, r: int) -> Events:
        """Every row of `train`, also those that are not positive: a poor rating is a rating."""
        rows = train.interactions.sort("user", "time", nulls_last=False, maintain_order=True)
        users, positive = rows["user"].to_numpy().astype(np.int32), rows["positive"].to_numpy()
        # positives are numbered as in `train.sequences`, which has them in this order
        ends = np.cumsum(positive) - positive
        starts = train.sequences.indptr[:-1][users]
        return cls(
            users,
            rows["item"].to_numpy().astype(np.int32),
            rows["weight"].to_numpy().astype(np.float32),
            positive,
            _before(train.sequences.items, starts, ends, r),
        )

    def __len__(self) -> int:
        """How many."""
        return len(self.users)


def latest_items(train: Dataset, r: int) -> Positions:
    """Of every user the latest positives, latest first, (n_users, r), then `NOTHING`."""
    histories = train.sequences
    return _before(histories.items, histories.indptr[:-1], histories.indptr[1:], r)


def has_ratings(train: Dataset) -> bool:
    """Whether events weigh differently, as ratings do."""
    return bool(train.interactions["weight"].n_unique() > 1)


def has_successors(train: Dataset) -> bool:
    """Whether anybody took an item after another."""
    return bool((train.sequences.lengths >= 2).any())


def _before(items: Positions, starts: NDArray[np.integer], ends: NDArray[np.integer], r: int) -> Positions:
    """Of each stretch of `items` the last r, last first."""
    places = ends[:, None] - 1 - np.arange(r)
    there = places >= starts[:, None]
    out = np.full(places.shape, NOTHING, dtype=np.int32)
    out[there] = items[places[there]]
    return out
