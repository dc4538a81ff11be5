"""Numbers as people and programs write them in text."""

from __future__ import annotations

import polars as pl

_CURRENCY = r"^[$€£¥￥]\s*|\s*[$€£¥￥元]$"
_GROUPED = r"^[+-]?[1-9]\d{0,2}(,\d{3})+(\.\d+)?$"
_DECIMAL_COMMA = r"^[+-]?(\d+|[1-9]\d{0,2}(\.\d{3})+),\d+$"
_GROUPED_BY_POINTS = r"^[+-]?[1-9]\d{0,2}(\.\d{3})+(,\d+)?$"


def read_numbers(text: pl.Series) -> pl.Series:
    """The cells of a String column without outer blanks as Float64, null where one is no number.

    A currency sign is left out. A comma groups thousands (`12,500`), unless the column has decimal commas (`4,5`,
    `1.200,50`): where at least half of its cells with a comma or a point can be read in no other way, and none has a
    decimal point. What does not go with that is null, so `4,5` and `4.5` never stand in one column.
    """
    numbers = text.cast(pl.Float64, strict=False)
    places = (numbers.is_null() & text.is_not_null()).arg_true()
    if places.is_empty():
        return numbers
    # what is written in the usual way is not looked at again
    rest = _bare(text.gather(places))
    grouped = rest.str.contains(_GROUPED)
    surely = rest.str.contains(_DECIMAL_COMMA) & ~grouped
    if surely.any() and _has_decimal_commas(bare := _bare(text), int(surely.sum())):
        return _with_decimal_commas(bare)
    joined = pl.select(pl.when(grouped).then(rest.str.replace_all(",", "", literal=True)).otherwise(rest)).to_series()
    return numbers.scatter(places, joined.cast(pl.Float64, strict=False))


def _bare(text: pl.Series) -> pl.Series:
    return text.str.replace_all(_CURRENCY, "")


def _has_decimal_commas(text: pl.Series, surely: int) -> bool:
    """surely: cells that only a decimal comma makes a number."""
    pointed = text.str.contains(r"^[+-]?\d*\.\d")
    if (pointed & ~text.str.contains(_GROUPED_BY_POINTS)).any():
        return False
    return 2 * surely >= int(text.str.contains("[,.]").sum())


def _with_decimal_commas(text: pl.Series) -> pl.Series:
    """Where a comma is the point, 1.200 is no fraction."""
    grouped = text.str.contains(_GROUPED_BY_POINTS)
    whole = pl.select(pl.when(grouped).then(text.str.replace_all(".", "", literal=True)).otherwise(text)).to_series()
    # 1.5,2 and 1,200,000 stay what no cast reads
    written = whole.str.contains(r"^[+-]?\d+,\d+$")
    plain = pl.select(pl.when(written).then(whole.str.replace(",", ".", literal=True)).otherwise(whole)).to_series()
    return plain.cast(pl.Float64, strict=False)
