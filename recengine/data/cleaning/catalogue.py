"""Rows of the catalogue and of the user table: those that the interactions do not know, and the other way round."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar, Literal

import polars as pl

from recengine.data.cleaning.base import SAMPLE_ROWS, Applied, Settled, TouchedTable
from recengine.data.cleaning.rows import leave_out, nothing_to_do
from recengine.data.cleaning.settings import Option
from recengine.data.material import Material
from recengine.data.table import Table
from recengine.data.vocabulary import are_used
from recengine.errors import DataError

Kind = Literal["item", "user"]


@dataclass(frozen=True)
class OfTable(Settled):
    """A step about one of the two tables."""

    kind: ClassVar[Kind]
    options: ClassVar[tuple[Option, ...]] = ()

    def _rows(self, material: Material) -> tuple[Table, str] | None:
        """The table and its column of ids; None where it was not given."""
        item = self.kind == "item"
        table = material.items if item else material.users
        column = material.mapping.item_id if item else material.mapping.user_id
        return None if table is None or column is None else (table, column)

    @property
    def _plural(self) -> TouchedTable:
        return "items" if self.kind == "item" else "users"

    def _none(self, material: Material) -> Applied:
        nothing = pl.DataFrame()
        says = f"There is no table of {self._plural}, so there is nothing to leave out."
        return Applied(material, self._plural, "leaves out", 0, 0, says, nothing)

    def _with_table(self, material: Material, table: Table) -> Material:
        return replace(material, items=table) if self.kind == "item" else replace(material, users=table)


@dataclass(frozen=True)
class _Unknown(OfTable):
    """Interactions whose item, or user, has no row in the table of them."""

    def apply(self, material: Material) -> Applied:
        """Without the interactions that the table does not know."""
        given = self._rows(material)
        if given is None:
            return nothing_to_do(material, f"There is no table of {self._plural}, so none is unknown.")
        table, column = given
        vocabulary = material.item_ids if self.kind == "item" else material.user_ids
        known = vocabulary.is_in(table.ids(column).drop_nulls().implode())
        codes = material.events[self.kind]
        unknown = int((~known & are_used(codes, vocabulary.len())).sum())
        why = f"{table.name} has no row of their {self.kind} ({unknown:,} different {self._plural})"
        return leave_out(material, ~known[codes], self.name, why)


@dataclass(frozen=True)
class UnknownItems(_Unknown):
    """Interactions whose item has no row in the catalogue."""

    kind: ClassVar[Kind] = "item"
    name: ClassVar[str] = "unknown-items"
    label: ClassVar[str] = "Items missing from the catalogue"
    about: ClassVar[str] = "Interactions whose item is not in the table of items are left out."


@dataclass(frozen=True)
class UnknownUsers(_Unknown):
    """Interactions whose user has no row in the user table."""

    kind: ClassVar[Kind] = "user"
    name: ClassVar[str] = "unknown-users"
    label: ClassVar[str] = "Users missing from the user table"
    about: ClassVar[str] = "Interactions whose user is not in the table of users are left out."


@dataclass(frozen=True)
class _Unused(OfTable):
    """Rows of the table that no interaction knows."""

    def apply(self, material: Material) -> Applied:
        """Without the rows that have no interaction; rows without an id stay, they are counted later."""
        given = self._rows(material)
        if given is None:
            return self._none(material)
        table, column = given
        vocabulary = material.item_ids if self.kind == "item" else material.user_ids
        used = vocabulary.filter(are_used(material.events[self.kind], vocabulary.len()))
        ids = table.ids(column)
        return self._without(material, table, ids.is_not_null() & ~ids.is_in(used.implode()), "no interaction has them")

    def _without(self, material: Material, table: Table, gone: pl.Series, why: str) -> Applied:
        count, of = int(gone.sum()), table.frame.height
        if count == of:
            raise DataError(f"cleaning: {self.name} leaves no row of {table.name} ({why}). Check the column of ids.")
        kept = table.keep((~gone).to_numpy()) if count else table
        return Applied(
            material=self._with_table(material, kept),
            table=self._plural,
            does="leaves out",
            touched=count,
            of=of,
            says=f"{count:,} of {of:,} rows of {table.name} are left out: {why}.",
            sample=sample_of(table, gone),
        )


@dataclass(frozen=True)
class UnusedItems(_Unused):
    """Catalogue rows without an interaction."""

    kind: ClassVar[Kind] = "item"
    name: ClassVar[str] = "unused-items"
    label: ClassVar[str] = "Catalogue rows without interactions"
    about: ClassVar[str] = "Items that nobody has touched leave the catalogue. Text models could still recommend them."


@dataclass(frozen=True)
class UnusedUsers(_Unused):
    """Rows of the user table without an interaction."""

    kind: ClassVar[Kind] = "user"
    name: ClassVar[str] = "unused-users"
    label: ClassVar[str] = "Users without interactions"
    about: ClassVar[str] = "Rows of the user table that have no interaction are left out."


@dataclass(frozen=True)
class _Repeated(_Unused):
    """Rows of the table whose id an earlier row has."""

    def apply(self, material: Material) -> Applied:
        """Of the rows of an id the first."""
        given = self._rows(material)
        if given is None:
            return self._none(material)
        table, column = given
        return self._without(material, table, repeats(table.ids(column)), "an earlier row has the same id")


@dataclass(frozen=True)
class RepeatedItems(_Repeated):
    """Catalogue rows whose id an earlier row has."""

    kind: ClassVar[Kind] = "item"
    name: ClassVar[str] = "repeated-items"
    label: ClassVar[str] = "Catalogue rows with the same id"
    about: ClassVar[str] = "Of several rows of the catalogue with the same id the first stays."


@dataclass(frozen=True)
class RepeatedUsers(_Repeated):
    """Rows of the user table whose id an earlier row has."""

    kind: ClassVar[Kind] = "user"
    name: ClassVar[str] = "repeated-users"
    label: ClassVar[str] = "User rows with the same id"
    about: ClassVar[str] = "Of several rows of the user table with the same id the first stays."


def repeats(ids: pl.Series) -> pl.Series:
    """Boolean: rows whose id is that of an earlier row; a null is no id."""
    return ids.is_not_null() & ~ids.is_first_distinct()


def without_repeats(table: Table, column: str, unless: pl.Series) -> tuple[Table, int]:
    """Without the rows whose id repeats, and how many those are; repeats in `unless`, the ids as they were, stay."""
    gone = repeats(table.ids(column)) & ~repeats(unless)
    count = int(gone.sum())
    return (table.keep((~gone).to_numpy()), count) if count else (table, 0)


def sample_of(table: Table, touched: pl.Series) -> pl.DataFrame:
    """The first rows that are touched, with the line of the file where each begins."""
    rows = touched.arg_true().head(SAMPLE_ROWS)
    lines = pl.Series("line", [table.line(row) for row in rows], dtype=pl.Int64)
    frame = table.frame[rows]
    return frame if "line" in frame.columns else frame.with_columns(lines)
