"""Choosing a list one place after the other, for all users at once."""

from __future__ import annotations

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from recengine.arrays import Mask, Positions, Values
from recengine.fusion.rerankers.base import Shortlists

Rows = NDArray[np.intp]


class Choosing(Protocol):
    """What is gained by each candidate now, and what changes with a choice."""

    def gains(self) -> Values:
        """What each candidate would add, (U, m); -inf for one that must not be chosen."""

    def chose(self, rows: Rows, columns: Rows) -> None:
        """Rows `rows` took their candidate in `columns`."""


def choose(lists: Shortlists, k: int, choosing: Choosing) -> Positions:
    """The order (U, m) with the k chosen in front and the others behind them as they stand; padding stays last.

    Each place takes the candidate with the highest gain, of equal ones the one that stands first.
    """
    n_users, width = lists.items.shape
    free = lists.there
    key = np.broadcast_to(np.arange(width) + k, (n_users, width)).copy()
    for place in range(min(k, width)):
        gains = np.where(free, choosing.gains(), -np.inf)
        columns = gains.argmax(axis=1)
        rows = np.flatnonzero(np.take_along_axis(gains, columns[:, None], axis=1)[:, 0] > -np.inf)
        if not len(rows):
            break
        columns = columns[rows]
        free[rows, columns] = False
        key[rows, columns] = place
        choosing.chose(rows, columns)
    return np.argsort(key, axis=1, kind="stable").astype(np.int32)


def rows_isin(items: Positions, among: Positions) -> Mask:
    """`out[u, j]` = whether `items[u, j]` stands in the row `among[u]`, (U, m); padding too, where there is some."""
    step = np.int64(max(items.max(initial=0), among.max(initial=0)) + 2)
    offset = np.arange(len(items), dtype=np.int64)[:, None] * step + 1
    known = np.sort((among + offset).ravel())
    asked = items + offset
    if not len(known):
        return np.zeros(items.shape, dtype=np.bool_)
    found: Mask = known[np.minimum(np.searchsorted(known, asked), len(known) - 1)] == asked
    return found
