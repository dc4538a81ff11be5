"""Users held out of a fit: their latest item tells after each round how well it predicts."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from recengine.arrays import Positions, Scores
from recengine.data import Dataset
from recengine.models.training.curves import HELD_OUT_K
from recengine.ranking import top_k

LEAST_HISTORY = 3
"""Items that a user must have: fewer leave too little to learn from when one is held out."""


@dataclass(frozen=True)
class HeldOut:
    """users (n,) int32, items (n,) int32: the latest positive of each, which `known` lacks.

    known: what is fitted on.
    """

    users: Positions
    items: Positions
    known: Dataset

    def ndcg(self, scores: Scores) -> float:
        """Mean NDCG@10 of the item held out among what its user has not seen; `scores` (n, n_items), written to.

        With one relevant item, 1 / log2(rank + 1) where it is among the ten best, else 0 (Järvelin & Kekäläinen 2002).
        """
        scores[self.known.seen[self.users].nonzero()] = np.nan
        places = top_k(scores, HELD_OUT_K)
        rank = np.arange(2, places.shape[1] + 2)
        return float(((places == self.items[:, None]) / np.log2(rank)).sum(axis=1).mean())


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
