"""The sweep itself, compiled when it is first called. Import this inside the function that needs it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from recengine.arrays import Mask, Positions, Values
from recengine.compiled import compiled

BEGIN = -1.0
"""Start of a row's first list, which holds at weight 0 itself."""
FIRST_STEPS = 8
"""Steps a row that room is made for at first; it doubles."""


@compiled
def sweep_rows(
    base: Values, slope: Values, counts: Positions, k: int, top: float, merge: float
) -> tuple[Positions, Values, Positions]:
    """The k highest of the lines `base[r, j] + x * slope[r, j]`, j < counts[r], for x from 0 up to `top`.

    Returns row (S,), start (S,) and columns (S, k), padded with -1: a row's lists one after the other, each from its
    start to the next one's. The first has start `BEGIN` and is the list at 0 itself, ties to the lower column; the
    next one starts at 0 where lines that meet at 0 part there. Starts closer than `merge` become one.

    Only neighbours of the list, or its last line and one outside, can be the next to meet. A pair swaps only when the
    lower line is steeper, so every swap puts a steeper line higher: no pair swaps twice, and the sweep ends.
    """
    room = max(FIRST_STEPS * len(base), 1)
    rows = np.empty(room, dtype=np.int32)
    starts = np.empty(room, dtype=np.float64)
    columns = np.empty((room, k), dtype=np.int32)
    size = 0
    width = base.shape[1]
    listed = np.empty(k, dtype=np.int32)
    inside = np.zeros(width, dtype=np.bool_)
    for row in range(len(base)):
        y, s, n = base[row], slope[row], counts[row]
        m = min(k, n)
        _first_list(y, n, m, listed, inside)
        if size + 1 >= len(rows):
            rows, starts, columns = _grown(rows, starts, columns)
        first = size
        _put(rows, starts, columns, size, row, BEGIN, listed, m)
        size += 1
        now = 0.0
        while True:
            when, place, column = _next_meeting(y, s, n, m, listed, inside, now)
            if when >= top:
                break
            now = when
            if column < 0:
                listed[place], listed[place + 1] = listed[place + 1], listed[place]
            else:
                inside[listed[place]] = False
                inside[column] = True
                listed[place] = column
            if size - 1 > first and now - starts[size - 1] <= merge:
                _put(rows, starts, columns, size - 1, row, starts[size - 1], listed, m)
                continue
            # several swaps at one weight may have undone each other
            if size - 1 > first and _same(columns[size - 1], columns[size - 2]):
                size -= 1
            if size + 1 >= len(rows):
                rows, starts, columns = _grown(rows, starts, columns)
            _put(rows, starts, columns, size, row, now, listed, m)
            size += 1
        if size - 1 > first and _same(columns[size - 1], columns[size - 2]):
            size -= 1
        for place in range(m):
            inside[listed[place]] = False
    return rows[:size].copy(), starts[:size].copy(), columns[:size].copy()


@compiled
def _first_list(y: Values, n: int, m: int, listed: Positions, inside: Mask) -> None:
    """The m highest of y[:n] into `listed`, ties to the lower column."""
    size = 0
    for column in range(n):
        if size == m and not y[column] > y[listed[m - 1]]:
            continue
        place = size if size < m else m - 1
        while place > 0 and y[column] > y[listed[place - 1]]:
            listed[place] = listed[place - 1]
            place -= 1
        listed[place] = column
        size = min(size + 1, m)
    for place in range(m):
        inside[listed[place]] = True


@compiled
def _next_meeting(
    y: Values, s: Values, n: int, m: int, listed: Positions, inside: Mask, now: float
) -> tuple[float, int, int]:
    """When the next two lines meet, at which place of the list, and the column that comes in there, -1 for a swap.

    Of those outside that come at once, the steepest is taken, then the higher one, then the lower column: what is left
    out then is put right by the meetings that follow at the same weight.
    """
    when, place, column = np.inf, -1, -1
    for at in range(m - 1):
        upper, lower = listed[at], listed[at + 1]
        if s[lower] > s[upper]:
            meet = max((y[upper] - y[lower]) / (s[lower] - s[upper]), now)
            if meet < when:
                when, place = meet, at
    if m == n or m == 0:
        return when, place, column
    last = listed[m - 1]
    for other in range(n):
        if inside[other] or not s[other] > s[last]:
            continue
        meet = max((y[last] - y[other]) / (s[other] - s[last]), now)
        steeper = column >= 0 and (s[other] > s[column] or (s[other] == s[column] and y[other] > y[column]))
        if meet < when or (meet == when and steeper):
            when, place, column = meet, m - 1, other
    return when, place, column


@compiled
def _put(
    rows: Positions,
    starts: Values,
    columns: Positions,
    at: int,
    row: int,
    start: float,
    listed: Positions,
    m: int,
) -> None:
    rows[at] = row
    starts[at] = start
    columns[at, :m] = listed[:m]
    columns[at, m:] = -1


@compiled
def _same(first: Positions, second: Positions) -> bool:
    return bool((first == second).all())


@compiled
def _grown(rows: Positions, starts: Values, columns: Positions) -> tuple[Positions, Values, Positions]:
    size = len(rows)
    more_rows = np.empty(2 * size, dtype=np.int32)
    more_starts = np.empty(2 * size, dtype=np.float64)
    more_columns = np.empty((2 * size, columns.shape[1]), dtype=np.int32)
    more_rows[:size], more_starts[:size], more_columns[:size] = rows, starts, columns
    return more_rows, more_starts, more_columns


@compiled
def exposure_changes(
    counts: NDArray[np.int64], order: NDArray[np.int64], items: Positions, by: NDArray[np.int8], n_levels: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """How many items are listed, and the rank-weighted sum of places, at first and after each change, (E + 1,) each.

    counts (n_items,): lists that each item stands in at first; written to. Change e adds `by[e]`, 1 or -1, to the count
    of `items[e]`; they come in `order`. No count may go beyond n_levels.
    The rank-weighted sum is that of i * count over the items in ascending order of counts, i from 1: with N(c) items of
    at least c places it is the sum over c >= 1 of N(c) (2 n - N(c) + 1) / 2, of which one change moves one term.
    """
    n = len(counts)
    at_least = np.zeros(n_levels + 1, dtype=np.int64)
    for count in counts:
        for level in range(1, count + 1):
            at_least[level] += 1
    total = np.int64(0)
    for level in range(1, n_levels + 1):
        total += at_least[level] * (2 * n - at_least[level] + 1) // 2
    listed = np.empty(len(order) + 1, dtype=np.int64)
    weighted = np.empty(len(order) + 1, dtype=np.int64)
    listed[0], weighted[0] = at_least[1], total
    for at in range(len(order)):
        item, delta = items[order[at]], by[order[at]]
        level = counts[item] + (1 if delta > 0 else 0)
        counts[item] += delta
        total -= at_least[level] * (2 * n - at_least[level] + 1) // 2
        at_least[level] += delta
        total += at_least[level] * (2 * n - at_least[level] + 1) // 2
        listed[at + 1], weighted[at + 1] = at_least[1], total
    return listed, weighted
