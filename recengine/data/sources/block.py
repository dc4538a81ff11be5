"""Whole rows of a delimited text, with their lines; and the text they are cut from."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from recengine.data.sources.dialect import STAND_IN, Dialect


@dataclass(frozen=True)
class Block:
    """frame: the cells of the wanted columns, which are called by their place among them, "0", "1", ….

    lines (rows,): where each row begins, counted from `first`; None where each fills the line after the one before it.
    first: the line of the first row.
    """

    frame: pl.DataFrame
    first: int
    lines: NDArray[np.int32] | None = None

    def line(self, row: int) -> int:
        """The line on which row `row` of the block begins."""
        return self.first + (row if self.lines is None else int(self.lines[row]))


@dataclass(frozen=True)
class Shape:
    """What every block of one text has in common. name: how messages call it. width: cells of a row. picks: the wanted
    columns, by place.
    """

    name: str
    dialect: Dialect
    width: int
    picks: tuple[int, ...]

    @property
    def separator(self) -> str:
        """One character, which stands for the separator where that has two."""
        return STAND_IN if len(self.dialect.separator) > 1 else self.dialect.separator
