"""All that an import depends on, as a document: where the tables are, how they are read, how they are cleaned."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from recengine.data.sources.found import TableKind
from recengine.errors import DataError

VERSION = 1


@dataclass(frozen=True)
class TableSource:
    """Where one table is. Either a file (`path`, with the `part` of it: a sheet, a member of an archive), or a
    statement over a named connection of the configuration; never a password.

    path: relative to the workspace for an upload (`uploads/SHA256/NAME`), else absolute.
    """

    path: str | None = None
    part: str = ""
    connection: str | None = None
    statement: str | None = None


@dataclass(frozen=True)
class ImportPlan:
    """tables: the sources of each table; several are read one after the other as one. mapping: pairs as `map_columns`
    takes them. cleaning: texts of steps, in their order. positive_from: as `build_dataset` takes it.
    """

    name: str
    tables: Mapping[TableKind, tuple[TableSource, ...]]
    mapping: Mapping[str, str] = field(default_factory=dict)
    cleaning: tuple[str, ...] = ()
    positive_from: float | str | None = "auto"

    def to_json(self) -> dict[str, Any]:
        """Plain values."""
        return {
            "version": VERSION,
            "name": self.name,
            "tables": {
                kind: [{key: value for key, value in vars(one).items() if value} for one in sources]
                for kind, sources in self.tables.items()
            },
            "mapping": dict(self.mapping),
            "cleaning": list(self.cleaning),
            "positive_from": self.positive_from,
        }

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> ImportPlan:
        """The plan of a document. Raises `DataError`."""
        if document.get("version") != VERSION:
            raise DataError(
                f"plan: has version {document.get('version')!r}, this program reads {VERSION}. Make it anew."
            )
        return cls(
            name=document["name"],
            tables={kind: tuple(TableSource(**one) for one in sources) for kind, sources in document["tables"].items()},
            mapping=document["mapping"],
            cleaning=tuple(document["cleaning"]),
            positive_from=document["positive_from"],
        )
