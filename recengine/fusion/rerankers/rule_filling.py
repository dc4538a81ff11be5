"""Finding the k items that keep the rules, for all users at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from recengine.arrays import Mask, Positions
from recengine.fusion.rerankers.base import Shortlists
from recengine.fusion.rerankers.rule_book import Limit, RuleBook
from recengine.ranking import PADDING

Columns = NDArray[np.intp]


def fill(lists: Shortlists, book: RuleBook, k: int) -> Shortlists:
    """The lists with the first `k` places by the rules of `book`, `Rules` says how; k places wider."""
    short = lists.items.shape[1]
    reserve = np.zeros((len(lists.items), 0), dtype=np.int32) if lists.reserve is None else lists.reserve
    items = np.concatenate([lists.items, reserve], axis=1)
    items = np.where(book.blocked[items], PADDING, items).astype(np.int32)
    pins = _pinned_columns(items, book)
    chosen = _Chosen(items, book, k)
    for pin in range(pins.shape[1]):
        rows = np.flatnonzero(pins[:, pin] >= 0)
        chosen.add(rows, pins[rows, pin])
    chosen.add_what_lacks()
    chosen.add_the_best()

    # what "at most" keeps out may not come in behind
    behind = ~chosen.mask & (chosen.size >= k)[:, None] & (items != PADDING)
    behind[:, short:] = False
    key = _places(chosen.mask, pins, book.places, k)
    key = np.where(behind, k + np.arange(items.shape[1]), key)
    order = np.argsort(key, axis=1, kind="stable")[:, : short + k]
    there = np.take_along_axis(key, order, axis=1) < _NOWHERE
    moved = np.where(there, np.take_along_axis(items, order, axis=1), PADDING).astype(np.int32)
    pad = ((0, 0), (0, short + k - moved.shape[1]))
    left = np.where(chosen.mask, PADDING, items)[:, short:]
    return replace(
        lists,
        items=np.pad(moved, pad, constant_values=PADDING),
        scores=np.pad(_falling(lists, order, there), pad, constant_values=np.nan),
        reserve=None if lists.reserve is None else left,
    )


_NOWHERE = np.iinfo(np.int64).max


class _Chosen:
    """The items chosen so far. mask (U, W), size (U,); counts by rule."""

    def __init__(self, items: Positions, book: RuleBook, k: int) -> None:
        self._k = k
        self.mask: Mask = np.zeros(items.shape, dtype=np.bool_)
        self.size = np.zeros(len(items), dtype=np.int64)
        self._there = items != PADDING
        self._least = [_Counted(limit, items) for limit in book.at_least]
        self._most = [_Counted(limit, items) for limit in book.at_most]

    def add(self, rows: Columns, columns: Columns) -> None:
        """Rows `rows` take the item in `columns`."""
        self.mask[rows, columns] = True
        self.size[rows] += 1
        for counted in (*self._least, *self._most):
            counted.count[rows] += counted.members[rows, columns]

    def add_what_lacks(self) -> None:
        """Fill what "at least" lacks with the best that "at most" allows.

        Where one place for each that lacks is too many, an item that helps with several goes first.
        """
        while True:
            lacking = [np.maximum(counted.number - counted.count, 0) for counted in self._least]
            helps = np.zeros(self.mask.shape, dtype=np.int64)
            for counted, lack in zip(self._least, lacking, strict=True):
                helps += counted.members & (lack > 0)[:, None]
            helps[~self._allowed()] = 0
            crowded = np.sum(lacking, axis=0) > self._k - self.size if lacking else np.zeros(len(self.size), np.bool_)
            helps[~crowded] = helps[~crowded] > 0
            columns = helps.argmax(axis=1)
            rows = np.flatnonzero(np.take_along_axis(helps, columns[:, None], axis=1)[:, 0] > 0)
            if not len(rows):
                return
            self.add(rows, columns[rows])

    def add_the_best(self) -> None:
        """Fill up with the best that "at most" allows."""
        while True:
            allowed = self._allowed()
            columns = allowed.argmax(axis=1)
            rows = np.flatnonzero(np.take_along_axis(allowed, columns[:, None], axis=1)[:, 0])
            if not len(rows):
                return
            self.add(rows, columns[rows])

    def _allowed(self) -> Mask:
        allowed: Mask = self._there & ~self.mask
        allowed[self.size >= self._k] = False
        for counted in self._most:
            full = counted.count >= counted.number
            allowed[full] &= ~counted.members[full]
        return allowed


class _Counted:
    """One limit with the candidates it counts. members (U, W); count (U,): those chosen."""

    def __init__(self, limit: Limit, items: Positions) -> None:
        self.number = limit.number
        self.members: Mask = limit.members[items] & (items != PADDING)
        self.count = np.zeros(len(items), dtype=np.int64)


def _pinned_columns(items: Positions, book: RuleBook) -> Columns:
    """Where each pinned item stands, (U, n); -1 where it is not there to be put in."""
    columns = np.full((len(items), len(book.pinned)), -1, dtype=np.intp)
    for pin, item in enumerate(book.pinned.tolist()):
        found = items == item
        columns[:, pin] = np.where(found.any(axis=1), found.argmax(axis=1), -1)
    return columns


def _places(chosen: Mask, pins: Columns, places: Sequence[int] | Positions, k: int) -> NDArray[np.int64]:
    """The place of each chosen item, (U, W): pinned ones at theirs, the others in order at what is left of the k."""
    taken = np.zeros((len(chosen), k), dtype=np.bool_)
    others = chosen.copy()
    for pin, place in enumerate(places):
        rows = np.flatnonzero(pins[:, pin] >= 0)
        taken[rows, place] = True
        others[rows, pins[rows, pin]] = False
    free = np.argsort(taken, axis=1, kind="stable")
    row, column = np.nonzero(others)
    nth = (np.cumsum(others, axis=1) - 1)[row, column]
    key = np.full(chosen.shape, _NOWHERE)
    key[row, column] = free[row, nth]
    for pin, place in enumerate(places):
        rows = np.flatnonzero(pins[:, pin] >= 0)
        key[rows, pins[rows, pin]] = place
    return key


def _falling(lists: Shortlists, order: Columns, there: Mask) -> NDArray[np.float32]:
    """The scores of the items in their new order, from high to low; what was put in has the lowest of the row."""
    low = np.fmin.reduce(lists.scores, axis=1, initial=np.float32(np.nan))[:, None]
    low = np.where(np.isnan(low), np.float32(0), low)
    short = lists.scores.shape[1]
    scores = np.take_along_axis(lists.scores, np.minimum(order, max(short - 1, 0)), axis=1) if short else low
    scores = np.where(order < short, scores, low)
    falling: NDArray[np.float32] = -np.sort(np.where(there, -scores, np.float32(np.inf)), axis=1)
    return np.where(there, falling, np.float32(np.nan)).astype(np.float32)
