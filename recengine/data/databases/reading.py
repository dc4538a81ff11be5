"""Reading a statement's rows into a table, a few or all of them, within limits."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import TypeVar

import polars as pl

from recengine.data.databases.adbc import Adbc
from recengine.data.databases.alchemy import Alchemy
from recengine.data.databases.connections import Connection, connection
from recengine.data.databases.database import Database, DatabaseTable
from recengine.data.databases.duck import DuckDB
from recengine.data.databases.postgres import Postgres
from recengine.data.databases.pump import pumped
from recengine.data.databases.sqlite import SQLite
from recengine.data.databases.statement import checked
from recengine.data.table import Table
from recengine.errors import DataError, RecengineError
from recengine.progress import Cancel, Progress, never, silent

TIMEOUT = 1800.0
"""Seconds that a statement may run while it is imported."""
PREVIEW_TIMEOUT = 30.0
"""Seconds that a preview, a list of tables and a look whether a database answers may take."""
LIMIT_ROWS = 200_000_000
LIMIT_BYTES = 8 * 1024**3
"""Of the table in memory."""

# what ADBC puts around the words of a server of PostgreSQL
_WRAPPING = re.compile(
    r"^(?:[A-Z_]+: )?(?:\[libpq\] )?"
    r"(?:Failed to \w+ query: |Execution error \[\w+\]: |could not begin COPY: )*(?:ERROR: +)?"
    r"| ?\.? SQLSTATE: \w+$"
)
T = TypeVar("T")


def preview(asked: Connection, statement: str, rows: int = 50, *, timeout: float = PREVIEW_TIMEOUT) -> Table:
    """The first `rows` of what the statement gives, none where it gives none. Raises `DataError`, one line."""
    if rows < 1:
        raise DataError(f"rows: must be at least 1, got {rows}. Ask for more.")
    return _read(asked, statement, rows, timeout, LIMIT_ROWS, LIMIT_BYTES, silent, never)


def read_statement(
    asked: Connection,
    statement: str,
    *,
    timeout: float = TIMEOUT,
    limit_rows: int = LIMIT_ROWS,
    limit_bytes: int = LIMIT_BYTES,
    progress: Progress = silent,
    cancel: Cancel = never,
) -> Table:
    """All that the statement gives, as a table named after the connection; types as `cells` says.

    Raises `DataError`, one line, for a statement that `checked` refuses or the database does, for one that runs longer
    than `timeout` seconds or gives more than `limit_rows` rows or `limit_bytes` bytes, and for one that gives no row;
    `CancelledError` when `cancel` asks. Memory holds what was read so far and a few batches.
    """
    table = _read(asked, statement, None, timeout, limit_rows, limit_bytes, progress, cancel)
    if table.frame.is_empty():
        raise DataError(f"{table.name}: the statement gives no rows. Select others.")
    return table


def table_of_statement(
    connection_name: str,
    statement: str,
    rows: int | None = None,
    *,
    progress: Progress = silent,
    cancel: Cancel = never,
) -> Table:
    """By the name of the connection: the first `rows`, or all. Raises as `preview` and `read_statement` do."""
    asked = connection(connection_name)
    if rows is not None:
        return preview(asked, statement, rows)
    return read_statement(asked, statement, progress=progress, cancel=cancel)


def tables_of(asked: Connection, *, timeout: float = PREVIEW_TIMEOUT) -> tuple[DatabaseTable, ...]:
    """The tables and views that the connection may read, by name. Raises `DataError`."""

    def work() -> tuple[DatabaseTable, ...]:
        database = _opened(asked)
        return _once(database, database.tables, timeout)

    return _scrubbed(asked, work)


def why_unreachable(asked: Connection, *, timeout: float = PREVIEW_TIMEOUT) -> str:
    """Why the database does not answer, in one line; empty where it does."""

    def work() -> None:
        database = _opened(asked)
        _once(database, lambda: list(database.batches("SELECT 1 AS one", 1, timeout)), timeout)

    try:
        _scrubbed(asked, work)
    except RecengineError as error:
        return str(error)
    return ""


def _read(
    asked: Connection,
    statement: str,
    rows: int | None,
    timeout: float,
    limit_rows: int,
    limit_bytes: int,
    progress: Progress,
    cancel: Cancel,
) -> Table:
    def work() -> Table:
        plain = checked(statement, asked.scheme)
        database = _opened(asked)
        # one row more tells that there are too many
        most = limit_rows + 1 if rows is None else rows
        frames: list[pl.DataFrame] = []
        count = size = 0
        made = pumped(lambda: database.batches(plain, most, timeout), database.stop, timeout, cancel)
        try:
            for frame in made:
                frames.append(frame)
                count += frame.height
                size += round(frame.estimated_size())
                if rows is not None and count >= rows:
                    break
                _check_limits(count, size, limit_rows, limit_bytes)
                # how many there will be is not known, so the share stays
                progress(0.0, f"Reading {asked.name}: {count:,} rows")
        finally:
            made.close()
        frame = pl.concat(frames, how="vertical_relaxed").rechunk()
        empty = [name for name, kind in frame.schema.items() if kind == pl.Null]
        frame = frame.with_columns(pl.col(empty).cast(pl.String))
        return Table(f"connection {asked.name}", frame if rows is None else frame.head(rows))

    return _scrubbed(asked, work)


def _check_limits(count: int, size: int, limit_rows: int, limit_bytes: int) -> None:
    if count > limit_rows:
        raise DataError(f"SQL statement: gives more than {limit_rows:,} rows. Select fewer, with WHERE or LIMIT.")
    if size > limit_bytes:
        raise DataError(
            f"SQL statement: gives more than {limit_bytes / 1e9:,.3g} GB, by then in {count:,} rows. "
            "Select fewer rows or columns."
        )


def _once(database: Database, work: Callable[[], T], timeout: float) -> T:
    with closing(pumped(lambda: iter([work()]), database.stop, timeout)) as made:
        return next(made)


def _opened(asked: Connection) -> Database:
    if asked.problem:
        raise DataError(asked.problem)
    scheme = asked.scheme
    base = scheme.partition("+")[0]
    if base == "adbc":
        return Adbc(scheme, asked.url.reveal().partition("://")[2])
    url = asked.parsed()
    if base in ("postgresql", "postgres"):
        return Postgres(url)
    if scheme in ("sqlite", "duckdb"):
        if not url.database or url.database == ":memory:":
            raise DataError("names no file. Write for example sqlite:///shop.db.")
        path = Path(url.database)
        return SQLite(path) if scheme == "sqlite" else DuckDB(path)
    return Alchemy(url)


def _scrubbed(asked: Connection, work: Callable[[], T]) -> T:
    """What `work` gives. Whatever a driver raises becomes one line that holds no secret; its own error is not kept."""
    try:
        return work()
    except DataError as error:
        line = asked.scrub(error)
    except RecengineError:
        raise
    except MemoryError:
        line = "out of memory. Select fewer rows or columns."
    except Exception as error:  # every driver has errors of its own
        line = _said(asked, error)
    # out here, so that the driver's error, which may name the URL, is not carried along as the context of this one
    raise DataError(line if line.startswith(("SQL statement", "connection ")) else f"connection {asked.name!r}: {line}")


def _said(asked: Connection, error: Exception) -> str:
    """The driver's words, those that repeat the statement left out."""
    text = str(getattr(error, "orig", None) or error)
    text = text.partition("\n\nQuery was:")[0]
    text = text.partition("[SQL:")[0]
    if "': ERROR:" in text:
        text = text.partition("': ")[2]
    text = _WRAPPING.sub("", asked.scrub(text))
    if len(text) > 400:
        text = f"{text[:397]}..."
    return f"the database says: {text or type(error).__name__}"
