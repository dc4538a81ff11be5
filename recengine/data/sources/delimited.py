"""Reading delimited text in blocks: every row of the header's width, every cell verbatim, every row with its line."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from operator import itemgetter
from typing import Literal

import numpy as np
import polars as pl
from numpy.typing import NDArray

from recengine.data.sources.dialect import STAND_IN, Dialect, style_of
from recengine.data.sources.encoding import Utf8Reader
from recengine.data.sources.limits import Limits
from recengine.data.sources.source import Source, opened
from recengine.data.table import Table
from recengine.errors import DataError

BLOCK = 1 << 24
"""Bytes that are read at a time; a file of fewer is read cell by cell, which costs less than loading compiled loops."""
_PREVIEW = 1 << 17
_CHUNK = 1 << 16
_NO_QUOTE = 256
_LONGEST_CELL = 1 << 24
# where a block has fewer different texts than one in so many rows, they are kept as categories
_REPEATS = 20


@dataclass(frozen=True)
class Block:
    """Whole rows of a text. frame: their cells. lines (rows,): where each begins, None where each fills the line after
    the one before it. first: the line of the first row.
    """

    frame: pl.DataFrame
    first: int
    lines: NDArray[np.int32] | None = None

    def line(self, row: int) -> int:
        """The line on which row `row` of the block begins."""
        return self.first + (row if self.lines is None else int(self.lines[row]))


def read_delimited(
    name: str, content: Source, dialect: Dialect, columns: Sequence[str], wanted: Sequence[str], limits: Limits,
    rows: int | None = None,
) -> Table:  # fmt: skip
    """The `wanted` ones of `columns` of the first `rows` rows (None: all); rows that are empty lines are left out.

    Raises `DataError` for a row with other than the header's number of cells, a stray quote, a NUL byte, bytes that the
    encoding does not know, and a text without rows.
    """
    # the csv module's own limit, for the whole process, is less than a long description
    csv.field_size_limit(max(csv.field_size_limit(), _LONGEST_CELL))
    reader = Reader(name, dialect, tuple(columns), tuple(columns.index(one) for one in wanted), limits)
    blocks: list[Block] = []
    with opened(content) as stream:
        source = Utf8Reader(name, stream, dialect.encoding)
        for block in reader.blocks(source, preview=rows is not None):
            blocks.append(block)
            if rows is not None and sum(one.frame.height for one in blocks) >= rows:
                break
    edges = np.cumsum([block.frame.height for block in blocks], dtype=np.int64)
    if not edges.size or edges[-1] == 0:
        where = "no rows below the header" if dialect.header else "no rows"
        raise DataError(f"{name}: {where}. Choose another file.")
    places = [replace(block, frame=_NO_CELLS) for block in blocks]
    frames = [block.frame for block in blocks]
    del blocks, block

    def place(row: int) -> tuple[str, int]:
        index = int(np.searchsorted(edges, row, side="right"))
        return name, places[index].line(row - (int(edges[index - 1]) if index else 0))

    frame = _joined(frames, wanted)
    return Table(name, frame if rows is None else frame.head(rows), place)


_NO_CELLS = pl.DataFrame()


@dataclass(frozen=True)
class Reader:
    """How the blocks of one text are read. picks: which columns, by place."""

    name: str
    dialect: Dialect
    columns: tuple[str, ...]
    picks: tuple[int, ...]
    limits: Limits

    @property
    def separator(self) -> str:
        """One character, which stands for the separator if that has two."""
        return STAND_IN if len(self.dialect.separator) > 1 else self.dialect.separator

    def blocks(self, source: Utf8Reader, *, preview: bool = False) -> Iterator[Block]:
        """The rows below the header, block by block."""
        size = _PREVIEW if preview else BLOCK
        data = self._more(source, b"", size)
        small = preview or len(data) < BLOCK
        start = self._header_end(data) if self.dialect.header else 0
        if small:
            yield from self._careful_blocks(source, data, start)
        else:
            yield from self._fast_blocks(source, data, start)

    def _header_end(self, data: bytes) -> int:
        text = io.BytesIO(data)
        lines = (line.decode("utf-8", errors="replace") for line in text)
        reader = csv.reader(lines, delimiter=self.separator, quoting=self._quoting, strict=True)
        try:
            next(reader, None)
        except csv.Error as error:
            raise DataError(stray(self.name, 1, error)) from None
        return text.tell()

    @property
    def _quoting(self) -> Literal[0, 3]:
        return style_of(quoting=self.dialect.quoting)

    def _more(self, source: Utf8Reader, carried: bytes, size: int) -> bytes:
        """`carried` and at least `size` bytes more; fewer, and then a line end at the end, where the text ends."""
        chunks = [carried]
        missing = size
        while missing > 0:
            chunk = source.read(size)
            if not chunk:
                break
            chunks.append(chunk)
            missing -= len(chunk)
        data = b"".join(chunks)
        if missing > 0 and data and not data.endswith(b"\n"):
            data += b"\n"
        if len(self.dialect.separator) > 1:
            data = data.replace(self.dialect.separator.encode(), STAND_IN.encode())
        return data

    def _careful_blocks(self, source: Utf8Reader, data: bytes, start: int) -> Iterator[Block]:
        """Cell by cell, as the csv module reads it."""
        line = data[:start].count(b"\n") + 1

        def lines() -> Iterator[bytes]:
            nonlocal data
            position = start
            while True:
                while (end := data.find(b"\n", position)) >= 0:
                    yield data[position : end + 1]
                    position = end + 1
                before = len(data) - position
                data = self._more(source, data[position:], _PREVIEW)
                position = 0
                if len(data) == before:
                    return
                self._check_row(data)

        yield from self._careful(lines(), line)

    def _careful(self, lines: Iterator[bytes], first: int) -> Iterator[Block]:
        width = len(self.columns)
        rows: list[list[str]] = []
        starts: list[int] = []
        start = first

        def texts() -> Iterator[str]:
            for number, line in enumerate(lines, start=first):
                if b"\0" in line:
                    raise DataError(_nul(self.name, number))
                yield line.decode("utf-8")

        reader = csv.reader(texts(), delimiter=self.separator, quoting=self._quoting, strict=True)
        try:
            for row in reader:
                if len(row) == width:
                    rows.append(row)
                    starts.append(start - first)
                    if len(rows) == _CHUNK:
                        yield self._block(rows, starts, first)
                        rows, starts = [], []
                elif row:
                    raise DataError(self._ragged(start, len(row)))
                start = first + reader.line_num
        except csv.Error as error:
            raise DataError(stray(self.name, start, error)) from None
        if rows:
            yield self._block(rows, starts, first)

    def _block(self, rows: list[list[str]], starts: list[int], first: int) -> Block:
        cells = [
            pl.Series(str(number), list(map(itemgetter(pick), rows)), dtype=pl.String)
            for number, pick in enumerate(self.picks)
        ]
        return Block(pl.DataFrame(cells), first, np.array(starts, dtype=np.int32))

    def _fast_blocks(self, source: Utf8Reader, data: bytes, start: int) -> Iterator[Block]:
        """Block by block: the next one is read and looked through while this one is parsed."""
        looked_at = self._looked_at(source, data, start)
        del data
        categories: dict[int, bool] = {}
        with ThreadPoolExecutor(1, thread_name_prefix="reading") as ahead:
            coming = ahead.submit(next, looked_at, None)
            while (look := coming.result()) is not None:
                coming = ahead.submit(next, looked_at, None)
                try:
                    parsed = self._parsed(look, categories)
                except DataError:
                    coming.cancel()
                    raise
                if parsed is not None:
                    yield parsed
                else:
                    yield from self._careful(iter(io.BytesIO(look.data)), look.first)

    def _looked_at(self, source: Utf8Reader, data: bytes, start: int) -> Iterator[_Look]:
        from recengine.data.sources import scan as loops

        quote = ord('"') if self.dialect.quoting else _NO_QUOTE
        line = data[:start].count(b"\n") + 1
        data = data[start:]
        while data:
            # what follows the last line end is the begin of a row
            whole = data.rfind(b"\n") + 1
            kinds = np.zeros(len(self.columns), dtype=np.uint8)
            starts = np.empty(data.count(b"\n"), dtype=np.int32)
            view = np.frombuffer(data, dtype=np.uint8, count=whole)
            state, end, rows, lines = loops.scan(view, ord(self.separator), quote, len(self.columns), kinds, starts)
            if state == loops.WRONG:
                end, lines = whole, starts.size
            if rows or state == loops.WRONG:
                places = None if lines == rows else starts[:rows].copy()
                yield _Look(data[:end], kinds, rows, line, places, state == loops.WHOLE)
            rest = data[end:]
            line += lines
            self._check_row(rest)
            data = self._more(source, rest, BLOCK)
            if len(data) - len(rest) <= 1:
                # the text is at its end, in the middle of a cell in quotes: let the csv module find the words
                if data:
                    yield _Look(data, kinds, 0, line, None, sound=False)
                return

    def _parsed(self, look: _Look, categories: dict[int, bool]) -> Block | None:
        """The rows of a block that is sound, with polars; None where that reads other than what was looked at."""
        from recengine.data.sources import scan as loops

        if not look.sound:
            return None
        types: dict[str, pl.DataType] = {}
        for number, kind in enumerate(look.kinds):
            if kind & loops.TEXT or not kind & loops.NUMBER:
                types[str(number)] = pl.Categorical() if categories.get(number) else pl.String()
            else:
                types[str(number)] = pl.Int64() if kind & loops.LONG else pl.Int32()
        try:
            frame = pl.read_csv(
                look.data,
                has_header=False,
                schema=types,
                columns=sorted(self.picks),
                separator=self.separator,
                quote_char='"' if self.dialect.quoting and b'"' in look.data else None,
                empty_string_is_null=False,
            ).rechunk()
        except pl.exceptions.PolarsError:
            return None
        if frame.height != look.rows:
            return None
        series = []
        for number, pick in enumerate(self.picks):
            cells = frame[str(pick)]
            if cells.dtype == pl.String and pick not in categories:
                categories[pick] = cells.n_unique() * _REPEATS <= cells.len()
                cells = cells.cast(pl.Categorical) if categories[pick] else cells
            series.append(cells.alias(str(number)))
        return Block(pl.DataFrame(series), look.first, look.lines)

    def _check_row(self, data: bytes) -> None:
        if len(data) > self.limits.row:
            raise DataError(
                f"{self.name}: has a row of more than {self.limits.row >> 20} MB, or a quote that is never closed. "
                "Put line ends between the rows and close every quote."
            )

    def _ragged(self, row: int, cells: int) -> str:
        header = f"the header has {len(self.columns)}" if self.dialect.header else f"the first has {len(self.columns)}"
        return f"{self.name}, row {row}: has {cells} cells where {header}. Put cells that hold the separator in quotes."


@dataclass(frozen=True)
class _Look:
    """A block as the compiled loop saw it. sound: whether polars reads it right."""

    data: bytes
    kinds: NDArray[np.uint8]
    rows: int
    first: int
    lines: NDArray[np.int32] | None
    sound: bool


def _joined(frames: list[pl.DataFrame], wanted: Sequence[str]) -> pl.DataFrame:
    """The blocks one below the other, each column of the narrowest type that holds all its cells."""
    joined = []
    for number, column in enumerate(wanted):
        parts = [frame[str(number)] for frame in frames]
        types = {part.dtype for part in parts}
        if len(types) > 1:
            if all(one.is_integer() for one in types):
                parts = [part.cast(pl.Int64) for part in parts]
            else:
                parts = [_as_text(part) for part in parts]
        joined.append(pl.concat(parts, rechunk=False).alias(column))
    return pl.DataFrame(joined)


def _as_text(part: pl.Series) -> pl.Series:
    return part.cast(pl.String).fill_null("") if part.dtype.is_integer() else part.cast(pl.String)


def stray(name: str, row: int, error: object) -> str:
    """What to say where quotes or line ends do not add up to cells."""
    reason = str(error)
    if "new-line" in reason:
        reason = "a carriage return outside quotes"
    elif "unexpected end" in reason:
        reason = "a quote that is never closed"
    elif "field larger" in reason:
        reason = "a cell that is far too long, or a quote that is never closed"
    return (
        f"{name}, row {row}: its cells cannot be told apart ({reason}). "
        "Put cells with quotes or line breaks in quotes, and double the quotes inside."
    )


def _nul(name: str, row: int) -> str:
    return f"{name}, row {row}: holds a NUL byte, so it is no text. Save the table as CSV, UTF-8."
