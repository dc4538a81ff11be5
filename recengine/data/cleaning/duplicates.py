"""Several interactions of one user with one item become one."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar

import polars as pl

from recengine.data.cleaning.base import Applied, Settled
from recengine.data.cleaning.rows import first_rows, shown
from recengine.data.cleaning.settings import Option
from recengine.data.mapping import ColumnMapping
from recengine.data.material import Material, unreadable_left

_WORDS = {"last": "the last stays", "sum": "values are added up", "max": "the highest value stays"}


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
        """The rows of a pair as one, at the place of its last row by time; rows without a time come first.

        A row with a cell that cannot be read is merged with none, so that it is not gone before anybody is told.
        """
        rows = material.events
        pairs = pair_keys(rows)
        unread = unreadable_left(material)
        if unread.height:
            own = (pl.lit(2**64 - 1, dtype=pl.UInt64) - pl.col("row")).alias("pair")
            unreadable = pl.col("row").is_in(unread["row"].implode())
            pairs = rows.select(pl.when(unreadable).then(own).otherwise(pairs).alias("pair"))["pair"]
        # neighbours in order: a sort of numbers is cheaper than groups
        ordered = pairs.sort()
        again = ordered.filter(ordered == ordered.shift(1))
        touched = again.len()
        says = f"{touched:,} of {rows.height:,} interactions repeat a user and an item and are merged; "
        kept, gone = rows, pl.repeat(value=False, n=rows.height, dtype=pl.Boolean, eager=True)
        if touched:
            repeated = pairs.is_in(again.unique().implode())
            gone, value = self._merged(rows, pairs, repeated)
            if value is not None:
                kept = kept.with_columns(value)
            kept = kept.filter(~gone)
        return Applied(
            material=replace(material, events=kept),
            table="interactions",
            does="merges",
            touched=touched,
            of=rows.height,
            says=f"{says}{_WORDS[self.keep]}.",
            sample=shown(material, first_rows(rows, gone)),
        )

    def _merged(self, rows: pl.DataFrame, pairs: pl.Series, repeated: pl.Series) -> tuple[pl.Series, pl.Series | None]:
        """Which rows go into another, Boolean; and the values after that, None where they stay."""
        places = repeated.arg_true()
        merging = rows.select("value", "time").gather(places).with_columns(pairs.gather(places), places.alias("place"))
        last = merging.sort("pair", "time", "place", nulls_last=False).unique("pair", keep="last", maintain_order=True)
        gone = repeated.scatter(last["place"], False)
        if self.keep == "last":
            return gone, None
        merge = pl.col("value").sum() if self.keep == "sum" else pl.col("value").max()
        # a pair without any value has none: the sum of nothing is no 0
        read = pl.when(pl.col("value").count() > 0).then(merge).alias("merged")
        merged = last.join(merging.group_by("pair").agg(read), on="pair", how="left", maintain_order="left")
        # scatter changes the series it is called on
        return gone, rows["value"].clone().scatter(merged["place"], merged["merged"])


def usual_keep(mapping: ColumnMapping) -> str:
    """What the mapping makes the likeliest meaning of a repeat: `Duplicates.keep`.

    Play times and counts, which count by their logarithm, are amounts and add up. Of events without values the one that
    weighs most stays: whoever looks at an item again after the purchase has still bought it. A rating is replaced by a
    later one.
    """
    if mapping.value is not None:
        return "sum" if mapping.value_rule == "log" else "last"
    return "last" if mapping.event is None else "max"


def pair_keys(rows: pl.DataFrame) -> pl.Series:
    """User and item of each row as one UInt64."""
    user, item = pl.col("user").cast(pl.UInt64), pl.col("item").cast(pl.UInt64)
    return rows.select((user * 2**32 + item).alias("pair"))["pair"]
