"""The tables that a plan names: found, mapped and read."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from recengine.data.importing.joining import join_tables, read_as_one
from recengine.data.importing.plan import ImportPlan, TableSource
from recengine.data.mapping import ColumnMapping, map_columns, propose, says_all
from recengine.data.sources import TABLE_KINDS, Found, Source, TableKind, find_tables
from recengine.data.table import Table, quoted
from recengine.errors import DataError
from recengine.progress import Cancel, Progress, never, silent, stop_if_asked

SAMPLE_ROWS = 2_000
"""Rows that roles are guessed from."""

Resolve = Callable[[TableSource], Source]
"""The bytes of a table that is a file. Raises `DataError` for one that may not be read."""
Query = Callable[[TableSource, int | None], Table]
"""The first rows of a table that is a statement, so many of them, or all. Raises `DataError`."""


def query_database(source: TableSource, rows: int | None) -> Table:
    """A `Query` over the connections of the configuration."""
    from recengine.data.databases import table_of_statement

    return table_of_statement(source.connection or "", source.statement or "", rows)


@dataclass(frozen=True)
class PlannedTable:
    """A table of a plan, as found. found: None for a statement, whose rows are `table` then."""

    source: TableSource
    found: Found | None
    table: Table | None = None

    @property
    def name(self) -> str:
        """How messages call it."""
        return self.found.name if self.found is not None else (self.table.name if self.table is not None else "")

    @property
    def columns(self) -> tuple[str, ...]:
        """Its columns."""
        if self.found is not None:
            return self.found.columns
        return tuple(self.table.frame.columns) if self.table is not None else ()


Planned = Mapping[TableKind, tuple[PlannedTable, ...]]


def find_planned(
    plan: ImportPlan, *, resolve: Resolve, query: Query = query_database, cancel: Cancel = never
) -> Planned:
    """The tables of a plan: the heads of files, the rows of statements. Raises `DataError`."""
    planned: dict[TableKind, tuple[PlannedTable, ...]] = {}
    held: dict[str | None, tuple[Found, ...]] = {}  # an archive is looked into once, however many tables it gives
    for kind in TABLE_KINDS:
        found: list[PlannedTable] = []
        for source in plan.tables.get(kind, ()):
            stop_if_asked(cancel)
            if source.connection is not None:
                found.append(PlannedTable(source, None, query(source, None)))
            else:
                if source.path not in held:
                    held[source.path] = find_tables(resolve(source))
                found.append(PlannedTable(source, pick(held[source.path], source.part)))
        if found:
            planned[kind] = tuple(found)
    if "interactions" not in planned:
        raise DataError("plan: has no table of interactions. Name the one that says who took what.")
    return planned


def pick(found: Sequence[Found], part: str) -> Found:
    """The table of a source that is called `part`, or its only one. Raises `DataError`."""
    for one in found:
        if one.part == part or (len(found) == 1 and not part):
            return one
    parts = ", ".join(quoted(one.part) for one in found[:12])
    if part:
        raise DataError(f"{found[0].source.name}: has no table {quoted(part)}; there are {parts}. Choose one of them.")
    raise DataError(f"{found[0].source.name}: holds several tables, {parts}. Say which one is meant.")


def map_planned(plan: ImportPlan, planned: Planned) -> ColumnMapping:
    """The mapping of a plan over the columns that its tables have; roles that it does not say are guessed from their
    names and their first rows."""
    columns = {
        kind: tuple(dict.fromkeys(column for one in each for column in one.columns)) for kind, each in planned.items()
    }
    names = {kind: ", ".join(one.name for one in each[:3]) for kind, each in planned.items()}
    pairs = plan.mapping
    if not says_all(pairs, planned):
        pairs = propose({kind: _sample(each) for kind, each in planned.items()}, pairs).pairs
    return map_columns(
        pairs,
        columns["interactions"],
        columns.get("items"),
        columns.get("users"),
        names={str(kind): name for kind, name in names.items()},
    )


def _sample(each: Sequence[PlannedTable]) -> tuple[Found | None, pl.DataFrame]:
    """The first rows of the files or of the first statement of a table, and the first of its files."""
    files = [one.found for one in each if one.found is not None]
    if files:
        return files[0], read_as_one(files, rows=SAMPLE_ROWS).frame
    rows = each[0].table.frame.head(SAMPLE_ROWS) if each[0].table is not None else pl.DataFrame()
    return None, rows


def read_planned(
    planned: Planned,
    mapping: ColumnMapping,
    *,
    rows: int | None = None,
    progress: Progress = silent,
    cancel: Cancel = never,
) -> dict[str, Table | None]:
    """Every table with the columns that are mapped; rows: how many of each file at most."""
    tables: dict[str, Table | None] = {}
    for number, (kind, each) in enumerate(planned.items()):
        stop_if_asked(cancel)
        progress(number / len(planned), f"Reading {each[0].name}")
        wanted = mapping.columns(kind)
        found = [one.found for one in each if one.found is not None]
        parts = [one.table for one in each if one.table is not None]
        if found and not parts:
            tables[kind] = read_as_one(found, wanted, rows=rows, cancel=cancel)
        else:
            parts = [*([read_as_one(found, wanted, rows=rows, cancel=cancel)] if found else []), *parts]
            if rows is not None:
                parts = [Table(part.name, part.frame.head(rows), part.lines) for part in parts]
            tables[kind] = join_tables(parts, wanted)
    return tables


def content_of(one: PlannedTable) -> str | None:
    """What the file of a table is, `SHA256:BYTES`; None where it is no file, or none that can be read any more."""
    path = None if one.found is None else one.found.source.path
    if path is None:
        return None
    try:
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
            return f"{digest}:{file.tell()}"
    except OSError:
        return None
