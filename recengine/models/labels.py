"""Labels of the rows of a user table or a catalogue, one below the other."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from recengine.data import Attribute

LABEL = ("attribute", "label")
"""What names a label: two attributes may have one of the same text."""


def exploded_labels(table: pl.DataFrame, attributes: Sequence[Attribute]) -> pl.DataFrame:
    """Every label of every row once: `row` UInt32, `attribute`, `label`; of the attributes that are no numbers.

    An attribute that `table` lacks has no labels.
    """
    parts = []
    for one in attributes:
        if one.kind == "number" or one.name not in table.columns:
            continue
        cells = table.select(pl.int_range(pl.len(), dtype=pl.UInt32).alias("row"), pl.col(one.name).alias("label"))
        if one.kind == "categories":
            cells = cells.cast({"label": pl.List(pl.String)}).explode("label")
        parts.append(cells.select("row", pl.lit(one.name).alias("attribute"), pl.col("label").cast(pl.String)))
    schema = {"row": pl.UInt32, "attribute": pl.String, "label": pl.String}
    return pl.concat(parts).drop_nulls().unique(maintain_order=True) if parts else pl.DataFrame(schema=schema)
