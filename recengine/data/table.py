"""A table as it was handed in, and the checked way from its cells to ids, numbers and times."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from recengine.arrays import Mask
from recengine.errors import DataError


@dataclass(frozen=True)
class Cells:
    """A column as read, before anybody decides what becomes of the cells that cannot be.

    values: null where a cell cannot be read, or holds nothing and may. bad: Boolean, where it cannot be read.
    must, do: what a cell must be and what to do, for a message.
    """

    values: pl.Series
    bad: pl.Series
    must: str
    do: str


Places = Callable[[int], tuple[str, int]]
"""Of a row, counted from 0: how messages call the file it comes from, and the line of it where the row begins.

For tables so long that a line for each row would cost too much memory, and for those read from several files.
"""


@dataclass(frozen=True)
class Table:
    """name: how messages call it, the file's name. frame: its cells as `read_found` gives them.

    lines (rows,): the line of the file where each row begins, or how to find it; None counts the rows from 1. Messages
    name a row by `place`, and what became of `lines` does not matter to anybody else.
    """

    name: str
    frame: pl.DataFrame
    lines: NDArray[np.int64] | Places | None = None

    def keep(self, mask: Mask) -> Table:
        """The rows where `mask` is true, which keep their lines; O(1) more memory a row than their cells take."""
        if mask.all():
            return self
        frame = self.frame.filter(pl.Series(mask))
        if isinstance(self.lines, np.ndarray):
            return Table(self.name, frame, self.lines[mask])
        return Table(self.name, frame, lambda row: self.at(int(np.flatnonzero(mask)[row])))

    def line(self, row: int) -> int:
        """The line of the file where row `row`, counted from 0, begins."""
        return self.at(row)[1]

    def place(self, row: int) -> str:
        """Where row `row`, counted from 0, is: `ratings.csv, row 1204`, of several files the one that holds it."""
        name, line = self.at(row)
        return f"{name}, row {line}"

    def error(self, row: int, column: str, must: str, do: str) -> DataError:
        """What is wrong with one cell."""
        got = self.frame[column][row]
        return DataError(f"{self.place(row)}: {quoted(column)} must be {must}, got {quoted(got)}. {do}")

    def at(self, row: int) -> tuple[str, int]:
        """The file that row `row`, counted from 0, comes from, and its line there."""
        if self.lines is None:
            return self.name, row + 1
        return (self.name, int(self.lines[row])) if isinstance(self.lines, np.ndarray) else self.lines(row)

    def with_whole_ids(self, column: str | None) -> Table:
        """The table with a column of ids that were stored as floats, as tools do that know no missing integer, as
        integers. Raises `DataError` for a fraction, which is no id.
        """
        if column is None or not self.frame[column].dtype.is_float():
            return self
        cells = self.frame[column].fill_nan(None)
        whole = cells.cast(pl.Int64, strict=False)
        bad = cells.is_not_null() & (whole.cast(pl.Float64) != cells).fill_null(value=True)
        self.raise_first(bad, column, "a whole number or a text to be an id", "Choose another column of ids.")
        return Table(self.name, self.frame.with_columns(whole), self.lines)

    def ids(self, column: str) -> pl.Series:
        """The cells as strings, verbatim; null where a cell holds nothing but blanks."""
        return _blank_to_null(self.frame[column].cast(pl.String))

    def labels(self, column: str) -> pl.Series:
        """The cells as strings without surrounding blanks; null where nothing is left."""
        return _blank_to_null(self.frame[column].cast(pl.String).str.strip_chars())

    def lists(self, column: str, separator: str | None) -> pl.Series:
        """The cells cut at `separator`, each label once, in the order of the cell; null where nothing is left."""
        cells = self.frame[column]
        if not isinstance(cells.dtype, pl.List):
            text = cells.cast(pl.String)
            cells = text.str.split(separator) if separator else text.to_frame().select(pl.concat_list(column))[column]
        labels = cells.list.eval(pl.element().cast(pl.String).str.strip_chars())
        labels = labels.list.eval(pl.element().filter(pl.element().is_not_null() & (pl.element() != "")))
        labels = labels.list.unique(maintain_order=True)
        return pl.select(pl.when(labels.list.len() > 0).then(labels)).to_series().alias(column)

    def raise_first(self, bad: pl.Series, column: str, must: str, do: str) -> None:
        """Raise `error` for the first row where `bad` (Boolean, rows) is true, if there is one."""
        first = bad.arg_max() if bad.any() else None
        if first is not None:
            raise self.error(first, column, must, do)


def quoted(value: object) -> str:
    """`value` for a message: in quotes, on one line, at most about 60 characters; `nothing` for a missing one."""
    if value is None:
        return "nothing"
    text = str(value)
    return json.dumps(text if len(text) <= 60 else f"{text[:57]}...", ensure_ascii=False)


def _blank_to_null(text: pl.Series) -> pl.Series:
    blank = text.str.strip_chars() == ""
    return pl.select(pl.when(~blank).then(text)).to_series().alias(text.name)
