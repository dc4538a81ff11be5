"""A file of SQLite, by Python's own module: opened to read, with a guard that SQLite asks before each step."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from urllib.parse import quote

import polars as pl

from recengine.data.databases.cells import column_of
from recengine.data.databases.database import DatabaseTable, quoted_name
from recengine.errors import DataError

_BATCH = 50_000
_LONGEST = 64 * 1024 * 1024
_PATIENCE = 5.0
_READING = frozenset({sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ, sqlite3.SQLITE_RECURSIVE})
# what SQLite's own shell and extensions add to read and write files and to load code
_REFUSED = frozenset({"load_extension", "readfile", "writefile", "edit", "fts3_tokenizer", "fsdir", "lsmode"})


class SQLite:
    """A database in one file, which must be there."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._running: sqlite3.Connection | None = None

    def batches(self, statement: str, rows: int | None, seconds: float) -> Iterator[pl.DataFrame]:
        """As `Database`. The time is kept by who calls, with `stop`."""
        with self._opened() as connection:
            connection.set_authorizer(_guard)
            cursor = connection.execute(statement)
            names = [column[0] for column in cursor.description or ()]
            if not names:
                raise DataError("SQL statement: gives no columns. Write a SELECT.")
            twice = next((name for name in names if names.count(name) > 1), None)
            if twice is not None:
                raise DataError(f'SQL statement: gives the column "{twice}" twice. Name one of them with AS.')
            yield pl.DataFrame(schema=dict.fromkeys(names, pl.Null))
            size = _BATCH if rows is None else min(_BATCH, max(1, rows))
            while cells := cursor.fetchmany(size):
                columns = zip(*cells, strict=True)
                yield pl.DataFrame([column_of(name, column) for name, column in zip(names, columns, strict=True)])

    def tables(self) -> tuple[DatabaseTable, ...]:
        """As `Database`."""
        with self._opened() as connection:
            found = connection.execute(
                "SELECT name, type = 'view' FROM sqlite_schema WHERE type IN ('table', 'view') "
                "AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY name"
            ).fetchall()
            told = "SELECT name FROM pragma_table_xinfo(?) WHERE hidden <> 1"
            columns = {name: tuple(row[0] for row in connection.execute(told, (name,))) for name, _ in found}
        return tuple(
            DatabaseTable(name, columns[name], f"SELECT * FROM {quoted_name(name)}", bool(view))  # noqa: S608
            for name, view in found
        )

    def stop(self) -> None:
        """As `Database`."""
        running = self._running
        if running is not None:
            try:
                running.interrupt()
            except sqlite3.ProgrammingError:  # closed in the meantime
                return

    @contextmanager
    def _opened(self) -> Iterator[sqlite3.Connection]:
        if not self._path.is_file():
            raise DataError(f"{self._path.name}: there is no such file. Correct the connection's URL.")
        place = f"file:{quote(str(self._path.resolve()))}?mode=ro"
        with closing(sqlite3.connect(place, uri=True, timeout=_PATIENCE, isolation_level=None)) as connection:
            connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, _LONGEST)
            connection.setlimit(sqlite3.SQLITE_LIMIT_ATTACHED, 0)
            connection.execute("PRAGMA query_only = ON")
            connection.execute("PRAGMA trusted_schema = OFF")
            connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()  # tells what is no database
            self._running = connection
            try:
                yield connection
            finally:
                self._running = None


def _guard(action: int, first: str | None, second: str | None, _database: str | None, _inner: str | None) -> int:
    if action in _READING:
        return sqlite3.SQLITE_OK
    if action == sqlite3.SQLITE_FUNCTION and (second or "").lower() not in _REFUSED:
        return sqlite3.SQLITE_OK
    return sqlite3.SQLITE_DENY
