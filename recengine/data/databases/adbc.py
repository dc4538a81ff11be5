"""Whatever an ADBC driver reaches: `adbc+flightsql://…`, for an installed `adbc_driver_flightsql`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import polars as pl

from recengine.data.databases.cells import settled
from recengine.data.databases.database import DatabaseTable, quoted_name
from recengine.errors import DataError

_READ_ONLY = "adbc.connection.readonly"


class Adbc:
    """scheme: `adbc+DRIVER`. place: what the driver takes as its URI: for SQLite a file, else `DRIVER://…`."""

    def __init__(self, scheme: str, place: str) -> None:
        self._driver = scheme.partition("+")[2]
        self._uri = place.removeprefix("/") if self._driver == "sqlite" else f"{_uri_scheme(self._driver)}://{place}"
        self._running: Any = None

    def batches(self, statement: str, rows: int | None, seconds: float) -> Iterator[pl.DataFrame]:
        """As `Database`. Read-only where the driver can be told so; nothing is committed either way."""
        with self._connection() as connection, connection.cursor() as cursor:
            self._running = cursor
            try:
                cursor.execute(statement)
                reader = cursor.fetch_record_batch()
                yield _frame(reader.schema.empty_table())
                for batch in reader:
                    yield _frame(batch)
            finally:
                self._running = None
                with suppress(Exception):
                    cursor.adbc_cancel()

    def tables(self) -> tuple[DatabaseTable, ...]:
        """As `Database`."""
        with self._connection() as connection:
            catalogs = connection.adbc_get_objects(depth="all").read_all().to_pylist()
        found = []
        for catalog in catalogs:
            for schema in catalog["catalog_db_schemas"] or ():
                for table in schema["db_schema_tables"] or ():
                    parts = [part for part in (schema["db_schema_name"], table["table_name"]) if part]
                    columns = tuple(column["column_name"] for column in table["table_columns"] or ())
                    view = "view" in (table["table_type"] or "").lower()
                    statement = f"SELECT * FROM {quoted_name(*parts)}"  # noqa: S608
                    found.append(DatabaseTable(".".join(parts), columns, statement, view))
        return tuple(sorted(found, key=lambda table: table.name))

    def stop(self) -> None:
        """As `Database`."""
        running = self._running
        if running is not None:
            with suppress(Exception):
                running.adbc_cancel()

    @contextmanager
    def _connection(self) -> Iterator[Any]:
        from adbc_driver_manager import dbapi

        with dbapi.connect(driver=_library(self._driver), db_kwargs={"uri": self._uri}) as connection:
            with suppress(Exception):  # not every driver knows how
                connection.adbc_connection.set_options(**{_READ_ONLY: "true"})
            try:
                yield connection
            finally:
                with suppress(Exception):
                    connection.rollback()


def _library(driver: str) -> str:
    """The library of an installed driver, else its name, which the driver manager looks up by itself."""
    if not re.fullmatch(r"[a-z0-9_]+", driver):
        raise DataError(f"ADBC: {driver!r} is no name of a driver. Write adbc+flightsql://… in the connection's URL.")
    spec = find_spec(f"adbc_driver_{driver}")
    if spec is None or spec.origin is None:
        raise DataError(f"ADBC: the driver {driver} is not installed. Install adbc-driver-{driver.replace('_', '-')}.")
    library = Path(spec.origin).parent / f"libadbc_driver_{driver}.so"
    return str(library) if library.is_file() else f"adbc_driver_{driver}"


def _uri_scheme(driver: str) -> str:
    return {"flightsql": "grpc"}.get(driver, driver)


def _frame(arrow: Any) -> pl.DataFrame:
    names = arrow.schema.names
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise DataError(f'SQL statement: gives the column "{twice}" twice. Name one of them with AS.')
    frame: Any = pl.from_arrow(arrow)
    return settled(frame)
