"""Reading delimited text in blocks: every row of the header's width, every cell verbatim, every row with its line."""

from __future__ import annotations

import csv
import io
import os
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace

import numpy as np
import polars as pl

from recengine.data.sources.block import Block, Shape
from recengine.data.sources.careful import careful_blocks, stray
from recengine.data.sources.dialect import STAND_IN, Dialect, style_of
from recengine.data.sources.encoding import Utf8Reader
from recengine.data.sources.fast import Cut, FastReader, count_lines
from recengine.data.sources.limits import Limits
from recengine.data.sources.source import Source, opened
from recengine.data.table import Table
from recengine.errors import DataError

BLOCK = 1 << 24
"""Bytes that are read at a time; a text of fewer is read cell by cell, which costs less than loading compiled loops."""
_PREVIEW = 1 << 17
_THREADS = min(os.cpu_count() or 1, 4)


def read_delimited(
    name: str,
    content: Source,
    dialect: Dialect,
    columns: Sequence[str],
    wanted: Sequence[str],
    limits: Limits,
    rows: int | None = None,
) -> Table:
    """The `wanted` ones of `columns` of the first `rows` rows (None: all); rows that are empty lines are left out.

    Raises `DataError` for a row with other than the header's number of cells, a stray quote, a NUL byte, bytes that the
    encoding does not know, and a text without rows.
    """
    shape = Shape(name, dialect, len(columns), tuple(columns.index(one) for one in wanted))
    frames: list[pl.DataFrame] = []
    places: list[Block] = []
    n_rows = 0
    with opened(content) as stream:
        text = _Text(shape, Utf8Reader(name, stream, dialect.encoding), limits)
        for block in text.blocks(preview=rows is not None):
            frames.append(block.frame)
            places.append(replace(block, frame=_NO_CELLS))
            n_rows += block.frame.height
            if rows is not None and n_rows >= rows:
                break
    if n_rows == 0:
        where = "no rows below the header" if dialect.header else "no rows"
        raise DataError(f"{name}: {where}. Choose another file.")
    edges = np.cumsum([frame.height for frame in frames], dtype=np.int64)

    def place(row: int) -> tuple[str, int]:
        index = int(np.searchsorted(edges, row, side="right"))
        return name, places[index].line(row - (int(edges[index - 1]) if index else 0))

    frame = _joined(frames, wanted)
    return Table(name, frame if rows is None else frame.head(rows), place)


_NO_CELLS = pl.DataFrame()


class _Text:
    """A delimited text that is read from its start to its end, once."""

    def __init__(self, shape: Shape, source: Utf8Reader, limits: Limits) -> None:
        self._shape = shape
        self._source = source
        self._limits = limits

    def blocks(self, *, preview: bool) -> Iterator[Block]:
        """The rows below the header, block by block. preview: only the first few are of interest."""
        data = self._more(b"", _PREVIEW if preview else BLOCK)
        start = self._header_end(data) if self._shape.dialect.header else 0
        first = data.count(b"\n", 0, start) + 1
        if preview or len(data) < BLOCK:
            yield from careful_blocks(self._shape, self._lines(data, start), first)
        else:
            yield from self._fast_blocks(data[start:], first)

    def _header_end(self, data: bytes) -> int:
        text = io.BytesIO(data)
        lines = (line.decode("utf-8", errors="replace") for line in text)
        style = style_of(quoting=self._shape.dialect.quoting)
        try:
            next(csv.reader(lines, delimiter=self._shape.separator, quoting=style, strict=True), None)
        except csv.Error as error:
            raise DataError(stray(self._shape.name, 1, error)) from None
        return text.tell()

    def _more(self, carried: bytes, size: int) -> bytes:
        """`carried` and at least `size` bytes more; fewer, and then a line end at the end, where the text ends."""
        if len(carried) > self._limits.row:
            raise DataError(
                f"{self._shape.name}: has a row of more than {self._limits.row >> 20} MB, or a quote that is never "
                "closed. Put line ends between the rows and close every quote."
            )
        chunks = [carried]
        missing = size
        while missing > 0 and (chunk := self._source.read(size)):
            chunks.append(chunk)
            missing -= len(chunk)
        data = b"".join(chunks)
        if missing > 0 and data and not data.endswith(b"\n"):
            data += b"\n"
        if len(self._shape.dialect.separator) > 1:
            data = data.replace(self._shape.dialect.separator.encode(), STAND_IN.encode())
        return data

    def _lines(self, data: bytes, position: int) -> Iterator[bytes]:
        while True:
            while (end := data.find(b"\n", position)) >= 0:
                yield data[position : end + 1]
                position = end + 1
            rest = data[position:]
            data, position = self._more(rest, _PREVIEW), 0
            if len(data) == len(rest):
                return

    def _fast_blocks(self, data: bytes, first: int) -> Iterator[Block]:
        """Several blocks at a time, in the order of the text."""
        reader = FastReader(self._shape)
        reader.prepare(data)
        coming: deque[tuple[bytes, int, Future[Cut]]] = deque()
        is_first = True
        with ThreadPoolExecutor(_THREADS, thread_name_prefix="reading") as pool:
            while data or coming:
                if data:
                    lines = count_lines(data)
                    coming.append((data, first, pool.submit(reader.cut, data, first, lines)))
                    # between quotes a line end ends no row, so only the reader knows where the rows end
                    unsure = self._shape.dialect.quoting and b'"' in data
                    end = data.rfind(b"\n") + 1
                    if unsure:
                        cut = coming[-1][2].result()
                        end, lines = cut.end, cut.lines
                    rest = data[end:]
                    first += lines
                    data = self._more(rest, BLOCK)
                    if len(data) == len(rest) and data:
                        # the text ends within a cell in quotes: the csv module has the words for it
                        coming.append((data, first, _done()))
                        data = b""
                while coming and (len(coming) > _THREADS or not data or is_first):
                    read, line, job = coming.popleft()
                    cut = job.result()
                    if cut.block is None:
                        yield from careful_blocks(self._shape, io.BytesIO(read[: cut.end]), line)
                    else:
                        yield reader.settle(cut.block) if is_first else cut.block
                    is_first = False


def _done() -> Future[Cut]:
    """A block that only the csv module can read, to its end."""
    future: Future[Cut] = Future()
    future.set_result(Cut(None, -1, 0))
    return future


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
