"""Ranked lists beside what was relevant: all that a metric reads, computed once for all of them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from recengine.arrays import Mask, Positions, read_only
from recengine.compiled import Loops, in_parts
from recengine.ranking.rankings import Rankings

SEARCH = 16
"""A look-up takes NumPy as long as so many additions."""


def _load() -> None:
    from recengine.ranking import kernels

    one, two = (read_only(np.zeros(n, dtype=np.int32)) for n in (1, 2))
    kernels.mark_hits(one, one[None], two, one, 0, 1, np.zeros((1, 1), dtype=np.bool_))


LOOPS = Loops(_load)


@dataclass(frozen=True)
class JudgedLists:
    """Lists and their hits; arrays read-only.

    hits (U, k) bool: whether the place holds a relevant item; padding is a miss.
    n_relevant (U,) int32: relevant items of each user of the rankings, in the list or not.
    popularity (n_items,) int32: training users that took the item. n_users: training users in all.
    """

    rankings: Rankings
    hits: Mask
    n_relevant: Positions
    popularity: Positions
    n_users: int

    @property
    def k(self) -> int:
        """Length asked of the lists."""
        return self.rankings.k

    @property
    def n_items(self) -> int:
        """Items of the catalogue."""
        return len(self.popularity)


def judge(rankings: Rankings, relevant: csr_matrix, popularity: Positions, n_users: int) -> JudgedLists:
    """Look the lists up in `relevant` (all users, n_items), of which every stored entry is a relevant pair."""
    n_relevant = np.diff(relevant.indptr)[rankings.users].astype(np.int32)
    return JudgedLists(rankings, read_only(hits(rankings, relevant)), read_only(n_relevant), popularity, n_users)


def hits(rankings: Rankings, relevant: csr_matrix) -> Mask:
    """`out[u, j]` = whether `rankings.items[u, j]` is relevant to `rankings.users[u]`, (U, k)."""
    if not relevant.has_sorted_indices:
        relevant = relevant.sorted_indices()
    if LOOPS.pay(SEARCH * rankings.items.size):
        return _hits_by_loop(rankings, relevant)
    n_items = relevant.shape[1]
    rows = np.repeat(np.arange(relevant.shape[0], dtype=np.int64), np.diff(relevant.indptr))
    known = _pair_keys(rows, relevant.indices, n_items)
    asked = _pair_keys(rankings.users[:, None], rankings.items, n_items)
    if len(known) == 0:
        return np.zeros(asked.shape, dtype=np.bool_)
    place = np.minimum(np.searchsorted(known, asked), len(known) - 1)
    found: Mask = (known[place] == asked) & (rankings.items >= 0)
    return found


def _hits_by_loop(rankings: Rankings, relevant: csr_matrix) -> Mask:
    from recengine.ranking import kernels

    found = np.empty(rankings.items.shape, dtype=np.bool_)
    users, items, indptr, indices = (
        read_only(np.ascontiguousarray(array).view())
        for array in (rankings.users, rankings.items, relevant.indptr, relevant.indices)
    )

    def work(start: int, stop: int) -> None:
        kernels.mark_hits(users, items, indptr, indices, start, stop, found)

    in_parts(work, len(found), found.size)
    return found


def _pair_keys(users: NDArray[np.integer], items: NDArray[np.integer], n_items: int) -> NDArray[np.int64]:
    return users.astype(np.int64) * n_items + items
