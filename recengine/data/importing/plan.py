"""All that an import depends on, as a document: where the tables are, how they are read, how they are cleaned."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Set
from dataclasses import dataclass, field, fields
from typing import Any, cast

from recengine.data.sources.found import TABLE_KINDS, TableKind
from recengine.data.table import quoted
from recengine.errors import DataError

VERSION = 1
MAX_SOURCES = 1_000
"""Files that may be read as one table."""
_DO = "Make the plan anew."


@dataclass(frozen=True)
class TableSource:
    """Where one table is. Either a file (`path`, with the `part` of it: a sheet, a member of an archive), or a
    statement over a named connection of the configuration; never a password.

    path: relative to the workspace for an upload (`uploads/SHA256/NAME`), else absolute. content: what the file was
    when it was imported, `SHA256:BYTES`; another one is said when it is imported again.
    """

    path: str | None = None
    part: str = ""
    connection: str | None = None
    statement: str | None = None
    content: str | None = field(default=None, compare=False)


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
    def from_json(cls, document: object, where: str = "plan") -> ImportPlan:
        """The plan of a document. where: how messages call it. Raises `DataError` for whatever is not as it must be."""
        if not isinstance(document, dict):
            raise DataError(f"{where}: must be a JSON object, found {type(document).__name__}. {_DO}")
        if document.get("version") != VERSION:
            raise DataError(
                f"{where}: has version {quoted(document.get('version'))}, this program reads {VERSION}. {_DO}"
            )
        known = {"version", *(one.name for one in fields(cls))}
        _check_keys(where, document, known, required={"name", "tables"})
        positive_from = document.get("positive_from", "auto")
        if not (positive_from is None or positive_from == "auto" or _is_number(positive_from)):
            raise DataError(
                f'{where}: positive_from must be a number, "auto" or null, got {quoted(positive_from)}. {_DO}'
            )
        cleaning = document.get("cleaning", [])
        if not isinstance(cleaning, list):
            raise DataError(f"{where}: cleaning must be a list of texts, found {type(cleaning).__name__}. {_DO}")
        return cls(
            name=_text(where, "name", document["name"]),
            tables=_tables(where, document["tables"]),
            mapping=_texts(where, "mapping", document.get("mapping", {})),
            cleaning=tuple(_text(where, "cleaning", one) for one in cleaning),
            positive_from=cast(float | str | None, positive_from),
        )


def _tables(where: str, value: object) -> dict[TableKind, tuple[TableSource, ...]]:
    if not isinstance(value, dict):
        raise DataError(f"{where}: tables must be an object, found {type(value).__name__}. {_DO}")
    _check_keys(f"{where}: tables", value, set(TABLE_KINDS), required={"interactions"})
    tables: dict[TableKind, tuple[TableSource, ...]] = {}
    for kind in TABLE_KINDS:
        if kind not in value:
            continue
        listed = value[kind]
        if not isinstance(listed, list) or not 0 < len(listed) <= MAX_SOURCES:
            raise DataError(f"{where}: tables.{kind} must be a list of 1 to {MAX_SOURCES:,} sources. {_DO}")
        tables[kind] = tuple(_source(f"{where}: tables.{kind}", one) for one in listed)
    return tables


def _source(where: str, value: object) -> TableSource:
    named = _texts(where, "a source", value)
    _check_keys(where, named, {one.name for one in fields(TableSource)})
    from_file, from_database = "path" in named, "connection" in named and "statement" in named
    if from_file == from_database or (from_file and ("connection" in named or "statement" in named)):
        raise DataError(f"{where}: a source is either a path, or a connection with a statement. {_DO}")
    return TableSource(**named)


def _check_keys(where: str, document: Mapping[Any, Any], known: Set[str], required: Set[str] = frozenset()) -> None:
    for key in document:
        if key not in known:
            raise DataError(f"{where}: has {quoted(key)}, which no plan has. It may have {', '.join(sorted(known))}.")
    for key in sorted(required):
        if key not in document:
            raise DataError(f"{where}: {key} is missing. {_DO}")


def _texts(where: str, what: str, value: object) -> dict[str, str]:
    if not isinstance(value, dict):
        raise DataError(f"{where}: {what} must be an object of texts, found {type(value).__name__}. {_DO}")
    return {_text(where, what, key): _text(where, what, text) for key, text in value.items()}


def _text(where: str, what: str, value: object) -> str:
    if not isinstance(value, str):
        raise DataError(f"{where}: {what} must be text, got {quoted(value)}. {_DO}")
    return value


def _is_number(value: object) -> bool:
    # a whole number in JSON may have more digits than any float
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) <= sys.float_info.max
