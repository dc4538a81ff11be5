"""Reading tables from CSV and TSV files: every cell a string, every row with its line in the file."""

from __future__ import annotations

import csv
import gzip
import zlib
from collections.abc import Generator, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from operator import itemgetter
from typing import IO, cast

import numpy as np
import polars as pl

from recengine.data.sources.source import Source
from recengine.data.table import Table, quoted
from recengine.errors import DataError

_SEPARATORS = ("\t", ";", ",")
"""At a tie the first: a name that holds a comma is likelier than one that holds a tab."""
_BOM = b"\xef\xbb\xbf"
_UTF16 = (b"\xff\xfe", b"\xfe\xff")
_GZIP = b"\x1f\x8b"
_CHUNK = 65_536


@dataclass(frozen=True)
class Header:
    """columns: the cells of the first line without surrounding blanks, each different."""

    columns: tuple[str, ...]
    separator: str


def read_header(source: Source) -> Header:
    """The names of the columns and what separates them."""
    with _open(source) as stream:
        lines = _lines(source.name, stream)
        first = next(lines, "")
        if not first.strip():
            raise DataError(f"{source.name}: the file is empty or begins with an empty line. Put the header first.")
    cuts = {separator: _cut(first, separator) for separator in _SEPARATORS}
    cells = {separator: cut for separator, cut in cuts.items() if isinstance(cut, list)}
    if not cells:
        raise DataError(_stray(source.name, 1, cuts[","]))
    separator = max(cells, key=lambda candidate: len(cells[candidate]))
    columns = tuple(cell.strip() for cell in cells[separator])
    if len(columns) < 2:
        raise DataError(
            f"{source.name}: the header has one column, {quoted(columns[0])}. "
            "Separate the columns by commas, tabs or semicolons."
        )
    twice = next((column for column in columns if columns.count(column) > 1), None)
    if twice is not None:
        raise DataError(
            f"{source.name}: the header has the column {quoted(twice)} twice. Give each column its own name."
        )
    return Header(columns, separator)


def read_lines(source: Source) -> Generator[str, None, None]:
    """The lines of a text file, line ends kept; the first is row 1. Raises `DataError` for what is no UTF-8 text."""
    with _open(source) as stream:
        yield from _lines(source.name, stream)


def read_table(source: Source, header: Header, columns: Sequence[str]) -> Table:
    """`columns` of all rows, as strings; rows that are empty lines are left out.

    Raises `DataError` for a row with other than the header's number of cells, a stray quote, bytes that are not UTF-8,
    and a file without rows.
    """
    table = _read_plain(source, header, columns) or _read_any(source, header, columns)
    if table.frame.height == 0:
        raise DataError(f"{source.name}: no rows below the header. Choose another file.")
    return table


def _read_plain(source: Source, header: Header, columns: Sequence[str]) -> Table | None:
    """The fast way for the usual file: no quotes, no empty lines, all rows as wide as the header. Else None."""
    try:
        with _open(source) as stream:
            content = stream.read().removeprefix(_BOM)
        if not content.isascii():
            content.decode("utf-8")
    except (OSError, EOFError, zlib.error, UnicodeDecodeError):
        return None
    content = content.replace(b"\r\n", b"\n")
    if any(byte in content for byte in (b'"', b"\0", b"\r")):
        return None
    content += b"" if content.endswith(b"\n") else b"\n"
    data = np.frombuffer(content, dtype=np.uint8)
    ends = np.flatnonzero(data == ord("\n"))
    separators = np.searchsorted(np.flatnonzero(data == ord(header.separator)), ends)
    if ends.size < 2 or not (np.diff(separators, prepend=0) == len(header.columns) - 1).all():
        return None
    frame = pl.read_csv(
        content[ends[0] + 1 :],
        has_header=False,
        new_columns=header.columns,
        columns=[header.columns.index(column) for column in columns],
        separator=header.separator,
        quote_char=None,
        infer_schema=False,
        empty_string_is_null=False,
    )
    return Table(source.name, frame.select(columns), np.arange(2, ends.size + 1))


def _read_any(source: Source, header: Header, columns: Sequence[str]) -> Table:
    """The careful way for every file: cell by cell, and the one that finds the words for what is wrong."""
    width = len(header.columns)
    picks = [header.columns.index(column) for column in columns]
    chunks: list[pl.DataFrame] = []
    rows: list[list[str]] = []
    starts: list[int] = []

    def flush() -> None:
        cells = {column: list(map(itemgetter(pick), rows)) for column, pick in zip(columns, picks, strict=True)}
        chunks.append(pl.DataFrame(cells, schema=dict.fromkeys(columns, pl.String)))
        rows.clear()

    with _open(source) as stream:
        reader = csv.reader(_lines(source.name, stream), delimiter=header.separator, strict=True)
        start = 1
        try:
            next(reader)
            start = reader.line_num + 1
            for row in reader:
                if len(row) == width:
                    rows.append(row)
                    starts.append(start)
                    if len(rows) == _CHUNK:
                        flush()
                elif row:
                    raise DataError(
                        f"{source.name}, row {start}: has {len(row)} cells where the header has {width}. "
                        "Put cells that hold the separator in quotes."
                    )
                start = reader.line_num + 1
        except csv.Error as error:
            raise DataError(_stray(source.name, start, error)) from None
    flush()
    return Table(source.name, pl.concat(chunks), np.array(starts, dtype=np.int64))


@contextmanager
def _open(source: Source) -> Iterator[IO[bytes]]:
    """The bytes of the table, unpacked."""
    with ExitStack() as opened:
        try:
            stream = opened.enter_context(source.open())
            packed = stream.read(2) == _GZIP
            stream.seek(0)
        except OSError as error:
            reason = error.strerror or type(error).__name__
            raise DataError(f"{source.name}: cannot be read ({reason}). Check the path and its permissions.") from None
        if packed:
            stream = cast(IO[bytes], opened.enter_context(gzip.open(stream)))
        yield stream


def _lines(name: str, stream: IO[bytes]) -> Iterator[str]:
    """The lines of the file as text, line ends kept."""
    number = 0
    try:
        for number, line in enumerate(stream, start=1):
            if number == 1:
                if line.startswith(_UTF16):
                    raise DataError(f"{name}: the file is UTF-16. Save it as UTF-8.")
                line = line.removeprefix(_BOM)
            if b"\0" in line:
                raise DataError(
                    f"{name}, row {number}: holds a NUL byte, so it is no text. Save the table as CSV, UTF-8."
                )
            yield line.decode("utf-8")
    except UnicodeDecodeError as error:
        wrong = error.object[error.start]
        raise DataError(f"{name}, row {number}: not UTF-8, got the byte 0x{wrong:02x}. Save it as UTF-8.") from None
    except (EOFError, OSError, zlib.error):
        raise DataError(f"{name}, after row {number}: the file is damaged or cut off. Get it again.") from None


def _cut(line: str, separator: str) -> list[str] | csv.Error:
    """The cells of one line, or why it cannot be cut so: by another separator its quotes may make sense."""
    try:
        return next(csv.reader([line], delimiter=separator, strict=True))
    except csv.Error as error:
        return error


def _stray(name: str, row: int, error: object) -> str:
    reason = "a carriage return outside quotes" if "new-line" in str(error) else error
    return (
        f"{name}, row {row}: its cells cannot be told apart ({reason}). "
        "Put cells with quotes or line breaks in quotes, and double the quotes inside."
    )
