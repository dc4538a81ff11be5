"""PostgreSQL, by ADBC: rows come as columns, so that millions of them take seconds."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode

import polars as pl

from recengine.data.databases.cells import number_or_text
from recengine.data.databases.database import DatabaseTable, quoted_name
from recengine.errors import DataError

if TYPE_CHECKING:
    from sqlalchemy.engine import URL

# a server that went away without a word is noticed within a minute
_WAITS = {"connect_timeout": "10", "keepalives_idle": "30", "keepalives_interval": "10", "keepalives_count": "3"}
# the server's own limit of time, for when nobody is left here to stop it
_LATER = 1.0
_PLAIN = frozenset({"text", "varchar", "name", "bool", "int2", "int4", "int8", "float4", "float8", "bytea"})
_LISTS = frozenset({"_text", "_varchar", "_bool", "_int2", "_int4", "_int8", "_float4", "_float8"})
_TIMES = frozenset({"timestamp", "timestamptz", "date"})
_TABLES = """
SELECT n.nspname, c.relname, c.relkind IN ('v', 'm'), a.attname
FROM pg_catalog.pg_class c
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND NOT c.relispartition
  AND n.nspname <> 'information_schema' AND n.nspname !~ '^pg_'
  AND pg_catalog.has_schema_privilege(n.oid, 'USAGE') AND pg_catalog.has_table_privilege(c.oid, 'SELECT')
ORDER BY 1, 2, a.attnum
"""


class Postgres:
    """A server of PostgreSQL, or one that speaks its protocol and knows its catalogue."""

    def __init__(self, url: URL) -> None:
        self._uri = _uri(url)
        self._running: Any = None

    def batches(self, statement: str, rows: int | None, seconds: float) -> Iterator[pl.DataFrame]:
        """As `Database`. One read-only transaction, with the server's own limit of time; it is rolled back."""
        with self._cursor(seconds) as cursor:
            schema = cursor.adbc_execute_schema(statement)
            names = [field.name for field in schema]
            twice = next((name for name in names if names.count(name) > 1), None)
            if twice is not None:
                raise DataError(f'SQL statement: gives the column "{twice}" twice. Name one of them with AS.')
            types = {field.name: (field.metadata or {}).get(b"POSTGRESQL:type", b"").decode() for field in schema}
            # inside a FROM the server itself takes nothing but a reading statement
            picked = ", ".join(_picked(name, kind) for name, kind in types.items()) or "1"
            limit = "" if rows is None else f"\nLIMIT {rows}"
            cursor.execute(f"SELECT {picked} FROM (\n{statement}\n) AS asked{limit}")  # noqa: S608
            numbers = [name for name, kind in types.items() if kind in ("numeric", "money")]
            reader = cursor.fetch_record_batch()
            try:
                yield _frame(pl.from_arrow(reader.schema.empty_table()), numbers)
                for batch in reader:
                    yield _frame(pl.from_arrow(batch), numbers)
            except BaseException:
                self.stop()  # else closing waits for the rest of the rows
                raise
            finally:
                with suppress(Exception):
                    reader.close()

    def tables(self) -> tuple[DatabaseTable, ...]:
        """As `Database`."""
        with self._cursor(30) as cursor:
            cursor.execute(_TABLES)
            found: dict[tuple[str, str, bool], list[str]] = {}
            for schema, name, view, column in cursor.fetchall():
                found.setdefault((schema, name, view), []).append(column)
        return tuple(
            DatabaseTable(
                name if schema == "public" else f"{schema}.{name}",
                tuple(columns),
                f"SELECT * FROM {quoted_name(schema, name)}",  # noqa: S608
                view,
            )
            for (schema, name, view), columns in found.items()
        )

    def stop(self) -> None:
        """As `Database`."""
        running = self._running
        if running is not None:
            with suppress(Exception):
                running.adbc_cancel()

    @contextmanager
    def _cursor(self, seconds: float) -> Iterator[Any]:
        from adbc_driver_postgresql import dbapi

        connection = dbapi.connect(self._uri, autocommit=True)
        try:
            cursor = connection.cursor()
            try:
                milliseconds = round(1000 * (seconds + _LATER))
                for setting in (
                    "BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY",
                    f"SET LOCAL statement_timeout = {milliseconds}",
                    "SET LOCAL idle_in_transaction_session_timeout = '10min'",
                    "SET LOCAL standard_conforming_strings = on",
                ):
                    cursor.execute(setting)
                self._running = cursor
                yield cursor
            finally:
                self._running = None
                with suppress(Exception):
                    cursor.close()
        finally:
            with suppress(Exception):  # its end rolls the transaction back
                connection.close()


def _uri(url: URL) -> str:
    """For libpq, whatever driver the URL names; every part quoted."""
    user = "" if url.username is None else quote(url.username, safe="")
    word = "" if url.password is None else ":" + quote(str(url.password), safe="")
    host = url.host or ""
    host = f"[{host}]" if ":" in host else quote(host, safe="")
    port = "" if url.port is None else f":{url.port}"
    query = {**_WAITS, **url.normalized_query, "client_encoding": ["UTF8"]}
    last = {key: value if isinstance(value, str) else value[-1] for key, value in query.items()}
    told = urlencode(last, quote_via=quote)
    return f"postgresql://{user}{word}{'@' if user else ''}{host}{port}/{quote(url.database or '', safe='')}?{told}"


def _picked(name: str, kind: str) -> str:
    """The column, as text where the driver does not know its type."""
    column = quoted_name(name)
    if kind in _PLAIN or kind in _LISTS:
        return column
    if kind in _TIMES:  # infinity is no time
        return f"CASE WHEN pg_catalog.isfinite({column}) THEN {column} END AS {column}"
    if kind in ("oid", "xid", "cid"):
        return f"CAST({column} AS pg_catalog.int8) AS {column}"
    if kind == "money":
        return f"CAST(CAST({column} AS pg_catalog.numeric) AS pg_catalog.text) AS {column}"
    if kind.startswith("_") and kind not in ("_numeric", "_json", "_jsonb"):
        return f"CAST({column} AS pg_catalog.text[]) AS {column}"
    return f"CAST({column} AS pg_catalog.text) AS {column}"


def _frame(arrow: Any, numbers: list[str]) -> pl.DataFrame:
    frame: pl.DataFrame = arrow
    return frame.with_columns(number_or_text(frame[name]) for name in numbers)
