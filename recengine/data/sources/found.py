"""A table that a source holds: what it is and what is in it, before it is read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, get_args

from recengine.data.sources.dialect import Dialect
from recengine.data.sources.source import Source

TableKind = Literal["interactions", "items", "users"]
TABLE_KINDS: tuple[TableKind, ...] = get_args(TableKind)


@dataclass(frozen=True)
class Found:
    """part: which table of the source, a sheet, or a member of an archive; empty where the source is the table.

    format: "CSV", "Parquet", "Excel sheet", … facts: what was recognised, for people, in the order of display:
    `{"encoding": "GB18030", "separator": "semicolon", "packed": "gzip"}`. columns: their names, each different.
    layout: a well-known layout that it has, "MovieLens 1M", else None. kind and roles (`{role: column}`, as
    `recengine.data.mapping` takes them) are what the layout says; None and empty where none was recognised.

    For the reader alone: content, the bytes of the table itself where the source is packed; sheet, its name; dialect,
    how text is cut; cells, the names of all cells of a row where some of them, flags, make up one column: each of them
    is 1 where its label is in the column.
    """

    source: Source
    format: str
    columns: tuple[str, ...]
    part: str = ""
    facts: Mapping[str, str] = field(default_factory=dict)
    layout: str | None = None
    kind: TableKind | None = None
    roles: Mapping[str, str] = field(default_factory=dict)
    content: Source | None = field(default=None, repr=False, compare=False)
    sheet: str | None = field(default=None, repr=False)
    dialect: Dialect | None = field(default=None, repr=False)
    cells: tuple[str, ...] = field(default=(), repr=False)
    flags: Mapping[str, tuple[str, ...]] = field(default_factory=dict, repr=False)

    @property
    def name(self) -> str:
        """How messages and pages call the table."""
        return f"{self.source.name}, {self.part}" if self.part else self.source.name

    @property
    def bytes(self) -> Source:
        """Where the reader gets the table from."""
        return self.content or self.source
