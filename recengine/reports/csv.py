"""CSV in two flavours: for reading in a spreadsheet, and as data with every id verbatim."""

from __future__ import annotations

import codecs

import polars as pl

# OWASP, "CSV Injection": what makes a spreadsheet take a text cell for a formula; the last four are full-width forms
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")


def csv_for_reading(frame: pl.DataFrame) -> bytes:
    """UTF-8 with byte order mark, so that spreadsheets show every script; no text cell can act as a formula.

    Text cells and headings that start with one of `FORMULA_STARTS` get a leading apostrophe. Numbers are untouched; an
    undefined one (NaN) is an empty cell.
    """
    safe = frame.with_columns(
        pl.col(pl.Float32, pl.Float64).fill_nan(None), *(_neutral(name) for name in _text_columns(frame))
    ).rename({name: f"'{name}" for name in frame.columns if name.startswith(FORMULA_STARTS)})
    return codecs.BOM_UTF8 + safe.write_csv().encode()


def csv_data(frame: pl.DataFrame) -> bytes:
    """UTF-8 without byte order mark; every cell verbatim, floats with as many digits as read back the same number."""
    return frame.write_csv().encode()


def _text_columns(frame: pl.DataFrame) -> list[str]:
    return [name for name, kind in frame.schema.items() if kind in (pl.String, pl.Categorical, pl.Enum)]


def _neutral(name: str) -> pl.Expr:
    text = pl.col(name).cast(pl.String)
    acts = pl.any_horizontal(text.str.starts_with(start) for start in FORMULA_STARTS)
    return pl.when(acts).then(pl.concat_str(pl.lit("'"), text)).otherwise(text).alias(name)
