"""Cells that cannot be read as what their column is mapped to."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import ClassVar

import polars as pl

from recengine.data.cleaning.base import SAMPLE_ROWS, Applied, Settled
from recengine.data.cleaning.catalogue import OfTable, sample_of
from recengine.data.cleaning.rows import leave_out
from recengine.data.cleaning.settings import Option
from recengine.data.entities import AGES
from recengine.data.mapping import ColumnMapping, parse_numbers, parse_years
from recengine.data.material import Material
from recengine.data.table import Cells, quoted


@dataclass(frozen=True)
class Unreadable(Settled):
    """times: whether an interaction whose time cannot be read is left out, or stays without a time."""

    times: str = "leave-out"

    name: ClassVar[str] = "unreadable"
    label: ClassVar[str] = "Unreadable values and times"
    about: ClassVar[str] = (
        "Interactions whose value is no number or whose time is no time are left out. Without this step one such cell "
        "stops the import."
    )
    options: ClassVar[tuple[Option, ...]] = (
        Option(
            "times",
            "Unreadable times",
            "choice",
            "leave-out",
            "Leave the interaction out, or keep it without a time.",
            choices=("leave-out", "empty"),
        ),
    )

    def apply(self, material: Material) -> Applied:
        """Without the interactions that have a cell that cannot be read."""
        rows = material.events
        cells = material.unreadable.join(rows.select("row"), on="row", how="semi", maintain_order="left")
        of_times = pl.col("column") == (material.mapping.time or "")
        fatal = cells.filter(~of_times) if self.times == "empty" else cells
        done = leave_out(material, rows["row"].is_in(fatal["row"].implode()), self.name, _why(fatal))
        emptied = cells["row"].n_unique() - done.touched
        more = f" {emptied:,} stay without a time, as theirs cannot be read." if self.times == "empty" else ""
        origin, sample = material.origin, cells.head(SAMPLE_ROWS)
        lines = pl.Series("line", [origin.line(row) for row in sample["row"]], dtype=pl.Int64)
        return replace(
            done,
            material=replace(done.material, unreadable=material.unreadable.clear()),
            does="changes" if emptied else "leaves out",
            touched=done.touched + emptied,
            says=done.says + more,
            sample=sample.select("column", "cell", pl.col("must").alias("must be")).with_columns(lines),
        )


def _why(cells: pl.DataFrame) -> str:
    columns = " or ".join(quoted(column) for column in cells["column"].unique(maintain_order=True))
    return f"{columns or 'a value or a time'} cannot be read"


@dataclass(frozen=True)
class _UnreadableCells(OfTable):
    """Cells of a table that are no number where one is mapped, or one that cannot be meant."""

    def apply(self, material: Material) -> Applied:
        """The same rows, with nothing in such a cell."""
        given = self._rows(material)
        if given is None:
            return self._none(material)
        table, _ = given
        frame = table.frame
        touched = pl.repeat(value=False, n=frame.height, dtype=pl.Boolean, eager=True)
        said = []
        for column, parse in _numbers_of(material.mapping, self.kind):
            cells = parse(table.frame[column])
            if cells.bad.any():
                touched |= cells.bad
                said.append(f"{cells.bad.sum():,} in {quoted(column)}, which must be {cells.must}")
                frame = frame.with_columns(pl.when(~cells.bad).then(pl.col(column)).alias(column))
        count = int(touched.sum())
        says = f"{count:,} of {frame.height:,} rows of {table.name} lose cells that cannot be read"
        return Applied(
            material=self._with_table(material, replace(table, frame=frame)) if count else material,
            table=self._plural,
            does="changes",
            touched=count,
            of=frame.height,
            says=f"{says}: {', '.join(said)}." if said else f"{says}.",
            sample=sample_of(table, touched),
        )


@dataclass(frozen=True)
class UnreadableItems(_UnreadableCells):
    """Numbers and years of the catalogue."""

    kind = "item"
    name: ClassVar[str] = "unreadable-items"
    label: ClassVar[str] = "Unreadable numbers of items"
    about: ClassVar[str] = "Cells of numbers and years of the catalogue that cannot be read are emptied."


@dataclass(frozen=True)
class UnreadableUsers(_UnreadableCells):
    """Numbers and ages of the user table."""

    kind = "user"
    name: ClassVar[str] = "unreadable-users"
    label: ClassVar[str] = "Unreadable numbers of users"
    about: ClassVar[str] = "Cells of numbers and ages of the user table that cannot be read are emptied."


def _numbers_of(mapping: ColumnMapping, kind: str) -> list[tuple[str, Callable[[pl.Series], Cells]]]:
    """The columns of numbers of a table, each with how it is read."""
    attributes = mapping.item_attributes if kind == "item" else mapping.user_attributes
    columns: list[tuple[str, Callable[[pl.Series], Cells]]]
    columns = [(one.column, parse_numbers) for one in attributes if one.kind == "number"]
    if kind == "item" and mapping.item_year is not None:
        columns.insert(0, (mapping.item_year, parse_years))
    elif kind == "user" and mapping.user_age is not None:
        columns.insert(0, (mapping.user_age, lambda cells: parse_numbers(cells, *AGES)))
    return columns
