"""Numbers and years of a catalogue or a table of users, from cells of any usual form."""

from __future__ import annotations

import math

import polars as pl

from recengine.data.mapping.times import parse_times
from recengine.data.mapping.written_numbers import read_numbers
from recengine.data.table import Cells

MISSING: tuple[str, ...] = ("", "na", "n/a", "nan", "null", "none", "\\n", "unknown", "?", "-", "--", "n.a.", "tbd")
MISSING += ("tba", "<na>", "nat", "未知", "不详", "暂无", "无")
"""What stands for "nothing is known" in a column of attributes, in lower case."""

YEAR_IN_BRACKETS = r"[(（\[]\s*(\d{4})\s*(?:[-–][^)）\]]*)?[)）\]]\s*$"  # noqa: RUF001
"""Of a title such as `Heat (1995)` the year, as its one group."""

_YEAR = "a number from 0 to 9999"
_DO = "Fix the cell, leave it empty or do not map the column."


def parse_numbers(cells: pl.Series, low: float = -math.inf, high: float = math.inf) -> Cells:
    """The cells as Float64, null where one says that nothing is known, bad where it is no number in [low, high].

    Text is read by `read_numbers`: `12,500`, `4,5` and `$3` are numbers.
    """
    missing = are_missing(cells)
    if cells.dtype.is_numeric() or cells.dtype == pl.Boolean:
        numbers = cells.cast(pl.Float64, strict=False)
    else:
        text = cells.cast(pl.String, strict=False).str.strip_chars()
        numbers = read_numbers(text)
    sound = (numbers.is_finite() & numbers.is_between(low, high)).fill_null(value=False)
    must = "a number" if math.isinf(high) else f"a number from {low:g} to {high:g}"
    return _cells(cells.name, numbers, sound, missing, must)


def parse_years(cells: pl.Series) -> Cells:
    """The year of each cell as Float64: a number from 1 to 9999 (0 is unknown), a day, or a title that ends in one.

    Titles without a year are null; what else is neither is bad.
    """
    missing = are_missing(cells)
    if not cells.dtype.is_temporal():
        numbers = cells.cast(pl.String, strict=False).str.strip_chars().cast(pl.Float64, strict=False)
        found = numbers.len() - numbers.null_count()
        if cells.dtype.is_numeric() or (found and 2 * found >= (~missing).sum()):
            read = pl.select(pl.when(numbers != 0).then(numbers)).to_series()
            sound = read.is_between(1, 9999).fill_null(value=False)
            return _cells(cells.name, read, sound, missing | (numbers == 0).fill_null(value=False), _YEAR)
        text = cells.cast(pl.String, strict=False)
        if text.str.contains(YEAR_IN_BRACKETS).any():
            years = text.str.extract(YEAR_IN_BRACKETS).cast(pl.Float64, strict=False)
            return _cells(cells.name, years, years.is_not_null(), years.is_null(), _YEAR)
    times = parse_times(cells)
    years = pl.from_epoch(times.values, "s").dt.year().cast(pl.Float64)
    must = f"a day or {_YEAR}" if years.null_count() < years.len() else _YEAR
    return _cells(cells.name, years, ~times.bad, missing | times.values.is_null() & ~times.bad, must)


def are_missing(cells: pl.Series) -> pl.Series:
    """Where a cell says that nothing is known."""
    if cells.dtype.is_float():
        return cells.is_nan().fill_null(value=True)
    if cells.dtype.is_numeric() or cells.dtype.is_temporal() or cells.dtype == pl.Boolean or cells.dtype.is_nested():
        return cells.is_null()
    return cells.cast(pl.String, strict=False).str.strip_chars().str.to_lowercase().is_in(MISSING).fill_null(value=True)


def _cells(name: str, numbers: pl.Series, sound: pl.Series, missing: pl.Series, must: str) -> Cells:
    bad = ~missing & ~sound
    values = pl.select(pl.when(~missing & sound).then(numbers)).to_series()
    return Cells(values.alias(name), bad, must, _DO)
