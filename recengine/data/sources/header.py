"""The one table of a source that holds one: its header, and its rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from recengine.data.sources.found import Found
from recengine.data.sources.reading import find_tables, read_found
from recengine.data.sources.source import Source
from recengine.data.table import Table, quoted
from recengine.errors import DataError


@dataclass(frozen=True)
class Header:
    """columns: their names, each different. found: the table that they are of."""

    columns: tuple[str, ...]
    found: Found


def read_header(source: Source) -> Header:
    """The columns of the one table that `source` holds. Raises `DataError` where it holds several, or none."""
    found = find_tables(source)
    if len(found) > 1:
        listed = ", ".join(quoted(one.part) for one in found[:6])
        raise DataError(f"{source.name}: holds {len(found)} tables, {listed}. Choose a file with one.")
    return Header(found[0].columns, found[0])


def read_table(source: Source, header: Header, columns: Sequence[str]) -> Table:
    """`columns` of all rows, as `read_found` gives them."""
    return read_found(header.found, columns)
