"""Tables from databases: named connections, one reading statement, its rows as a table."""

from recengine.data.databases.connections import FILE_VARIABLE, PREFIX, Connection, connection, connections
from recengine.data.databases.database import DatabaseTable
from recengine.data.databases.reading import (
    LIMIT_BYTES,
    LIMIT_ROWS,
    PREVIEW_TIMEOUT,
    TIMEOUT,
    preview,
    read_statement,
    table_of_statement,
    tables_of,
    why_unreachable,
)
from recengine.data.databases.statement import checked

__all__ = [
    "FILE_VARIABLE",
    "LIMIT_BYTES",
    "LIMIT_ROWS",
    "PREFIX",
    "PREVIEW_TIMEOUT",
    "TIMEOUT",
    "Connection",
    "DatabaseTable",
    "checked",
    "connection",
    "connections",
    "preview",
    "read_statement",
    "table_of_statement",
    "tables_of",
    "why_unreachable",
]
