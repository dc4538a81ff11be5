"""The three tables as mapped, before a dataset is made of them: what cleaning looks at and changes."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from recengine.data.mapping import ColumnMapping
from recengine.data.table import Table


@dataclass(frozen=True)
class Material:
    """events: one row an interaction of the source, in its order; several hold only what is mapped:

    `user` UInt32 and `item` UInt32 (places in `user_ids` and `item_ids`), `value` Float64 as read (1 where no column is
    mapped), `time` Int64 seconds since 1970 or null, `event` (String or Categorical) and `session` (String) where they
    are mapped, `row` UInt32: the row in the source's table, from 0.
    user_ids, item_ids: (n,) String, verbatim, each once, in the order of their first interaction.
    items, users: the catalogue and the user table as read, or None. source: how messages call the interactions.
    """

    events: pl.DataFrame
    user_ids: pl.Series
    item_ids: pl.Series
    items: Table | None
    users: Table | None
    mapping: ColumnMapping
    source: str
