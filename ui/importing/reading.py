"""What the brought files hold, read once: bounded caches, keyed by what the bytes are."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import polars as pl
import streamlit as st

from recengine.data.databases import table_of_statement
from recengine.data.importing.plan import TableSource
from recengine.data.mapping import Guess, guess_kind, guess_roles
from recengine.data.sources import TABLE_KINDS, Found, Source, TableKind, find_tables, read_found
from recengine.errors import RecengineError
from recengine.workspace import Workspace
from ui.importing.draft import Draft, Use, table_key

SAMPLE_ROWS = 5_000
"""Rows that guesses and previews look at."""
STATEMENT_ROWS = 1_000
"""The same of a statement over a database."""
DATABASE = "Database"
WHOLE_TABLE = re.compile(r'SELECT \* FROM "?([^"\s;]+)"?;?', re.IGNORECASE)
"""A statement that reads a table as it is, which can go by the table's name."""
LONGEST = 40
"""Characters of any other statement in a name."""


@dataclass(frozen=True)
class BroughtTable:
    """A table of the draft. sample: its first rows, cells as they are. kind: what it is used as, guessed unless
    `chosen`; reason, sure: of the guess. stamp: another text whenever its content is another.
    """

    source: TableSource
    found: Found
    sample: pl.DataFrame
    kind: Use
    chosen: bool
    reason: str
    sure: float
    stamp: str

    @property
    def is_statement(self) -> bool:
        """Whether it comes from a database."""
        return self.source.connection is not None


@dataclass(frozen=True)
class Trouble:
    """What cannot be read, and why in one line."""

    source: TableSource
    name: str
    why: str


@dataclass(frozen=True)
class Brought:
    """All that was brought, in its order."""

    tables: tuple[BroughtTable, ...]
    troubles: tuple[Trouble, ...]

    def of(self, kind: TableKind) -> tuple[BroughtTable, ...]:
        """The tables that are read as one table of a kind."""
        return tuple(table for table in self.tables if table.kind == kind)

    @property
    def kinds(self) -> tuple[TableKind, ...]:
        """The kinds that there are, in the usual order."""
        return tuple(kind for kind in TABLE_KINDS if self.of(kind))

    def columns(self, kind: TableKind) -> tuple[str, ...]:
        """The columns of all tables of a kind, each once."""
        return tuple(dict.fromkeys(column for table in self.of(kind) for column in table.found.columns))


def brought(workspace: Workspace, draft: Draft) -> Brought:
    """Every table of the draft; what cannot be read does not keep the others from it."""
    tables: list[BroughtTable] = []
    troubles: list[Trouble] = []
    sources = [TableSource(path=path) for path in draft.files] + list(draft.statements)
    # what a dataset was imported from by somebody who may, is read again for the same dataset
    trusted = workspace.trusted_paths(draft.name) if draft.name else frozenset()
    for source in sources:
        try:
            stamp, held = _looked_at(workspace, source, trusted)
        except RecengineError as error:
            troubles.append(Trouble(source, name_of(source), str(error)))
            continue
        for one in held:
            part = source if source.connection else TableSource(path=source.path, part=one.found.part)
            if one.trouble:
                troubles.append(Trouble(part, one.found.name, one.trouble))
                continue
            chosen = draft.uses.get(table_key(part))
            use: Use = chosen or one.kind
            tables.append(
                BroughtTable(part, one.found, one.sample, use, chosen is not None, one.reason, one.sure, stamp)
            )
    return Brought(tuple(tables), tuple(troubles))


def guesses(found: Brought, kind: TableKind) -> tuple[Guess, ...]:
    """What the columns of the first table of a kind are for, as far as can be told; the others are read like it."""
    first = {one: found.of(one)[0] for one in found.kinds}
    key = "\n".join(f"{one} {table.stamp} {table.source.part}" for one, table in first.items())
    return _guesses(key, kind, _tables=first)


def name_of(source: TableSource) -> str:
    """What a file or a statement is called."""
    if source.path is not None:
        return Path(source.path).name
    statement = " ".join((source.statement or "").split())
    whole = WHOLE_TABLE.fullmatch(statement)
    told = whole[1] if whole else statement if len(statement) <= LONGEST else f"{statement[: LONGEST - 1]}…"
    return f"{source.connection}: {told}"


@dataclass(frozen=True)
class _Held:
    found: Found
    sample: pl.DataFrame
    kind: Use = "none"
    reason: str = ""
    sure: float = 0.0
    trouble: str = ""


def _looked_at(workspace: Workspace, source: TableSource, trusted: frozenset[str]) -> tuple[str, tuple[_Held, ...]]:
    """The stamp of a source and its tables. Raises `DataError` where it holds none, or may not be read."""
    if source.connection is not None:
        stamp = table_key(source)
        return stamp, _asked(stamp, source.connection, source.statement or "")
    file = workspace.resolve(source, trusted)
    stamp = _stamp(workspace, source.path or "")
    return stamp, _held(stamp, _source=file)


def _stamp(workspace: Workspace, path: str) -> str:
    """Another text whenever the bytes of a file are others."""
    full = workspace.root / path  # an absolute path stays what it is
    try:
        facts = full.stat()
    except OSError:
        return f"{full} gone"
    return f"{full} {facts.st_size} {facts.st_mtime_ns}"


@st.cache_resource(max_entries=64, show_spinner=False)
def _held(stamp: str, *, _source: Source) -> tuple[_Held, ...]:
    held = []
    for found in find_tables(_source):
        try:
            held.append(_guessed(found, read_found(found, rows=SAMPLE_ROWS).frame))
        except RecengineError as error:
            held.append(_Held(found, pl.DataFrame(), trouble=str(error)))
    return tuple(held)


@st.cache_resource(max_entries=16, ttl=600, show_spinner=False)
def _asked(stamp: str, connection: str, statement: str) -> tuple[_Held, ...]:
    """The first rows of a statement; asked again after ten minutes, since a database changes."""
    sample = table_of_statement(connection, statement, STATEMENT_ROWS).frame
    nothing = Source.memory(name_of(TableSource(connection=connection, statement=statement)), b"")
    return (_guessed(Found(nothing, DATABASE, tuple(sample.columns), facts={"statement": statement}), sample),)


def _guessed(found: Found, sample: pl.DataFrame) -> _Held:
    guess = guess_kind(found, sample)
    return _Held(found, sample, guess.kind, guess.reason, guess.sure)


@st.cache_resource(max_entries=128, show_spinner=False)
def _guesses(key: str, kind: TableKind, *, _tables: Mapping[TableKind, BroughtTable]) -> tuple[Guess, ...]:
    others = {one: table.sample for one, table in _tables.items() if one != kind}
    return guess_roles(kind, _tables[kind].found, _tables[kind].sample, others)
