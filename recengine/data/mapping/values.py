"""Values of interactions: from cells to numbers, from numbers to weights, and which are positive."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import polars as pl

from recengine.data.mapping.settings import ValueRule
from recengine.data.mapping.written_numbers import read_numbers
from recengine.data.table import Cells

LEAST_WEIGHT = 1e-6
"""The weight of a value of 0 or less: the row says "seen", and weights are above 0."""

_DO = "Fix the cell or choose another value column."
_TRUTHS = {"true": 1.0, "yes": 1.0, "y": 1.0, "t": 1.0, "false": 0.0, "no": 0.0, "n": 0.0, "f": 0.0} | {
    "是": 1.0,
    "否": 0.0,
}


class Threshold(NamedTuple):
    """lowest: the lowest positive value; None: every value above 0 is. reason: one sentence for people."""

    lowest: float | None
    reason: str


def parse_values(cells: pl.Series) -> Cells:
    """The cells as Float64 of any sign, null where bad: no number, or one that single precision cannot hold.

    Text is read as numbers (`read_numbers`) or as yes and no, true and false (1 and 0).
    """
    if isinstance(cells.dtype, (pl.Categorical, pl.Enum)):
        labels = cells.unique().drop_nulls()
        read = parse_values(labels.cast(pl.String))
        values = gather_by_code(cells, labels, read.values)
        return Cells(values, values.is_null(), read.must, read.do)
    if cells.dtype.is_numeric() or cells.dtype == pl.Boolean:
        numbers = cells.cast(pl.Float64, strict=False)
    else:
        text = cells.cast(pl.String, strict=False).str.strip_chars()
        numbers = read_numbers(text)
        if numbers.null_count() > text.null_count():
            spoken = text.str.to_lowercase().replace_strict(_TRUTHS, default=None, return_dtype=pl.Float64)
            numbers = numbers.fill_null(spoken)
    if cells.dtype.is_integer() or cells.dtype == pl.Boolean:
        bad = numbers.is_null()
    else:
        # checked as what they are stored as: 1e39 is finite only in double precision
        bad = ~numbers.cast(pl.Float32, strict=False).is_finite().fill_null(value=False)
        if bad.any():
            numbers = pl.select(pl.when(~bad).then(numbers)).to_series()
    return Cells(numbers.alias(cells.name), bad, "a number", _DO)


def gather_by_code(cells: pl.Series, labels: pl.Series, read: pl.Series) -> pl.Series:
    """What was read of each cell of a Categorical or Enum column; labels: its distinct cells, read: what of each."""
    codes = labels.to_physical().to_numpy()
    # a code without a cell is never asked for
    places = np.zeros(int(codes.max(initial=0)) + 1, dtype=np.uint32)
    places[codes] = np.arange(codes.size, dtype=np.uint32)
    found = pl.Series(places).gather(cells.to_physical())
    return read.gather(found).alias(cells.name)


def weights_of(values: pl.Series, rule: ValueRule = "as-is", clip: float | None = None) -> pl.Series:
    """The weight of each value v, Float64, at least `LEAST_WEIGHT`; null where the value is.

    clip: values above this percentile of all values are cut to it first. Then as-is: v; log: 1 + ln(1 + v), the
    confidence of Hu, Koren and Volinsky (2008, ICDM) with alpha = epsilon = 1; one: 1. A value of 0 or less weighs
    `LEAST_WEIGHT` except under "one": such a row is seen, not liked (`are_positive`).
    """
    if rule == "one":
        return pl.select(pl.when(values.is_not_null()).then(pl.lit(1.0))).to_series().alias(values.name)
    if clip is not None:
        highest: Any = values.quantile(clip / 100, interpolation="linear")
        values = values.clip(upper_bound=highest)
    if rule == "log":
        values = pl.select(pl.when(values > 0).then(1 + values.log1p()).otherwise(values)).to_series()
    return values.clip(lower_bound=LEAST_WEIGHT)


def are_positive(values: pl.Series, lowest: float | None) -> pl.Series:
    """Where a value is a sign of liking, Boolean: above 0 and, where there is one, at least `lowest`."""
    positive = values > 0
    return positive if lowest is None else positive & (values >= lowest)


def propose_threshold(values: pl.Series, rule: ValueRule = "as-is") -> Threshold:
    """From which value on a row is positive, by the scale that the values look like. Nulls do not count.

    4 of 5, 3.5 where there are half stars, 8 of 10, 80 of 100, 1 of 0 and 1. None for counts, play time and whatever
    else is no known scale, nor where `rule` says that the values are counts or play times.
    """
    if rule == "log":
        return Threshold(None, "The values are counts or play times, so every value above 0 counts.")
    highest: Any = values.max()
    if highest is None:
        return Threshold(None, "There are no values, so every row is positive.")
    if highest not in (1, 5, 10, 100):
        return Threshold(None, f"Values up to {highest:g} are no scale of ratings, so every value above 0 counts.")
    counts = values.drop_nulls().value_counts().rename({values.name: "value"}).sort("value")
    least: Any = counts["value"].min()
    below = " Values of 0 or less mean seen, not liked." if least <= 0 else ""
    scale = counts.filter(pl.col("value") > 0)
    if highest == 1:
        if scale.height == 1 and least < 1:
            return Threshold(1.0, "The values are 0 and 1: 1 is positive, 0 means seen, not liked.")
        reach = "Every value is 1" if scale.height == 1 else "The values reach from 0 to 1"
        return Threshold(None, f"{reach}, so every value above 0 counts.")
    if scale.height < 3 or _fall_like_counts(scale):
        return Threshold(None, "The values look like counts, so every value above 0 counts.")
    whole = bool((scale["value"] % 1 == 0).all())
    halves = bool((scale["value"] * 2 % 1 == 0).all())
    if highest == 5 and whole:
        return Threshold(4.0, f"Whole stars up to 5: from 4 on.{below}")
    if highest == 5 and halves:
        return Threshold(3.5, f"Half stars up to 5: from 3.5 on.{below}")
    if highest == 10 and halves:
        return Threshold(8.0, f"Ratings up to 10: from 8 on.{below}")
    middle: Any = values.median()
    if highest == 100 and whole and scale.height >= 5 and middle >= 40:
        return Threshold(80.0, f"Ratings up to 100: from 80 on.{below}")
    return Threshold(None, f"Values up to {highest:g} with fractions are no scale, so every value above 0 counts.")


def _fall_like_counts(scale: pl.DataFrame) -> bool:
    """Whole numbers from 1, more than half of them 1, each rarer than the one before."""
    falling = bool((scale["count"].cast(pl.Int64).diff().drop_nulls() < 0).all())
    return falling and scale["value"][0] == 1 and scale["count"][0] * 2 > scale["count"].sum()
