"""What the columns of a table are for, guessed from their names and cells, each guess with its reason."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from recengine.data.sources.found import TableKind


@dataclass(frozen=True)
class Guess:
    """One role for one column, as a pair that `map_columns` takes.

    role: a key of the mapping, such as `user` or `item.categories.genre`. column: its value, a column (or, for settings
    such as `item.separator`, the setting). reason: one short sentence for people: "the name says so", "97 % of the
    cells are dates". sure: in [0, 1], 1 where the layout of the file says so.
    """

    role: str
    column: str
    reason: str
    sure: float


@dataclass(frozen=True)
class KindGuess:
    """Which of the three tables a file is, the reason as a short sentence, and how sure that is, in [0, 1]."""

    kind: TableKind
    reason: str
    sure: float


Samples = Mapping[TableKind, pl.DataFrame]
"""The first rows of other tables, to find which ids stand in both."""
