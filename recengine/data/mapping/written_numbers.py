"""Numbers as people and programs write them in text."""

from __future__ import annotations

import polars as pl

_CURRENCY = r"^[$€£¥￥]\s*|\s*[$€£¥￥元]$"
_GROUPED = r"^[+-]?[1-9]\d{0,2}(,\d{3})+(\.\d+)?$"
_DECIMAL_COMMA = r"^[+-]?(\d+|\d{1,3}(\.\d{3})+),\d+$"
_GROUPED_BY_POINTS = r"^[+-]?[1-9]\d{0,2}(\.\d{3})+(,\d+)?$"


def read_numbers(text: pl.Series) -> pl.Series:
    """The cells of a String column as Float64, null where one is no number; outer blanks must be gone.

    A currency sign is left out. A comma is what most cells of the column have it for: the decimal comma (`4,5`,
    `1.200,50`) where at least half of those with a comma cannot be read otherwise, else it groups thousands (`12,500`).
    A cell that fits neither the one nor the other is null, so the two are never mixed.
    """
    numbers = text.cast(pl.Float64, strict=False)
    if numbers.null_count() == text.null_count():
        return numbers
    bare = text.str.replace_all(_CURRENCY, "")
    with_comma = bare.str.contains(",", literal=True)
    decimal = bare.str.contains(_DECIMAL_COMMA)
    surely = decimal & ~bare.str.contains(_GROUPED)
    if surely.any() and 2 * surely.sum() >= with_comma.sum():
        by_points = bare.str.contains(_GROUPED_BY_POINTS)
        whole = pl.when(by_points).then(bare.str.replace_all(".", "", literal=True)).otherwise(bare)
        plain = pl.select(pl.when(decimal | by_points).then(whole).alias("text"))["text"]
        read = plain.str.replace(",", ".", literal=True).cast(pl.Float64, strict=False)
        # where a comma is the point, 1.200 is no fraction
        return read.fill_null(bare.cast(pl.Float64, strict=False))
    grouped = bare.str.contains(_GROUPED)
    joined = pl.select(pl.when(grouped).then(bare.str.replace_all(",", "", literal=True)).otherwise(bare)).to_series()
    return numbers.fill_null(joined.cast(pl.Float64, strict=False))
