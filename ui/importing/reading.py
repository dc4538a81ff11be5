"""What the brought files hold, read once: bounded caches, keyed by what the bytes are."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import polars as pl
import streamlit as st

from recengine.data.mapping import Guess, guess_roles
from recengine.data.plan import TableSource
from recengine.data.sources import TABLE_KINDS, Found, Source, TableKind, find_tables, read_found
from recengine.errors import RecengineError
from recengine.workspace import Workspace
from ui.importing.draft import Draft, Use, table_key

SAMPLE_ROWS = 5_000
"""Rows that guesses and previews look at."""


@dataclass(frozen=True)
class BroughtTable:
    """A table of the draft. sample: its first rows, cells as they are. kind: what it is used as, guessed unless
    `chosen`; reason: of the guess. stamp: another text whenever its content is another.
    """

    source: TableSource
    found: Found
    sample: pl.DataFrame
    kind: Use
    chosen: bool
    reason: str
    stamp: str


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
    """Every table of the draft; a file that cannot be read does not keep the others from it."""
    tables: list[BroughtTable] = []
    troubles: list[Trouble] = []
    for path in draft.files:
        try:
            stamp = stamp_of(workspace, path)
            held = _held(stamp, _path=full_path(workspace, path))
        except RecengineError as error:
            troubles.append(Trouble(TableSource(path=path), shown_name(path), str(error)))
            continue
        for one in held:
            source = TableSource(path=path, part=one.found.part)
            if one.trouble:
                troubles.append(Trouble(source, one.found.name, one.trouble))
                continue
            chosen = draft.uses.get(table_key(source))
            tables.append(
                BroughtTable(source, one.found, one.sample, chosen or one.kind, chosen is not None, one.reason, stamp)
            )
    return Brought(tuple(tables), tuple(troubles))


def guesses(table: BroughtTable, kind: TableKind) -> tuple[Guess, ...]:
    """What the columns of a table of this kind are for, as far as can be told."""
    return _guesses(table.stamp, table.source.part, kind, _found=table.found, _sample=table.sample)


def full_path(workspace: Workspace, path: str) -> Path:
    """Where a file of a draft lies."""
    return workspace.root / path


def shown_name(path: str) -> str:
    """What a file of a draft is called."""
    return Path(path).name


def stamp_of(workspace: Workspace, path: str) -> str:
    """Another text whenever the bytes of a file are others."""
    full = full_path(workspace, path)
    try:
        facts = full.stat()
    except OSError:
        return f"{full} gone"
    return f"{full} {facts.st_size} {facts.st_mtime_ns}"


@dataclass(frozen=True)
class _Held:
    found: Found
    sample: pl.DataFrame
    kind: Use
    reason: str
    trouble: str = ""


@st.cache_resource(max_entries=64, show_spinner=False)
def _held(stamp: str, *, _path: Path) -> tuple[_Held, ...]:
    """The tables of a file. Raises `DataError` where it holds none."""
    held = []
    for found in find_tables(Source.file(_path)):
        try:
            sample = read_found(found, rows=SAMPLE_ROWS).frame
        except RecengineError as error:
            held.append(_Held(found, pl.DataFrame(), "none", "", str(error)))
            continue
        kind, reason = _kind(found, sample)
        held.append(_Held(found, sample, kind, reason))
    return tuple(held)


def _kind(found: Found, sample: pl.DataFrame) -> tuple[Use, str]:
    """What a table is, and why."""
    if found.kind is not None:
        return found.kind, f"{found.layout} has it so"
    count = {kind: len(guess_roles(kind, found, sample)) for kind in TABLE_KINDS}
    best = max(TABLE_KINDS, key=lambda kind: count[kind])
    return best, f"{count[best]} of its columns are those of {best}"


@st.cache_resource(max_entries=128, show_spinner=False)
def _guesses(stamp: str, part: str, kind: TableKind, *, _found: Found, _sample: pl.DataFrame) -> tuple[Guess, ...]:
    return guess_roles(kind, _found, _sample)
