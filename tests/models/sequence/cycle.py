"""Histories whose next item is known: everybody goes round one circle of items."""

from __future__ import annotations

import numpy as np
import polars as pl

from recengine.data import Dataset

N_ITEMS = 30
"""On the circle; one more is there that nobody takes."""
NOBODYS = N_ITEMS
ONCE = 90
"""Took one item."""
NEVER = 91
"""Took none."""
START = 1_000_000_000


def cycle(*, times: bool = True) -> Dataset:
    """92 users, who take 4 to 12 items each from where they start; one takes one, one takes none.

    The rows stand in the order of the catalogue, so that only times tell what came first; without `times` they stand
    in the order of events.
    """
    rng = np.random.default_rng(11)
    lengths = rng.integers(4, 13, size=ONCE + 2)
    lengths[[ONCE, NEVER]] = 1, 0
    users = np.repeat(np.arange(len(lengths)), lengths)
    steps = np.concatenate([np.arange(length) for length in lengths])
    items = (rng.integers(N_ITEMS, size=len(lengths))[users] + steps) % N_ITEMS
    rows = pl.DataFrame(
        {
            "user": users.astype(np.int32),
            "item": items.astype(np.int32),
            "weight": np.ones(len(users), dtype=np.float32),
            "time": pl.Series(START + 60 * steps if times else [None] * len(users), dtype=pl.Int64),
            "positive": np.ones(len(users), dtype=np.bool_),
        }
    )
    names = [f"i{item}" for item in range(N_ITEMS + 1)]
    catalogue = pl.DataFrame({"id": names, "title": names, "text": [""] * len(names)})
    people = pl.DataFrame({"id": [f"u{user}" for user in range(len(lengths))]})
    ordered = rows.sort("user", "item") if times else rows
    return Dataset("cycle", ordered, catalogue, people, (), (), f"cycle {times}")
