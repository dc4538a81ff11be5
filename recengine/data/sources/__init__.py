"""Tables from files as they are: what a file holds, and its rows."""

from __future__ import annotations

from collections.abc import Sequence

from recengine.data.sources.delimited import Header, read_header, read_lines, read_table
from recengine.data.sources.found import TABLE_KINDS, Found, TableKind
from recengine.data.sources.source import Source
from recengine.data.table import Table

__all__ = [
    "TABLE_KINDS",
    "Found",
    "Header",
    "Source",
    "TableKind",
    "find_tables",
    "read_found",
    "read_header",
    "read_lines",
    "read_table",
]

_NAMES = {",": "comma", "\t": "tab", ";": "semicolon"}


def find_tables(source: Source) -> tuple[Found, ...]:
    """Every table that the source holds, at least one. Raises `DataError`, one clear line, where there is none."""
    header = read_header(source)
    return (Found(source, "CSV", header.columns, facts={"separator": _NAMES[header.separator]}),)


def read_found(found: Found, columns: Sequence[str] | None = None, *, rows: int | None = None) -> Table:
    """`columns` of the table (None: all), the first `rows` of it (None: all).

    A column of a text format is one of these, and `cast(pl.String)` gives its cells back verbatim in each case:
    String; Categorical; or Int32 / Int64, only where every cell that is not empty is the text of its integer
    (`str(int(cell)) == cell`, so "007" and "1.0" stay strings). An empty cell is "" in String and Categorical, null in
    integers. Which one it is depends on size and content, so callers handle all of them.
    Typed formats (Parquet, Arrow, JSON Lines, Excel) keep Int*, UInt*, Float*, Boolean, Date, Datetime, Time, Duration,
    String, Categorical / Enum and List(String), with null for "nothing"; every other type becomes text.
    The frame may have several chunks. Raises `DataError`.
    """
    header = read_header(found.source)
    table = read_table(found.source, header, columns or header.columns)
    return table if rows is None else Table(table.name, table.frame.head(rows), table.lines)
