"""Cells as databases give them, as the types that tables have here.

Numbers without end (NUMERIC, DECIMAL, HUGEINT) become Int64 where all are whole and fit, else Float64; times with a
zone Datetime in UTC; UUID, JSON, intervals, times of day, enums and records text; bytes text where they are UTF-8, else
hexadecimal digits.
"""

from __future__ import annotations

import datetime
import decimal
import json
from collections.abc import Sequence
from typing import Any

import polars as pl

_WHOLE = (pl.Int128, pl.UInt128)
_DAY = datetime.datetime.min.time()


def settled(frame: pl.DataFrame) -> pl.DataFrame:
    """Every column in a type that tables have here. A column of nothing keeps the type Null."""
    return pl.DataFrame([_settled(column) for column in frame.get_columns()])


def number_or_text(column: pl.Series) -> pl.Series:
    """Numbers that came as text: Int64 where all are whole and fit, else Float64."""
    whole = column.cast(pl.Int64, strict=False)
    if whole.null_count() == column.null_count():
        return whole
    return column.cast(pl.Float64, strict=False)


def column_of(name: str, values: Sequence[Any]) -> pl.Series:
    """A column of the objects that a Python driver gives; kinds that do not go together become text."""
    kinds = set(map(type, values)) - {type(None)}
    if not kinds:
        return pl.Series(name, values, dtype=pl.Null)
    if kinds <= {bytes, bytearray, memoryview}:
        return _settled(pl.Series(name, [None if cell is None else bytes(cell) for cell in values], dtype=pl.Binary))
    if kinds == {bool}:
        return pl.Series(name, values, dtype=pl.Boolean)
    if kinds == {int}:
        try:
            return pl.Series(name, values, dtype=pl.Int64)
        except (OverflowError, TypeError, pl.exceptions.PolarsError):
            return _texts(name, values)
    if kinds <= {int, float}:
        return pl.Series(name, values, dtype=pl.Float64, strict=False)
    if kinds <= {int, float, decimal.Decimal}:
        return number_or_text(_texts(name, values))
    if kinds == {datetime.date}:
        return pl.Series(name, values, dtype=pl.Date)
    if kinds <= {datetime.date, datetime.datetime}:
        return pl.Series(name, list(map(_moment, values)), dtype=pl.Datetime("us"))
    if kinds <= {list, tuple}:
        flat = {type(part) for cell in values if cell is not None for part in cell} - {type(None)}
        if flat <= {str}:
            return pl.Series(name, [None if cell is None else list(cell) for cell in values], dtype=pl.List(pl.String))
    return _texts(name, values)


def _texts(name: str, values: Sequence[Any]) -> pl.Series:
    return pl.Series(name, [None if cell is None else _text(cell) for cell in values], dtype=pl.String)


def _text(cell: Any) -> str:
    if isinstance(cell, dict | list | tuple):
        return json.dumps(cell, ensure_ascii=False, default=str)
    if isinstance(cell, bytes | bytearray | memoryview):
        return bytes(cell).decode("utf-8", errors="replace")
    return str(cell)


def _moment(cell: datetime.date | None) -> datetime.datetime | None:
    if cell is None:
        return None
    moment = cell if isinstance(cell, datetime.datetime) else datetime.datetime.combine(cell, _DAY)
    # those without a zone are taken as UTC, as they are in files
    return moment.astimezone(datetime.UTC).replace(tzinfo=None) if moment.tzinfo else moment


def _settled(column: pl.Series) -> pl.Series:
    kind = column.dtype
    if isinstance(kind, pl.Decimal) or kind in _WHOLE:
        return number_or_text(column.cast(pl.String))
    if isinstance(kind, pl.Datetime):
        return (column.dt.convert_time_zone("UTC") if kind.time_zone else column).dt.cast_time_unit("us")
    if isinstance(kind, pl.Categorical | pl.Enum) or kind == pl.Time:
        return column.cast(pl.String)
    if isinstance(kind, pl.Duration):
        return column.dt.total_microseconds() / 1e6
    if kind == pl.Binary:
        try:
            return column.cast(pl.String)
        except pl.exceptions.PolarsError:
            return column.bin.encode("hex")
    if isinstance(kind, pl.Struct):
        return column.struct.json_encode()
    if isinstance(kind, pl.Array):
        return _settled(column.arr.to_list())
    if isinstance(kind, pl.List) and isinstance(kind.inner, pl.Categorical | pl.Enum | pl.Decimal):
        return column.cast(pl.List(pl.String if not isinstance(kind.inner, pl.Decimal) else pl.Float64))
    return column
