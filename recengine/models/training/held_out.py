"""Users held out of a fit: their latest item tells after each round how well it predicts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import polars as pl

from recengine.arrays import Positions, Scores, Values
from recengine.data import Dataset
from recengine.models.training.curves import HELD_OUT_K
from recengine.ranking import top_k

LEAST_HISTORY = 3
"""Items that a user must have: fewer leave too little to learn from when one is held out."""
CELLS_AT_ONCE = 2**24
"""Scores of a block of users, 64 MiB of float32, so that many users held out need no more than few."""


@dataclass(frozen=True)
class HeldOut:
    """users (n,) int32, items (n,) int32: the latest positive of each, which `known` lacks.

    known: what is fitted on.
    """

    users: Positions
    items: Positions
    known: Dataset

    def ndcg(self, score: Callable[[Positions], Scores]) -> float:
        """Mean NDCG@10 of the item held out among what its user has not seen, in [0, 1], higher is better.

        With one relevant item, 1 / log2(rank + 1) where it is among the ten best, else 0 (Järvelin & Kekäläinen 2002).
        score: of m users, (m, n_items) float32, written to; asked for a block of users at a time.
        """
        size = max(1, CELLS_AT_ONCE // self.known.n_items)
        blocks = (slice(start, start + size) for start in range(0, len(self.users), size))
        return float(np.concatenate([self._gains(block, score) for block in blocks]).mean())

    def _gains(self, block: slice, score: Callable[[Positions], Scores]) -> Values:
        users = self.users[block]
        scores = score(users)
        scores[self.known.seen[users].nonzero()] = np.nan
        places = top_k(scores, HELD_OUT_K)
        rank = np.arange(2, places.shape[1] + 2)
        gains: Values = ((places == self.items[block, None]) / np.log2(rank)).sum(axis=1)
        return gains


def hold_out(train: Dataset, n: int, seed: int) -> HeldOut | None:
    """The latest item of `n` users drawn at random, or of all who have enough; None for 0 or where nobody has."""
    users = np.flatnonzero(train.sequences.lengths >= LEAST_HISTORY)
    if not n or not len(users):
        return None
    if len(users) > n:
        users = np.sort(np.random.default_rng(seed).choice(users, n, replace=False))
    items = train.sequences.items[train.sequences.indptr[users + 1] - 1]
    pairs = pl.DataFrame({"user": users.astype(np.int32), "item": items})
    rows = train.interactions.join(pairs, on=["user", "item"], how="anti", maintain_order="left")
    known = train.with_interactions(rows, f"{train.fingerprint}, {n} held out by seed {seed}")
    return HeldOut(users.astype(np.int32), items, known)
