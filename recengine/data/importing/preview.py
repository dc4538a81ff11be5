"""The first rows of a table as a mapping reads them, with a mark where a cell cannot be read."""

from __future__ import annotations

from typing import Literal

import polars as pl

from recengine.data.entities import Numbers, read_items, read_users
from recengine.data.mapping import (
    ColumnMapping,
    are_positive,
    parse_times,
    parse_values,
    propose_threshold,
    weigh_events,
    weights_of,
)
from recengine.data.sources import TableKind
from recengine.data.table import Cells, Table, quoted

MARK = "⚠"
"""What a cell that cannot be read begins with; the reason follows."""


def preview(
    mapping: ColumnMapping,
    kind: TableKind,
    table: Table,
    rows: int = 20,
    *,
    positive_from: float | Literal["auto"] | None = "auto",
) -> pl.DataFrame:
    """The first `rows` of `table` as they will be read, all as text, empty where there is nothing.

    interactions: user, item and, where they are mapped, value, event, weight, positive, time (ISO, UTC), session.
    items: id, title, text (as composed), image, then the attributes, labels with ` | ` between. users: id, then the
    attributes with their groups. A cell that cannot be read is `⚠ "five" must be a number`. What depends on many rows
    (units, orders of days, percentiles, the threshold) is decided by all the rows of `table`, so give a sample of some
    thousand. Raises nothing for what the cells hold.
    """
    if kind == "interactions":
        columns = _interactions(mapping, table, positive_from)
    elif kind == "items":
        columns = _items(mapping, table)
    else:
        columns = _users(mapping, table)
    return pl.DataFrame([column.alias(name) for name, column in columns.items()]).head(rows)


def _interactions(
    mapping: ColumnMapping, table: Table, positive_from: float | Literal["auto"] | None
) -> dict[str, pl.Series]:
    columns = {"user": _id(table, mapping.user), "item": _id(table, mapping.item)}
    values = pl.repeat(1.0, table.frame.height, dtype=pl.Float64, eager=True).alias("value")
    if mapping.value is not None:
        cells = parse_values(table.frame[mapping.value])
        values = cells.values
        columns["value"] = _marked(_number(values), cells, table.frame[mapping.value])
    left_out = pl.repeat(value=False, n=table.frame.height, dtype=pl.Boolean, eager=True)
    if mapping.event is not None:
        events = weigh_events(table.frame[mapping.event], mapping.event_weights)
        columns["event"] = _text(table, mapping.event)
        values, left_out = values * events.weights, events.weights == 0
    if mapping.value is not None or mapping.event is not None:
        lowest = None if positive_from == "auto" else positive_from
        if positive_from == "auto" and mapping.event is None:
            # weights of types are no scale of ratings
            lowest = propose_threshold(values, mapping.value_rule).lowest
        weights = weights_of(values, mapping.value_rule, mapping.value_clip)
        positive = are_positive(values, lowest)
        said = {True: "yes", False: "no"}
        columns["weight"] = _or(left_out, "left out", _number(weights))
        columns["positive"] = _or(
            left_out, "left out", positive.replace_strict(said, default="", return_dtype=pl.String)
        )
    if mapping.time is not None:
        cells = parse_times(table.frame[mapping.time], mapping.time_unit, mapping.time_zone)
        moments = pl.from_epoch(cells.values, "s").dt.strftime("%Y-%m-%dT%H:%M:%SZ")
        columns["time"] = _marked(moments, cells, table.frame[mapping.time])
    if mapping.session is not None:
        columns["session"] = _text(table, mapping.session)
    return columns


def _items(mapping: ColumnMapping, table: Table) -> dict[str, pl.Series]:
    numbers = Numbers(table, tolerated=1.0)
    _, frame = read_items(numbers, mapping)
    sources = {one.name: one.column for one in mapping.item_attributes if one.kind == "number"}
    if mapping.item_year is not None:
        sources.setdefault("year", mapping.item_year)
    columns = {} if mapping.item_id is None else {"id": _id(table, mapping.item_id)}
    return columns | _written(frame, numbers, sources)


def _users(mapping: ColumnMapping, table: Table) -> dict[str, pl.Series]:
    numbers = Numbers(table, tolerated=1.0)
    _, frame = read_users(numbers, mapping)
    sources = {one.name: one.column for one in mapping.user_attributes if one.kind == "number"}
    if mapping.user_age is not None:
        sources.setdefault("age", mapping.user_age)
    columns = {} if mapping.user_id is None else {"id": _id(table, mapping.user_id)}
    return columns | _written(frame, numbers, sources)


def _written(frame: pl.DataFrame, numbers: Numbers, sources: dict[str, str]) -> dict[str, pl.Series]:
    """Each column as text, marks where `numbers` could not read a cell. sources: the column of each number."""
    columns = {}
    for column in frame.iter_columns():
        if isinstance(column.dtype, pl.List):
            columns[column.name] = column.list.join(" | ").fill_null("")
        elif column.name in sources:
            source = sources[column.name]
            columns[column.name] = _marked(_number(column), numbers.cells[source], numbers.table.frame[source])
        else:
            columns[column.name] = column.cast(pl.String).fill_null("")
    return columns


def _id(table: Table, column: str) -> pl.Series:
    ids = table.ids(column)
    return ids.fill_null(f"{MARK} no id: the row is left out")


def _text(table: Table, column: str) -> pl.Series:
    return table.frame[column].cast(pl.String, strict=False).fill_null("")


def _number(numbers: pl.Series) -> pl.Series:
    """Numbers as people write them: at most four digits behind the point, none of them 0."""
    return numbers.round(4).cast(pl.String).str.strip_suffix(".0").fill_null("")


def _or(mask: pl.Series, text: str, otherwise: pl.Series) -> pl.Series:
    return pl.select(pl.when(mask).then(pl.lit(text)).otherwise(otherwise)).to_series()


def _marked(read: pl.Series, cells: Cells, source: pl.Series) -> pl.Series:
    """`read`, with the mark, the cell and what it must be where it is bad."""
    read = read.fill_null("")
    places = cells.bad.arg_true()
    if places.is_empty():
        return read
    hint = f" {cells.do}" if cells.do.startswith("Say ") else ""
    marks = [f"{MARK} {quoted(cell)} must be {cells.must}.{hint}" for cell in source.gather(places.head(_MOST_MARKS))]
    read = read.scatter(places, MARK)
    return read.scatter(places.head(_MOST_MARKS), marks)


_MOST_MARKS = 1000
"""Rows of a preview are few; a sample may hold more bad cells than anybody sees."""
