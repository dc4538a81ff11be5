"""What a source holds, whatever its form, and its rows."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

import polars as pl

from recengine.data.sources.archive import ZIP, members_of
from recengine.data.sources.columnar import ARROW_FILE, ARROW_STREAM, PARQUET, find_columnar, read_columnar
from recengine.data.sources.delimited import read_delimited
from recengine.data.sources.dialect import Dialect
from recengine.data.sources.encoding import mark_of
from recengine.data.sources.found import Found
from recengine.data.sources.jsonlines import LINES, LIST, find_json, read_json
from recengine.data.sources.limits import DEFAULT_LIMITS, Limits
from recengine.data.sources.packing import head_of, unpacked, whole
from recengine.data.sources.sheets import FORMAT, OLE, find_sheets, read_sheet
from recengine.data.sources.source import Source, unchanged
from recengine.data.sources.text import find_delimited
from recengine.data.table import Table, quoted
from recengine.errors import DataError

_HEAD = 4096
_MARK = b"\xef\xbb\xbf"

_REFUSED = {
    b"SQLite format 3\0": ("an SQLite database", "Name it as a connection and read it with a statement"),
    b"%PDF": ("a PDF document", "Export the table as CSV or XLSX"),
    b"7z\xbc\xaf'\x1c": ("a 7z archive", "Unpack it or pack it as zip"),
    b"Rar!": ("a RAR archive", "Unpack it or pack it as zip"),
    b"FEA1": ("a Feather file of the first version", "Save it as Parquet"),
    b"\x89HDF": ("an HDF5 file", "Save it as Parquet"),
    b"\x93NUMPY": ("a NumPy array", "Save it as Parquet or CSV"),
    b"\x89PNG": ("a picture", "Choose the file that holds the table"),
    b"\xff\xd8\xff": ("a picture", "Choose the file that holds the table"),
    b"\x7fELF": ("a program", "Choose the file that holds the table"),
    b"ORC": ("an ORC file", "Save it as Parquet"),
    b"Obj\x01": ("an Avro file", "Save it as Parquet"),
}
# a header of text may begin so too: ORCID, …
_WORDS = (b"Rar!", b"FEA1", b"ORC")
_DUCKDB = b"DUCK"
_BINARY = re.compile(rb"[\x00-\x08\x0e-\x1f]")
_PAGES = (b"<!doctype html", b"<html", b"<?xml")


def find_tables(source: Source, limits: Limits = DEFAULT_LIMITS) -> tuple[Found, ...]:
    """Every table that the source holds, at least one. Raises `DataError`, one clear line, where there is none.

    What the bytes are decides, not the ending of the name. Only the head is read, but for workbooks and lists in JSON.
    Members of an archive that are no tables are named in the facts of those that are.
    """
    with unchanged(source):
        return _find(source, source, limits, depth=0)


def find_table(source: Source, limits: Limits = DEFAULT_LIMITS) -> Found:
    """The one table that `source` holds. Raises `DataError` where it holds several, or none."""
    found = find_tables(source, limits)
    if len(found) > 1:
        listed = ", ".join(quoted(one.part) for one in found[:6])
        raise DataError(f"{source.name}: holds {len(found)} tables, {listed}. Choose a file with one.")
    return found[0]


def read_found(
    found: Found, columns: Sequence[str] | None = None, *, rows: int | None = None, limits: Limits = DEFAULT_LIMITS
) -> Table:
    """`columns` of the table (None: all), the first `rows` of it (None: all).

    A column of a text format is one of these, and `cast(pl.String)` gives its cells back verbatim in each case:
    String; Categorical; or Int32 / Int64, only where every cell that is not empty is the text of its integer
    (`str(int(cell)) == cell`, so "007" and "1.0" stay strings). An empty cell is "" in String and Categorical, null in
    integers. Which one it is depends on size and content, so callers handle all of them.
    Typed formats (Parquet, Arrow, JSON Lines, Excel) keep Int*, UInt*, Float*, Boolean, Date, Datetime, Time, Duration,
    String, Categorical / Enum and List(String), with null for "nothing"; every other type becomes text.
    The frame may have several chunks. Raises `DataError`.
    """
    wanted = tuple(dict.fromkeys(found.columns if columns is None else columns))
    for column in wanted:
        if column not in found.columns:
            raise DataError(f"{found.name}: no column {quoted(column)}. Choose another.")
    with unchanged(found.source):
        if found.dialect is not None:
            return _read_text(found, found.dialect, wanted, limits, rows)
        if found.format in (LINES, LIST):
            return read_json(found, wanted, limits, rows)
        if found.format == FORMAT:
            return read_sheet(found, wanted, limits, rows)
        return read_columnar(found, wanted, limits, rows)


def _read_text(found: Found, dialect: Dialect, wanted: Sequence[str], limits: Limits, rows: int | None) -> Table:
    picked = [cell for column in wanted for cell in found.flags.get(column, (column,))]
    table = read_delimited(found.name, found.bytes, dialect, found.cells or found.columns, picked, limits, rows)
    if found.flags.keys().isdisjoint(wanted):
        return table
    columns = [
        pl.concat_str(
            [pl.when(pl.col(flag).cast(pl.String) == "1").then(pl.lit(flag)) for flag in found.flags[column]],
            separator="|",
            ignore_nulls=True,
        ).alias(column)
        if column in found.flags
        else pl.col(column)
        for column in wanted
    ]
    return replace(table, frame=table.frame.select(columns))


def _find(source: Source, content: Source, limits: Limits, depth: int) -> tuple[Found, ...]:
    content, packings = unpacked(content, limits)
    head = head_of(content, _HEAD)
    found: tuple[Found, ...]
    if head.startswith(ZIP):
        if content.path is None and content is not source:
            # what comes out of a packing can only be read from its start, and an archive begins at its end
            content = Source.memory(content.name, whole(content, limits))
        found = _find_zip(source, content, limits, depth)
    elif head.startswith(OLE):
        found = find_sheets(source, content, limits)
    else:
        _refuse(content.name, head)
        found = (_find_one(source, content, head, limits),)
    wide = next((one for one in found if len(one.columns) > limits.columns), None)
    if wide is not None:
        raise DataError(
            f"{content.name}: has {len(wide.columns):,} columns, at most {limits.columns:,} are read. "
            "Leave those out that say nothing of users and items."
        )
    if packings:
        found = tuple(replace(one, facts={**one.facts, "packed": ", ".join(packings)}) for one in found)
    return found


def _find_one(source: Source, content: Source, head: bytes, limits: Limits) -> Found:
    if head.startswith(b"PAR1"):
        return find_columnar(source, content, PARQUET, limits)
    if head.startswith(b"ARROW1"):
        return find_columnar(source, content, ARROW_FILE, limits)
    if head.startswith(b"\xff\xff\xff\xff"):
        return find_columnar(source, content, ARROW_STREAM, limits)
    codec = mark_of(head)
    text = (head if codec is None else head.decode(codec, errors="ignore").lstrip("\ufeff").encode()).lstrip()
    if text.startswith(b"{"):
        return find_json(source, content, LINES, limits)
    if text.startswith(b"[") and text[1:].lstrip().startswith((b"{", b"]")):
        return find_json(source, content, LIST, limits)
    return find_delimited(source, content, limits)


def _find_zip(source: Source, content: Source, limits: Limits, depth: int) -> tuple[Found, ...]:
    members = members_of(content, limits)
    names = {member.name for member in members}
    if "[Content_Types].xml" in names and any(name.startswith("xl/") for name in names):
        if "xl/workbook.bin" in names:
            raise DataError(f"{content.name}: is a binary workbook (XLSB). Save it as XLSX.")
        return find_sheets(source, content, limits)
    if "mimetype" in names and "content.xml" in names:
        raise DataError(f"{content.name}: is an OpenDocument file. Save it as XLSX or CSV.")
    if depth >= limits.depth:
        raise DataError(f"{content.name}: archives lie in one another more than {limits.depth} deep. Unpack them.")
    found: list[Found] = []
    mistakes: dict[str, DataError] = {}
    for member in members:
        try:
            inner = _find(source, member, limits, depth + 1)
        except DataError as mistake:
            mistakes[member.name] = mistake
            continue
        found.extend(replace(one, part=f"{member.name}, {one.part}" if one.part else member.name) for one in inner)
    if not found:
        if len(mistakes) == 1:
            raise DataError(f"{content.name}: {str(next(iter(mistakes.values()))).removeprefix(f'{content.name}: ')}")
        listed = ", ".join(quoted(name) for name in list(mistakes)[:5]) or "nothing"
        raise DataError(f"{content.name}: no table in the archive, which holds {listed}. Choose another file.")
    facts = {"packed": "zip"}
    if mistakes:
        facts["left out"] = ", ".join(list(mistakes)[:10])
    return tuple(replace(one, facts={**one.facts, **facts}) for one in _with_own_parts(found))


def _with_own_parts(found: Sequence[Found]) -> list[Found]:
    """An archive may hold two members of one name: the later ones are numbered."""
    seen: dict[str, int] = {}
    own = []
    for one in found:
        seen[one.part] = seen.get(one.part, 0) + 1
        number = seen[one.part]
        own.append(one if number == 1 else replace(one, part=f"{one.part} ({number})"))
    return own


def _refuse(name: str, head: bytes) -> None:
    binary = _BINARY.search(head) is not None
    for magic, (what, do) in _REFUSED.items():
        if head.startswith(magic) and (binary or magic not in _WORDS):
            raise DataError(f"{name}: is {what}, no table. {do}.")
    if head[8:12] == _DUCKDB and binary:
        raise DataError(f"{name}: is a DuckDB database. Name it as a connection and read it with a statement.")
    if head.removeprefix(_MARK).lstrip()[:20].lower().startswith(_PAGES):
        raise DataError(f"{name}: is a web page or XML, no table. Download the table itself as CSV or XLSX.")
