"""Choosing a list one place after the other, for all users at once."""

from __future__ import annotations

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from recengine.arrays import Mask, Positions, Values
from recengine.fusion.rerankers.base import Shortlists
from recengine.ranking import PADDING

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


def rows_isin(items: Positions, among: Positions, n_items: int) -> Mask:
    """`out[u, j]` = whether the item `items[u, j]` stands in the row `among[u]`, (U, m); never for padding.

    Takes `n_items` bytes a user for a while.
    """
    marked = np.zeros((len(items), n_items + 1), dtype=np.bool_)
    # padding is -1, the last column
    np.put_along_axis(marked, among.astype(np.intp), True, axis=1)
    marked[:, PADDING] = False
    found: Mask = np.take_along_axis(marked, items.astype(np.intp), axis=1)
    return found
