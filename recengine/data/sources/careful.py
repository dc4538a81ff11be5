"""Cutting delimited text with the csv module: right for every text, and with the words for what is wrong."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from operator import itemgetter

import numpy as np
import polars as pl

from recengine.data.sources.block import Block, Shape
from recengine.data.sources.dialect import style_of
from recengine.errors import DataError

_CHUNK = 1 << 16


def careful_blocks(shape: Shape, lines: Iterable[bytes], first: int) -> Iterator[Block]:
    """The rows that `lines`, in UTF-8 and with their ends, hold; rows that are empty lines are left out.

    first: the number of the first line. Raises `DataError` for a row with other than the header's number of cells, a
    stray quote, and a NUL byte.
    """
    rows: list[list[str]] = []
    starts: list[int] = []
    start = first

    def texts() -> Iterator[str]:
        for number, line in enumerate(lines, start=first):
            if b"\0" in line:
                raise DataError(no_text(shape.name, number))
            yield line.decode("utf-8")

    style = style_of(quoting=shape.dialect.quoting)
    reader = csv.reader(texts(), delimiter=shape.separator, quoting=style, strict=True)
    try:
        for row in reader:
            if len(row) == shape.width:
                rows.append(row)
                starts.append(start - first)
                if len(rows) == _CHUNK:
                    yield _block(shape, rows, starts, first)
                    rows, starts = [], []
            elif row:
                raise DataError(_ragged(shape, start, len(row)))
            start = first + reader.line_num
    except csv.Error as error:
        raise DataError(stray(shape.name, start, error)) from None
    if rows:
        yield _block(shape, rows, starts, first)


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


def no_text(name: str, row: int) -> str:
    """What to say where a text holds a NUL byte."""
    return f"{name}, row {row}: holds a NUL byte, so it is no text. Save the table as CSV, UTF-8."


def _block(shape: Shape, rows: list[list[str]], starts: list[int], first: int) -> Block:
    cells = [
        pl.Series(str(number), list(map(itemgetter(pick), rows)), dtype=pl.String)
        for number, pick in enumerate(shape.picks)
    ]
    return Block(pl.DataFrame(cells), first, np.array(starts, dtype=np.int32))


def _ragged(shape: Shape, row: int, cells: int) -> str:
    whose = "the header" if shape.dialect.header else "the first row"
    return (
        f"{shape.name}, row {row}: has {cells} cells where {whose} has {shape.width}. "
        "Put cells that hold the separator in quotes."
    )
