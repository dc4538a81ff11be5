"""Times of interactions: from cells of any usual form to seconds since 1970."""

from __future__ import annotations

from typing import Any

import polars as pl

from recengine.data.mapping.moments import Reading, read_moments
from recengine.data.mapping.settings import TimeUnit
from recengine.data.mapping.values import gather_by_code
from recengine.data.table import Cells

_DO = "Fix the cell, leave it empty or choose another time column."
_LATEST = 100_000_000_000
"""Seconds since 1970 in the year 5138. A number past it counts smaller units, and no time lies past it."""
_PER_SECOND = {"s": 1, "ms": 10**3, "us": 10**6, "ns": 10**9}
_WORDS = {"s": "seconds", "ms": "milliseconds", "us": "microseconds", "ns": "nanoseconds"}
_EARLIEST_LIKELY = 100_000_000
"""Seconds since 1970 in March 1973: a smaller number may be of any unit."""
_MISSING = ("", "na", "n/a", "nan", "nat", "null", "none", "\\n")
_DAYS = (19000101, 21001231)
_MOMENTS = (19000101_000000, 21001231_235959)


def parse_times(cells: pl.Series, unit: TimeUnit = "auto", zone: str | None = None) -> Cells:
    """The cells as Int64 seconds since 1970, null where one holds nothing, and where it is bad.

    Numbers are seconds, milliseconds, microseconds or nanoseconds, by `unit` or by the size that most of them have; one
    of another size is bad, so units are never mixed. Whole numbers such as 20240131 are days. Text is ISO 8601 or one
    of the usual ways to write a day, with or without a time of day and an offset; 03/04/2024 is read as the other rows
    say, and bad where none says it. Moments without an offset are of `zone`, an IANA name; None is UTC.
    """
    if isinstance(cells.dtype, (pl.Categorical, pl.Enum)):
        labels = cells.unique().drop_nulls()
        read = parse_times(labels.cast(pl.String), unit, zone)
        bad = gather_by_code(cells, labels, read.bad).fill_null(value=False)
        return Cells(gather_by_code(cells, labels, read.values), bad, read.must, read.do)
    if isinstance(cells.dtype, (pl.Date, pl.Datetime)):
        return _as_cells(cells, _instants(cells.cast(pl.Datetime("us")) if cells.dtype == pl.Date else cells, zone))
    if cells.dtype.is_numeric():
        return _numbers(cells, unit, zone)
    text = cells.cast(pl.String, strict=False)
    whole = text.cast(pl.Int64, strict=False)
    if whole.null_count() == text.null_count():
        return _numbers(whole, unit, zone)
    text = text.str.strip_chars()
    numbers = text.cast(pl.Float64, strict=False)
    if 2 * (numbers.len() - numbers.null_count()) <= text.len() - text.null_count() and unit not in _PER_SECOND:
        return _text(text, unit, zone)
    read = _numbers(numbers, unit, zone)
    bad = read.bad | (numbers.is_null() & ~_are_missing(text))
    return Cells(read.values.alias(cells.name), bad, read.must, read.do)


def _are_missing(text: pl.Series) -> pl.Series:
    return text.is_null() | text.str.to_lowercase().is_in(_MISSING).fill_null(value=True)


def _numbers(cells: pl.Series, unit: TimeUnit, zone: str | None) -> Cells:
    numbers = cells
    if cells.dtype.is_float():
        numbers = pl.select(pl.when(~cells.is_nan()).then(cells)).to_series() if cells.is_nan().any() else cells
    elif cells.dtype == pl.UInt64 or not cells.dtype.is_integer():
        numbers = cells.cast(pl.Float64)
    else:
        numbers = cells.cast(pl.Int64)  # narrow integers cannot be compared with the limits
    if unit in ("auto", "iso", "ymd"):
        days = _written_days(numbers, zone)
        if days is not None:
            return days
    if unit in ("iso", "ymd", "dmy", "mdy"):
        return _text(numbers.cast(pl.String), unit, zone)
    chosen = _usual_unit(numbers) if unit == "auto" else unit
    per_second = _PER_SECOND[chosen]
    # whole numbers stay whole: a float cannot hold nanoseconds
    seconds = numbers // per_second if numbers.dtype.is_integer() else (numbers / per_second).floor()
    sound = seconds.is_between(-_LATEST, _LATEST, closed="none")
    must = f"a time in {_WORDS[chosen]} since 1970"
    if unit == "auto":
        must += ", as most rows have"
        if per_second > 1:
            # in this unit the number would be of 1970 to 1973, in seconds of a usual year
            other = numbers.abs().is_between(_EARLIEST_LIKELY, per_second // 1000 * _LATEST)
            sound = sound & ~other
    bad = numbers.is_not_null() & ~sound.fill_null(value=False)
    do = f"{_DO[:-1]}, or say the unit." if unit == "auto" else _DO
    return _cells(cells.name, seconds.cast(pl.Int64, strict=False), bad, must, do)


def _usual_unit(numbers: pl.Series) -> TimeUnit:
    """The unit that the middle number has by its size."""
    finite = numbers.filter(numbers.is_finite()) if numbers.dtype.is_float() else numbers
    highest: Any = finite.abs().max()
    if highest is None or highest < _LATEST:
        return "s"
    middle: Any = finite.abs().median()
    if middle < _LATEST:
        return "s"
    if middle < _LATEST * 10**3:
        return "ms"
    return "us" if middle < _LATEST * 10**6 else "ns"


def _written_days(numbers: pl.Series, zone: str | None) -> Cells | None:
    """Numbers such as 20240131 or 20240131180500 as days and moments, where all of them are; else None."""
    least, highest = numbers.min(), numbers.max()
    for (low, high), form in ((_DAYS, "%Y%m%d"), (_MOMENTS, "%Y%m%d%H%M%S")):
        if isinstance(least, (int, float)) and isinstance(highest, (int, float)) and low <= least <= highest <= high:
            whole = numbers.cast(pl.Int64)
            moments = whole.cast(pl.String).str.to_datetime(form, strict=False, time_unit="us")
            if moments.null_count() == numbers.null_count() and (whole == numbers).all():
                return _as_cells(numbers, _instants(moments, zone))
    return None


def _text(text: pl.Series, unit: TimeUnit, zone: str | None) -> Cells:
    read: Reading = read_moments(text, unit)
    seconds = _instants(read.local, zone).dt.epoch("s")
    if read.offset is not None:
        utc = read.local.dt.epoch("s") - read.offset
        seconds = pl.select(pl.coalesce(utc, seconds)).to_series()
    bad = seconds.is_null()
    if bad.any():
        bad = bad & ~_are_missing(text)
    return _cells(text.name, seconds, bad, read.must, read.do or _DO)


def _instants(moments: pl.Series, zone: str | None) -> pl.Series:
    """Local moments as moments of UTC; those with a zone of their own keep it.

    Of an hour that comes twice the first; in an hour that is left out the clock before the change goes on (PEP 495).
    """
    own = moments.dtype.time_zone if isinstance(moments.dtype, pl.Datetime) else None
    if own is not None or zone is None:
        return moments
    there = moments.dt.replace_time_zone(zone, ambiguous="earliest", non_existent="null")
    if there.null_count() > moments.null_count():
        later = moments.dt.offset_by("1h").dt.replace_time_zone(zone, ambiguous="earliest", non_existent="null")
        there = there.fill_null(later)
    return there


def _as_cells(cells: pl.Series, moments: pl.Series) -> Cells:
    seconds = moments.dt.epoch("s")
    bad = cells.is_not_null() & ~seconds.is_between(-_LATEST, _LATEST).fill_null(value=False)
    return _cells(cells.name, seconds, bad, "a time before the year 5138", _DO)


def _cells(name: str, seconds: pl.Series, bad: pl.Series, must: str, do: str) -> Cells:
    if bad.any():
        seconds = pl.select(pl.when(~bad).then(seconds)).to_series()
    return Cells(seconds.alias(name), bad, must, do)
