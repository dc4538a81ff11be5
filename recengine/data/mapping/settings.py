"""The settings of a mapping: from text to what they mean, and what is wrong with them."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from typing import Literal, get_args

import polars as pl

from recengine.data.table import quoted
from recengine.errors import DataError

ValueRule = Literal["as-is", "log", "one"]
"""How a value v becomes a weight: v; 1 + ln(1 + v); 1."""
VALUE_RULES: tuple[ValueRule, ...] = get_args(ValueRule)

TimeUnit = Literal["auto", "s", "ms", "us", "ns", "iso", "ymd", "dmy", "mdy"]
"""auto: decided from the cells. s, ms, us, ns: a number since 1970. iso: 2024-01-31T18:05:00+01:00 and its shorter
forms. ymd, dmy, mdy: year, day and month in that order with any of / - . or a blank between, then perhaps a time."""
TIME_UNITS: tuple[TimeUnit, ...] = get_args(TimeUnit)

SEPARATORS = {"comma": ",", "pipe": "|", "semicolon": ";", "space": " ", "slash": "/", "tab": "\t"}
"""Words for what stands between labels."""


def read_rule(text: str) -> ValueRule:
    """The rule of `value.rule`. Raises `DataError`."""
    for rule in VALUE_RULES:
        if text == rule:
            return rule
    raise DataError(f"mapping: value.rule is one of {', '.join(VALUE_RULES)}, got {quoted(text)}. Use one of them.")


def read_unit(text: str) -> TimeUnit:
    """The unit of `time.unit`. Raises `DataError`."""
    for unit in TIME_UNITS:
        if text == unit:
            return unit
    raise DataError(f"mapping: time.unit is one of {', '.join(TIME_UNITS)}, got {quoted(text)}. Use one of them.")


def read_clip(text: str) -> float:
    """The percentile of `value.clip`, in (0, 100]. Raises `DataError`."""
    clip = _number(text)
    if clip is None or not 0 < clip <= 100:
        raise DataError(
            f"mapping: value.clip must be a percentile above 0 and at most 100, got {quoted(text)}. Write 99."
        )
    return clip


def read_weight(key: str, text: str) -> float:
    """The weight of an event type, at least 0. Raises `DataError`."""
    weight = _number(text)
    if weight is None or not 0 <= weight <= 1e6:
        raise DataError(f"mapping: {key} must be a number from 0 to 1,000,000, got {quoted(text)}. Write 3, or 0.")
    return weight


def read_zone(text: str) -> str:
    """The IANA name of `time.zone`. Raises `DataError`."""
    try:
        pl.Series([0]).cast(pl.Datetime("us")).dt.replace_time_zone(text)
    except pl.exceptions.PolarsError:
        raise DataError(
            f"mapping: time.zone {quoted(text)} is no time zone. Write an IANA name such as Europe/Berlin or UTC."
        ) from None
    return text


def read_separator(text: str) -> str:
    """The characters that a word such as `pipe` stands for, or the characters themselves."""
    return SEPARATORS.get(text, text)


def read_bins(key: str, text: str) -> tuple[float, ...]:
    """Where groups begin, ascending, as in `18,25,35`. Raises `DataError`."""
    edges = [_number(part) for part in text.split(",")]
    found = [edge for edge in edges if edge is not None]
    ascending = all(low < high for low, high in itertools.pairwise(found))
    if len(found) < len(edges) or not ascending:
        raise DataError(f"mapping: {key} must be ascending numbers, got {quoted(text)}. Write as in 18,25,35.")
    return tuple(found)


def written(number: float) -> str:
    """A number as a setting says it, without loss: `3`, `0.5`."""
    return str(int(number)) if number.is_integer() and abs(number) < 1e15 else repr(number)


def written_bins(edges: Sequence[float]) -> str:
    """Edges as `read_bins` takes them."""
    return ",".join(written(edge) for edge in edges)


def _number(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return number if math.isfinite(number) else None
