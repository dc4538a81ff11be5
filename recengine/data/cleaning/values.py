"""Values that are too low or too high."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar

import polars as pl

from recengine.data.cleaning.base import Applied, Settled
from recengine.data.cleaning.rows import first_rows, leave_out, nothing_to_do, shown
from recengine.data.cleaning.settings import Option, written
from recengine.data.material import Material
from recengine.data.table import quoted
from recengine.errors import DataError


@dataclass(frozen=True)
class Values(Settled):
    """low, high: the range, both inclusive. above: values must be larger than this. do: what becomes of the others."""

    low: float | None = None
    high: float | None = None
    above: float | None = None
    do: str = "leave-out"

    name: ClassVar[str] = "values"
    label: ClassVar[str] = "Values out of range"
    about: ClassVar[str] = "Ratings, counts or play times that cannot be meant, such as -1 or 999,999."
    options: ClassVar[tuple[Option, ...]] = (
        Option("low", "At least", "number", None, "Lower values are out of range."),
        Option("high", "At most", "number", None, "Higher values are out of range."),
        Option("above", "Above", "number", None, "This value and lower ones are left out, whatever becomes of others."),
        Option(
            "do",
            "What is out of range",
            "choice",
            "leave-out",
            "Leave the interaction out, or put the end of the range in place of its value.",
            choices=("leave-out", "clip"),
        ),
    )

    def __post_init__(self) -> None:
        """The two ends must be in order."""
        if self.low is not None and self.high is not None and self.low > self.high:
            raise DataError(
                f"cleaning: {self.name}: low is {self.low:g}, above high, {self.high:g}. Swap them, or leave one out."
            )

    def apply(self, material: Material) -> Applied:
        """Leave out or clip; cells that cannot be read are not looked at."""
        if material.mapping.value is None:
            return nothing_to_do(material, "No column of values is mapped, so none is out of range.")
        values = material.events["value"]
        low, high = pl.lit(self.low, pl.Float64), pl.lit(self.high, pl.Float64)
        value = pl.col("value")
        limits = [
            None if self.low is None else (value < low, f"below {written(self.low)}"),
            None if self.high is None else (value > high, f"above {written(self.high)}"),
        ]
        ends = [limit for limit in limits if limit is not None]
        floor = [] if self.above is None else [(value <= self.above, f"not above {written(self.above)}")]
        column = quoted(material.mapping.value)
        if self.do == "leave-out":
            why = f"{column} is {' or '.join(text for _, text in (*ends, *floor)) or 'never out of range'}"
            return leave_out(material, _any_of(values, [one for one, _ in (*ends, *floor)]), self.name, why)
        below = _any_of(values, [one for one, _ in floor])
        outside = _any_of(values, [one for one, _ in ends]) & ~below
        left = leave_out(material, below, self.name, " or ".join(text for _, text in floor) or "none")
        clipped = left.material.events.with_columns(value.clip(self.low, self.high))
        touched, gone = int(outside.sum()), left.touched
        says = f"{touched:,} of {values.len():,} values are clipped: {column} is "
        says += " or ".join(text for _, text in ends) or "never out of range"
        if floor:
            says += f"; {gone:,} interactions are left out: {column} is {floor[0][1]}"
        return Applied(
            material=replace(left.material, events=clipped),
            table="interactions",
            does="changes",
            touched=touched + gone,
            of=values.len(),
            says=f"{says}.",
            sample=shown(material, first_rows(material.events, outside | below)),
        )


def _any_of(values: pl.Series, conditions: list[pl.Expr]) -> pl.Series:
    """Boolean: where one of the conditions on `value` holds; false for a value that cannot be read."""
    if not conditions:
        return pl.repeat(value=False, n=values.len(), dtype=pl.Boolean, eager=True)
    return values.alias("value").to_frame().select(pl.any_horizontal(conditions).fill_null(value=False)).to_series()
