"""Scores that another system gave to pairs of users and items, and what they cover."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from recengine.arrays import Positions, Scores
from recengine.data.dataset import Dataset
from recengine.data.fingerprint import table_fingerprint
from recengine.data.table import quoted
from recengine.errors import DataError
from recengine.storage import load_entry, save_entry

KIND = "scores"


@dataclass(frozen=True)
class ScoreTable:
    """frame: `user` and `item` String, ids verbatim, `score` Float32, finite, higher is better; each pair once, sorted.

    rows_read: data rows. dropped: rows left out, by reason. repeats: rows that gave way to a later one of the same
    pair. from_ranks: whether the file had no scores, so that score = -rank.
    """

    name: str
    frame: pl.DataFrame
    rows_read: int = 0
    dropped: Mapping[str, int] = field(default_factory=dict)
    repeats: int = 0
    from_ranks: bool = False

    @cached_property
    def fingerprint(self) -> str:
        """SHA-256 (hex) over the pairs and their scores."""
        return table_fingerprint("scores 1", self.frame)

    def pairs(self, dataset: Dataset) -> tuple[Positions, Positions, Scores]:
        """Users, items and scores of the pairs that `dataset` knows, by user, then item."""
        known = (
            self.frame.join(_positions(dataset.users, "user"), on="user", how="inner")
            .join(_positions(dataset.items, "item"), on="item", how="inner")
            .sort("at_user", "at_item")
        )
        return known["at_user"].to_numpy(), known["at_item"].to_numpy(), known["score"].to_numpy()


@dataclass(frozen=True)
class Coverage:
    """What a table of scores says of a dataset.

    users, items: of the dataset, how many have a score at all; their shares in [0, 1]. pairs: scores that can be used.
    items_a_user: mean over the users with a score. unknown_users, unknown_items: ids of the table that the dataset
    has not; unknown_pairs: rows that are lost by either.
    """

    pairs: int
    users: int
    share_of_users: float
    items: int
    share_of_catalogue: float
    items_a_user: float
    unknown_users: int
    unknown_items: int
    unknown_pairs: int

    def to_json(self) -> dict[str, Any]:
        """Plain values under the names of the fields."""
        return asdict(self)


def measure_coverage(table: ScoreTable, dataset: Dataset) -> Coverage:
    """What `table` says of `dataset`. Raises `DataError` where it knows none of the pairs."""
    users, items, scores = table.pairs(dataset)
    if not scores.size:
        raise DataError(
            f'{table.name}: no row has a user and an item of "{dataset.name}". Ids are taken verbatim: it has the '
            f"user {quoted(table.frame['user'][0])} and the item {quoted(table.frame['item'][0])}, the dataset for "
            f"example {quoted(dataset.user_ids[0])} and {quoted(dataset.item_ids[0])}. Write them alike."
        )
    n_users, n_items = np.unique(users).size, np.unique(items).size
    return Coverage(
        pairs=int(scores.size),
        users=n_users,
        share_of_users=n_users / dataset.n_users,
        items=n_items,
        share_of_catalogue=n_items / dataset.n_items,
        items_a_user=scores.size / n_users,
        unknown_users=_unknown(table.frame["user"], dataset.users["id"]),
        unknown_items=_unknown(table.frame["item"], dataset.items["id"]),
        unknown_pairs=table.frame.height - int(scores.size),
    )


def store_scores(folder: Path, table: ScoreTable) -> None:
    """Write `table` as an entry. Raises `StoreError`."""
    settings = {
        "name": table.name,
        "rows_read": table.rows_read,
        "dropped": dict(table.dropped),
        "repeats": table.repeats,
        "from_ranks": table.from_ranks,
    }
    save_entry(folder, kind=KIND, settings=settings, tables={"scores": table.frame})


def stored_scores(folder: Path) -> ScoreTable:
    """What `store_scores` wrote. Raises `StoreError` where it is missing or damaged."""
    entry = load_entry(folder, kind=KIND, mend="Import the scores again.")
    return ScoreTable(frame=entry.tables["scores"], **entry.settings)


def _positions(table: pl.DataFrame, name: str) -> pl.DataFrame:
    return table.select(pl.col("id").alias(name), pl.int_range(pl.len(), dtype=pl.Int32).alias(f"at_{name}"))


def _unknown(ids: pl.Series, known: pl.Series) -> int:
    there = ids.unique()
    return int((~there.is_in(known.implode())).sum())
