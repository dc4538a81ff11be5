"""A file of DuckDB: opened to read, and cut off from every other file, the network and extensions."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from recengine.data.databases.cells import settled
from recengine.data.databases.database import DatabaseTable, quoted_name
from recengine.errors import DataError

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_BATCH = 65_536
# one setting for all connections of a process: DuckDB opens a file once, and refuses a second way
_SETTINGS: dict[str, str | bool | int | float | list[str]] = {
    "enable_external_access": "false",
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
    "allow_community_extensions": "false",
    "python_enable_replacements": "false",
    "memory_limit": "4GB",
    "temp_directory": "",
    "lock_configuration": "true",
}
_PLAIN = re.compile(
    r"(?:BOOLEAN|U?(?:TINY|SMALL|BIG|HUGE)INT|U?INTEGER|FLOAT|DOUBLE|DECIMAL\(\d+,\d+\)|VARCHAR|UUID|JSON|BLOB|"
    r"ENUM\(.*\)|(?:VARCHAR|BOOLEAN|U?(?:TINY|SMALL|BIG)INT|U?INTEGER|FLOAT|DOUBLE)\[\])"
)


class DuckDB:
    """A database in one file, which must be there."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._running: DuckDBPyConnection | None = None

    def batches(self, statement: str, rows: int | None, seconds: float) -> Iterator[pl.DataFrame]:
        """As `Database`. The time is kept by who calls, with `stop`."""
        import duckdb

        with self._opened() as connection:
            statements = connection.extract_statements(statement)
            if [one.type for one in statements] != [duckdb.StatementType.SELECT]:
                raise DataError("SQL statement: is more than one SELECT, or none. Give one.")
            asked = connection.sql(statement)
            names = list(asked.columns)
            twice = next((name for name in names if names.count(name) > 1), None)
            if twice is not None:
                raise DataError(f'SQL statement: gives the column "{twice}" twice. Name one of them with AS.')
            picked = ", ".join(_picked(name, str(kind)) for name, kind in zip(names, asked.types, strict=True))
            relation = asked.project(picked)
            reader = (relation if rows is None else relation.limit(rows)).to_arrow_reader(_BATCH)
            try:
                empty: object = pl.from_arrow(reader.schema.empty_table())
                yield settled(empty)  # type: ignore[arg-type]
                for batch in reader:
                    frame: object = pl.from_arrow(batch)
                    yield settled(frame)  # type: ignore[arg-type]
            finally:
                reader.close()

    def tables(self) -> tuple[DatabaseTable, ...]:
        """As `Database`."""
        with self._opened() as connection:
            cells = connection.execute(
                "SELECT c.schema_name, c.table_name, c.column_name, "
                "c.table_oid IN (SELECT view_oid FROM duckdb_views()) FROM duckdb_columns() c "
                "WHERE NOT c.internal AND c.database_name = current_database() "
                "ORDER BY 1, 2, c.column_index"
            ).fetchall()
        found: dict[tuple[str, str, bool], list[str]] = {}
        for schema, name, column, view in cells:
            found.setdefault((schema, name, view), []).append(column)
        return tuple(
            DatabaseTable(
                name if schema == "main" else f"{schema}.{name}",
                tuple(columns),
                f"SELECT * FROM {quoted_name(schema, name)}",  # noqa: S608
                bool(view),
            )
            for (schema, name, view), columns in found.items()
        )

    def stop(self) -> None:
        """As `Database`."""
        running = self._running
        if running is not None:
            running.interrupt()

    @contextmanager
    def _opened(self) -> Iterator[DuckDBPyConnection]:
        import duckdb

        if not self._path.is_file():
            raise DataError(f"{self._path.name}: there is no such file. Correct the connection's URL.")
        with closing(duckdb.connect(str(self._path), read_only=True, config=_SETTINGS)) as connection:
            self._running = connection
            try:
                yield connection
            finally:
                self._running = None


def _picked(name: str, kind: str) -> str:
    """The column, as text where it is no plain one."""
    column = quoted_name(name)
    if kind.startswith(("TIMESTAMP", "DATE")) and not kind.endswith("]"):  # infinity is no time
        return f"CASE WHEN isfinite({column}) THEN {column} END AS {column}"
    return column if _PLAIN.fullmatch(kind) else f"CAST({column} AS VARCHAR) AS {column}"
