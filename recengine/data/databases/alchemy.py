"""Every other database, by SQLAlchemy and the driver that its URL names."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

import polars as pl

from recengine.data.databases.cells import column_of
from recengine.data.databases.database import DatabaseTable
from recengine.errors import DataError

if TYPE_CHECKING:
    from sqlalchemy.engine import URL
    from sqlalchemy.engine import Connection as Opened

_BATCH = 20_000
# how each dialect is told to refuse to write, before the statement
_READ_ONLY = {
    "sqlite": "PRAGMA query_only = ON",
    "mysql": "START TRANSACTION READ ONLY",
    "mariadb": "START TRANSACTION READ ONLY",
    "oracle": "SET TRANSACTION READ ONLY",
    "cockroachdb": "SET TRANSACTION READ ONLY",
}


class Alchemy:
    """A database by its dialect. Nothing is ever committed."""

    def __init__(self, url: URL) -> None:
        self._url = url
        self._running: Any = None

    def batches(self, statement: str, rows: int | None, seconds: float) -> Iterator[pl.DataFrame]:
        """As `Database`. The time is kept by who calls, with `stop`."""
        with self._connection() as connection:
            streaming = connection.execution_options(stream_results=True, max_row_buffer=_BATCH)
            # as it is written: SQLAlchemy would take :name for a parameter
            result = streaming.exec_driver_sql(statement)
            if not result.returns_rows:
                raise DataError("SQL statement: gives no columns. Write a SELECT.")
            names = list(result.keys())
            twice = next((name for name in names if names.count(name) > 1), None)
            if twice is not None:
                raise DataError(f'SQL statement: gives the column "{twice}" twice. Name one of them with AS.')
            yield pl.DataFrame(schema=dict.fromkeys(names, pl.Null))
            size = _BATCH if rows is None else min(_BATCH, max(1, rows))
            while cells := result.fetchmany(size):
                columns = zip(*cells, strict=True)
                yield pl.DataFrame([column_of(name, column) for name, column in zip(names, columns, strict=True)])

    def tables(self) -> tuple[DatabaseTable, ...]:
        """As `Database`."""
        from sqlalchemy import inspect

        with self._connection() as connection:
            inspector = inspect(connection)
            quote = connection.dialect.identifier_preparer.quote
            return tuple(
                DatabaseTable(
                    name,
                    tuple(column["name"] for column in inspector.get_columns(name)),
                    f"SELECT * FROM {quote(name)}",  # noqa: S608
                    view,
                )
                for view, names in ((False, inspector.get_table_names()), (True, inspector.get_view_names()))
                for name in sorted(names)
            )

    def stop(self) -> None:
        """As `Database`: by the means of the driver, where it has one."""
        running = self._running
        for means in ("interrupt", "cancel"):
            ask = getattr(running, means, None)
            if callable(ask):
                with suppress(Exception):
                    ask()
                return

    @contextmanager
    def _connection(self) -> Iterator[Opened]:
        from sqlalchemy import create_engine
        from sqlalchemy.exc import ArgumentError, NoSuchModuleError
        from sqlalchemy.pool import NullPool

        try:
            engine = create_engine(self._url, poolclass=NullPool)
        except (NoSuchModuleError, ModuleNotFoundError):
            name = self._url.drivername
            raise DataError(f"no driver for {name!r} is installed. Install the package that has it.") from None
        except ArgumentError:
            raise DataError("the URL does not fit its kind of database. Correct it.") from None
        with engine.connect() as connection:
            self._running = connection.connection.driver_connection
            try:
                refuse = _READ_ONLY.get(connection.dialect.name)
                if refuse is not None:
                    connection.exec_driver_sql(refuse)
                yield connection
            finally:
                self._running = None
                with suppress(Exception):
                    connection.rollback()
