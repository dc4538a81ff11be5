"""Leaving rows out, and what they were: shared by the steps."""

from __future__ import annotations

from dataclasses import replace

import polars as pl

from recengine.data.cleaning.base import SAMPLE_ROWS, Applied
from recengine.data.material import Material
from recengine.errors import DataError

_FIRST_MOMENT, _LAST_MOMENT = -62_135_596_800, 253_402_300_799
"""The years 1 to 9999."""


def leave_out(material: Material, gone: pl.Series, step: str, why: str) -> Applied:
    """Without the interactions where `gone` (Boolean, rows) is true. why: "their item is not in the catalogue".

    Raises `DataError` where nothing would be left.
    """
    rows = material.events
    count = int(gone.sum())
    if count == rows.height:
        raise DataError(
            f"cleaning: {step} leaves no interaction of {material.source} ({why}). Change the step, or leave it out."
        )
    return Applied(
        material=replace(material, events=rows.filter(~gone)) if count else material,
        table="interactions",
        does="leaves out",
        touched=count,
        of=rows.height,
        says=f"{count:,} of {rows.height:,} interactions are left out: {why}.",
        sample=shown(material, first_rows(rows, gone)),
    )


def nothing_to_do(material: Material, says: str) -> Applied:
    """A step over interactions that finds nothing to look at."""
    rows = material.events
    return Applied(material, "interactions", "leaves out", 0, rows.height, says, shown(material, rows.head(0)))


def first_rows(rows: pl.DataFrame, touched: pl.Series) -> pl.DataFrame:
    """The first rows that are touched, as many as a sample has."""
    return rows[touched.arg_true().head(SAMPLE_ROWS)]


def shown(material: Material, rows: pl.DataFrame) -> pl.DataFrame:
    """Interactions for people: ids as text, times as moments, and the line of the file instead of the row."""
    origin, mapping = material.origin, material.mapping
    columns = [
        material.user_ids.gather(rows["user"]).alias("user"),
        material.item_ids.gather(rows["item"]).alias("item"),
        *([] if mapping.value is None and mapping.event is None else [rows["value"]]),
        *([] if mapping.time is None else [moments(rows["time"])]),
        *(rows[name].cast(pl.String) for name in ("event", "session") if name in rows.columns),
        pl.Series("line", [origin.line(row) for row in rows["row"]], dtype=pl.Int64),
    ]
    return pl.DataFrame(columns)


def moments(times: pl.Series) -> pl.Series:
    """Seconds since 1970 as moments; null for what no calendar here holds."""
    sound = times.is_between(_FIRST_MOMENT, _LAST_MOMENT)
    kept = pl.select(pl.when(sound).then(times)).to_series()
    return pl.from_epoch(kept, time_unit="s").alias(times.name)
