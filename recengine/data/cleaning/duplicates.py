"""Several interactions of one user with one item become one."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar

import polars as pl

from recengine.data.cleaning.base import Applied, Settled
from recengine.data.cleaning.rows import first_rows, shown
from recengine.data.cleaning.settings import Option
from recengine.data.material import Material


@dataclass(frozen=True)
class Duplicates(Settled):
    """keep: the last row by time and then by the order of the source, the sum of the values, or the highest value."""

    keep: str = "last"

    name: ClassVar[str] = "duplicates"
    label: ClassVar[str] = "Merge repeats"
    about: ClassVar[str] = "Several interactions of one user with one item become one, at the time of the last."
    options: ClassVar[tuple[Option, ...]] = (
        Option(
            "keep",
            "Keep",
            "choice",
            "last",
            "The value of the last by time, their sum (for counts and play times), or the highest.",
            choices=("last", "sum", "max"),
        ),
    )

    def apply(self, material: Material) -> Applied:
        """The rows of a pair as one, at the place of its last row by time; rows without a time come first."""
        rows = material.events
        pairs = pair_keys(rows)
        touched = rows.height - pairs.n_unique()
        says = f"{touched:,} of {rows.height:,} interactions repeat a user and an item and are merged"
        says += {"last": "; the last stays.", "sum": "; values are added up.", "max": "; the highest value stays."}[
            self.keep
        ]
        if not touched:
            return Applied(material, "interactions", "merges", 0, rows.height, says, shown(material, rows.head(0)))
        repeated = pairs.is_duplicated()
        merging = rows.filter(repeated).with_columns(pair=pairs.filter(repeated))
        last = merging.sort("pair", "time", "row", nulls_last=False).unique("pair", keep="last", maintain_order=True)
        if self.keep != "last":
            value = pl.col("value").sum() if self.keep == "sum" else pl.col("value").max()
            last = last.drop("value").join(merging.group_by("pair").agg(value), on="pair", how="left")
        kept = pl.concat([rows.filter(~repeated), last.select(rows.columns)]).sort("row")
        gone = repeated & ~rows["row"].is_in(last["row"].implode())
        return Applied(
            material=replace(material, events=kept),
            table="interactions",
            does="merges",
            touched=touched,
            of=rows.height,
            says=says,
            sample=shown(material, first_rows(rows, gone)),
        )


def pair_keys(rows: pl.DataFrame) -> pl.Series:
    """User and item of each row as one UInt64."""
    user, item = pl.col("user").cast(pl.UInt64), pl.col("item").cast(pl.UInt64)
    return rows.select((user * 2**32 + item).alias("pair"))["pair"]
