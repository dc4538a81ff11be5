"""Several interactions of one user with one item become one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import ClassVar

import polars as pl

from recengine.data.cleaning.base import SAMPLE_ROWS, Applied, Option
from recengine.data.material import Material
from recengine.errors import DataError

KEEPS = ("last", "sum", "max")


@dataclass(frozen=True)
class Duplicates:
    """keep: the last row by time and then by the order of the source, the sum of the values, or the highest value."""

    keep: str = "last"

    name: ClassVar[str] = "duplicates"
    label: ClassVar[str] = "Merge repeats"
    about: ClassVar[str] = "Several interactions of one user with one item become one."
    options: ClassVar[tuple[Option, ...]] = (
        Option("keep", "Keep", "choice", "last", "What stays of the rows of a pair.", choices=KEEPS),
    )

    @classmethod
    def of(cls, settings: Mapping[str, str]) -> Duplicates:
        """The step with `settings`. Raises `DataError`."""
        keep = settings.get("keep", "last")
        if keep not in KEEPS or set(settings) - {"keep"}:
            raise DataError(f"cleaning: {cls.name} keeps one of {', '.join(KEEPS)}, got {keep!r}. Choose one of them.")
        return cls(keep)

    @property
    def text(self) -> str:
        """As on the command line."""
        return f"{self.name}:keep={self.keep}"

    def apply(self, material: Material) -> Applied:
        """The rows of a pair as one, at the place of its last row by time."""
        rows = material.events
        last = rows.sort("user", "item", "time", "row", nulls_last=False).unique(
            ["user", "item"], keep="last", maintain_order=True
        )
        if self.keep != "last":
            value = pl.col("value").sum() if self.keep == "sum" else pl.col("value").max()
            last = last.drop("value").join(rows.group_by("user", "item").agg(value), on=["user", "item"])
        kept = last.select(rows.columns).sort("row")
        gone = rows.join(kept.select("row"), on="row", how="anti")
        users, items = material.user_ids, material.item_ids
        sample = gone.head(SAMPLE_ROWS).with_columns(
            pl.col("user").map_elements(lambda place: users[place], return_dtype=pl.String),
            pl.col("item").map_elements(lambda place: items[place], return_dtype=pl.String),
        )
        return Applied(
            material=replace(material, events=kept),
            table="interactions",
            does="merges",
            touched=gone.height,
            of=rows.height,
            says=f"{gone.height:,} of {rows.height:,} interactions repeat a user and an item and go into another.",
            sample=sample,
        )
