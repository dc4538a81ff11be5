"""Parts of a profile as plain values."""

from __future__ import annotations

from typing import Any

import polars as pl

from recengine.data.dataset import Attribute


def attribute_values(table: pl.DataFrame, attributes: tuple[Attribute, ...], row: int) -> dict[str, Any]:
    """What one row of a table says: text, list of text or number by attribute; None where it says nothing."""
    values = table.select([one.name for one in attributes]).row(row, named=True) if attributes else {}
    return {name: value if value != [] else None for name, value in values.items()}


def rows_document(frame: pl.DataFrame) -> list[dict[str, Any]]:
    """A row each, by column."""
    return frame.to_dicts()
