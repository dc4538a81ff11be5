"""The three tables as mapped, before a dataset is made of them: what cleaning looks at and changes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np
import polars as pl
from numpy.typing import NDArray

from recengine.data.entities import guessed_separator
from recengine.data.mapping import ColumnMapping, EventWeights, parse_times, parse_values, weigh_events
from recengine.data.table import Cells, Places, Table, quoted
from recengine.data.vocabulary import are_blank, encode, in_order
from recengine.errors import DataError

UNREADABLE = {"row": pl.UInt32, "column": pl.String, "cell": pl.String, "must": pl.String, "do": pl.String}
"""The columns of `Material.unreadable`."""


def _no_unreadable() -> pl.DataFrame:
    return pl.DataFrame(schema=UNREADABLE)


@dataclass(frozen=True)
class Material:
    """events: one row an interaction of the source, in its order; several hold only what is mapped:

    `user` UInt32 and `item` UInt32 (places in `user_ids` and `item_ids`), `value` Float64 as read, times the weight of
    its type of event (1 where no column is mapped; null where the cell cannot be read), `time` Int64 seconds since
    1970 or null, `event` (String or Categorical) and `session` (String) where they are mapped, `row` UInt32: the row
    in the source's table, from 0.
    user_ids, item_ids: (n,) String, verbatim, each once, in the order of their first interaction; after cleaning some
    may have none left. items, users: the catalogue and the user table as read, or None. source: how messages call the
    interactions. lines: `Table.lines` of the interactions.
    unreadable: the cells of values and times that cannot be read, as they stand in the file; an error when a dataset
    is made, unless cleaning took them out. dropped: rows that could not come in, by reason. rows_read: by table.
    event_weights: what each type of event weighs, empty where none is mapped.
    """

    events: pl.DataFrame
    user_ids: pl.Series
    item_ids: pl.Series
    items: Table | None
    users: Table | None
    mapping: ColumnMapping
    source: str
    lines: NDArray[np.int64] | Places | None = None
    unreadable: pl.DataFrame = field(default_factory=_no_unreadable)
    dropped: Mapping[str, int] = field(default_factory=dict)
    rows_read: Mapping[str, int] = field(default_factory=dict)
    event_weights: Mapping[str, float] = field(default_factory=dict)

    @property
    def origin(self) -> Table:
        """The table of interactions without its cells: it knows where in which file a row is."""
        return Table(self.source, pl.DataFrame(), self.lines)


def make_material(tables: Mapping[str, Table | None], mapping: ColumnMapping) -> Material:
    """The tables ("interactions", and "items" and "users" where they are given) as `mapping` reads them.

    Rows of interactions without a user or an item id, or of a type of event that weighs 0, are left out and counted.
    Cells that are no value or no time are kept apart (`Material.unreadable`). A type of event gives the value, its
    weight, or multiplies the value of the row. Raises `DataError` where no row is left.
    """
    table = tables.get("interactions")
    if table is None:
        raise DataError("interactions: no table of them is given. Give one.")
    table = table.with_whole_ids(mapping.user).with_whole_ids(mapping.item)
    items, users = tables.get("items"), tables.get("users")
    items = None if items is None else items.with_whole_ids(mapping.item_id)
    users = None if users is None else users.with_whole_ids(mapping.user_id)
    given = {"interactions": table, "items": items, "users": users}
    rows_read = {name: one.frame.height for name, one in given.items() if one is not None}
    lines = table.lines
    if items is not None and mapping.separator is None:
        lists = [one.column for one in mapping.item_attributes if one.kind == "categories" and one.separator is None]
        mapping = replace(mapping, separator=guessed_separator(items, lists))
    users_read, items_read = _Ids.of(table, mapping.user), _Ids.of(table, mapping.item)
    events = None if mapping.event is None else weigh_events(table.frame[mapping.event], mapping.event_weights)
    kept, dropped = _usable(users_read.there, items_read.there, events, table.frame.height)
    rows = pl.int_range(table.frame.height, dtype=pl.UInt32, eager=True)
    if kept is not None:
        rows, table = rows.filter(kept), table.keep(kept.to_numpy())
    if rows.is_empty():
        raise DataError(
            f"{table.name}: no row has both a user id in {quoted(mapping.user)} and an item id in "
            f"{quoted(mapping.item)}. Choose other columns or another file."
        )
    user, user_ids = users_read.after(kept)
    item, item_ids = items_read.after(kept)
    value, time, unreadable = _values_and_times(table, mapping, rows)
    if events is not None:
        value = value * (events.weights if kept is None else events.weights.filter(kept))
    columns = [user.alias("user"), item.alias("item"), value.alias("value"), time.alias("time")]
    columns += [
        table.frame[column].alias(name)
        for name, column in (("event", mapping.event), ("session", mapping.session))
        if column is not None
    ]
    columns.append(rows.alias("row"))
    return Material(
        events=pl.DataFrame(columns),
        user_ids=user_ids,
        item_ids=item_ids,
        items=items,
        users=users,
        mapping=mapping,
        source=table.name,
        lines=lines,
        unreadable=unreadable,
        dropped=dropped,
        rows_read=rows_read,
        event_weights={} if events is None else events.by_type,
    )


def unreadable_left(material: Material) -> pl.DataFrame:
    """The rows of `Material.unreadable` whose interaction no step has left out: they are errors of an import."""
    if material.unreadable.is_empty():
        return material.unreadable
    return material.unreadable.join(material.events.select("row"), on="row", how="semi")


def _values_and_times(
    table: Table, mapping: ColumnMapping, rows: pl.Series
) -> tuple[pl.Series, pl.Series, pl.DataFrame]:
    """Values, times, and the cells of the two columns that cannot be read."""
    value = pl.repeat(1.0, rows.len(), dtype=pl.Float64, eager=True)
    time = pl.repeat(None, rows.len(), dtype=pl.Int64, eager=True)
    unreadable = _no_unreadable()
    if mapping.value is not None:
        cells = parse_values(table.frame[mapping.value])
        value, unreadable = cells.values, unreadable.vstack(_unreadable(table, mapping.value, cells, rows))
    if mapping.time is not None:
        cells = parse_times(table.frame[mapping.time], mapping.time_unit, mapping.time_zone)
        time, unreadable = cells.values, unreadable.vstack(_unreadable(table, mapping.time, cells, rows))
    return value, time, unreadable


@dataclass(frozen=True)
class _Ids:
    """codes and vocabulary of a column of ids. there: Boolean by row, where it has one; None where every row has."""

    codes: pl.Series
    vocabulary: pl.Series
    there: pl.Series | None

    @classmethod
    def of(cls, table: Table, column: str) -> _Ids:
        codes, vocabulary = encode(table.frame[column])
        missing = are_blank(vocabulary)
        return cls(codes, vocabulary, ~missing.gather(codes) if missing.any() else None)

    def after(self, kept: pl.Series | None) -> tuple[pl.Series, pl.Series]:
        """Codes and vocabulary of the rows that stay."""
        if kept is None:
            return self.codes, self.vocabulary
        return in_order(self.codes.filter(kept), self.vocabulary)


def _usable(
    has_user: pl.Series | None, has_item: pl.Series | None, events: EventWeights | None, height: int
) -> tuple[pl.Series | None, dict[str, int]]:
    """Boolean, which rows can come in, None where all of them can; and how many cannot, by the first reason."""
    tests: dict[str, pl.Series | None] = {
        "interactions without a user id": has_user,
        "interactions without an item id": has_item,
    }
    if events is not None and 0.0 in events.by_type.values():
        types = ", ".join(quoted(name) for name, weight in events.by_type.items() if weight == 0)
        tests[f"interactions of a type that weighs 0: {types}"] = events.weights > 0
    kept, dropped = None, {}
    for reason, there in tests.items():
        if there is not None:
            good = there if kept is None else kept & there
            before = height if kept is None else int(kept.sum())
            if lost := before - int(good.sum()):
                kept, dropped[reason] = good, lost
    return kept, dropped


def _unreadable(table: Table, column: str, cells: Cells, rows: pl.Series) -> pl.DataFrame:
    return pl.DataFrame(
        {
            "row": rows.filter(cells.bad),
            "column": column,
            "cell": table.frame[column].filter(cells.bad).cast(pl.String),
            "must": cells.must,
            "do": cells.do,
        },
        schema=UNREADABLE,
    )
