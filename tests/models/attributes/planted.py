"""Generated data in which a user attribute and an item attribute decide together who takes what."""

from __future__ import annotations

import numpy as np
import polars as pl
from numpy.typing import NDArray

from recengine.arrays import Scores
from recengine.data import Attribute, Dataset

KINDS = ("a", "b", "c")
N_USERS, N_ITEMS, N_COLD = 90, 48, 12
COLD = np.arange(N_ITEMS - N_COLD, N_ITEMS)
"""Items without interactions."""
GROUPS: NDArray[np.int64] = np.arange(N_USERS) % len(KINDS)
ITEM_KINDS: NDArray[np.int64] = np.arange(N_ITEMS) % len(KINDS)


def planted(*, said: bool = True) -> Dataset:
    """Every user takes eight warm items of the kind of the own group and one of another.

    All groups and all kinds are alike popular, so no attribute by itself tells anything. said: whether the attributes
    are true, or drawn at random.
    """
    rng = np.random.default_rng(11)
    rows = []
    for user in range(N_USERS):
        own = np.flatnonzero(ITEM_KINDS[: COLD[0]] == GROUPS[user])
        others = np.flatnonzero(ITEM_KINDS[: COLD[0]] != GROUPS[user])
        rows += [(user, item) for item in sorted([*rng.choice(own, 8, replace=False), rng.choice(others)])]
    users, items = np.array(rows, dtype=np.int32).T
    interactions = pl.DataFrame({"user": users, "item": items}).with_columns(
        weight=pl.lit(1.0, pl.Float32), time=pl.lit(None, pl.Int64), positive=True
    )
    groups, kinds = (GROUPS, ITEM_KINDS) if said else (rng.permutation(GROUPS), rng.permutation(ITEM_KINDS))
    catalogue = pl.DataFrame(
        {
            "id": [f"i{item}" for item in range(N_ITEMS)],
            "title": [f"Item {item}" for item in range(N_ITEMS)],
            "text": [""] * N_ITEMS,
            "kind": [KINDS[kind] for kind in kinds],
        }
    )
    people = pl.DataFrame({"id": [f"u{user}" for user in range(N_USERS)], "group": [KINDS[group] for group in groups]})
    attributes = (Attribute("kind", "category"),), (Attribute("group", "category"),)
    return Dataset("planted", interactions, catalogue, people, *attributes, f"planted {said}")


def auc(scores: Scores, groups: NDArray[np.int64], items: NDArray[np.int64]) -> float:
    """Mean over the rows: how often an item of the own kind is above one of another; chance is 0.5."""
    found = []
    for row, group in zip(scores, groups, strict=True):
        own = ITEM_KINDS[items] == group
        above = row[own][:, None] > row[~own]
        level = row[own][:, None] == row[~own]
        found.append(above.mean() + level.mean() / 2)
    return float(np.mean(found))
