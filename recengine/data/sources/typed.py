"""Columns of typed formats, as the types that the rest of the program knows."""

from __future__ import annotations

import polars as pl

from recengine.data.table import quoted
from recengine.errors import DataError

_KEPT: tuple[type[pl.DataType], ...] = (
    pl.String,
    pl.Boolean,
    pl.Date,
    pl.Datetime,
    pl.Time,
    pl.Duration,
    pl.Categorical,
    pl.Enum,
    pl.Float64,
)
_KEPT += (pl.Float32, pl.Int64, pl.Int32, pl.Int16, pl.Int8, pl.UInt64, pl.UInt32, pl.UInt16, pl.UInt8)


def plain_columns(name: str, frame: pl.DataFrame) -> pl.DataFrame:
    """The same cells; lists as lists of strings, and whatever is no text, number, truth or time as text.

    Bytes are text where all of a column are UTF-8, else in hexadecimal digits.
    """
    return pl.DataFrame([_plain(name, column) for column in frame.get_columns()])


def _plain(name: str, column: pl.Series) -> pl.Series:
    kind = column.dtype
    if isinstance(kind, _KEPT) or kind == pl.Float16:
        return column.cast(pl.Float32) if kind == pl.Float16 else column
    if isinstance(kind, (pl.List, pl.Array)):
        return _list(column)
    if kind == pl.Struct:
        return column.struct.json_encode().alias(column.name) if kind != pl.Struct([]) else _nothing(column)
    if kind == pl.Null:
        return _nothing(column)
    if kind == pl.Binary:
        try:
            return column.cast(pl.String)
        except pl.exceptions.PolarsError:
            return column.bin.encode("hex")
    try:
        return column.cast(pl.String)
    except pl.exceptions.PolarsError:
        raise DataError(
            f"{name}: the column {quoted(column.name)} holds {kind}, which is no text. Leave it out of the mapping."
        ) from None


def _list(column: pl.Series) -> pl.Series:
    lists = column if isinstance(column.dtype, pl.List) else column.arr.to_list()
    inner = lists.dtype.inner if isinstance(lists.dtype, pl.List) else None
    if inner == pl.Null:
        return lists.cast(pl.List(pl.String))
    if isinstance(inner, pl.Struct):
        return lists.list.eval(pl.element().struct.json_encode())
    if isinstance(inner, pl.List):
        return lists.list.eval(pl.element().cast(pl.List(pl.String)).list.join(", ", ignore_nulls=True))
    return lists.cast(pl.List(pl.String))


def _nothing(column: pl.Series) -> pl.Series:
    return pl.Series(column.name, [None] * column.len(), dtype=pl.String)
