"""Compiled loops over the users of a pool. Importing this loads numba: import it where it is about to be called.

Single precision, every operation rounded by itself and in the order that is written, so the numbers are those of NumPy,
bit for bit.
"""

from __future__ import annotations

import numpy as np

from recengine.arrays import Mask, Positions, Scores
from recengine.compiled import compiled

AS_IS, AFFINE, PLACES, RECIPROCAL = range(4)
LANES = 64
"""Every so many columns are one lane, whose maxima are found together: fixed, so that an instruction takes many."""
STRIP = 8
"""Columns that are compared together."""
HALVINGS = 16
"""Times that a range of scores is halved to find few that hold the best k."""


@compiled
def best_of_pool(
    shape: int,
    given: Scores,
    center: Scores,
    spread: Scores,
    neutral: Scores,
    weights: Scores,
    used: Mask,
    items: Positions,
    lengths: Positions,
    start: int,
    stop: int,
    best_items: Positions,
    best_scores: Scores,
) -> None:
    """Map, sum and rank the rows from `start` to `stop`; nothing as wide as the pool is kept.

    given (C, U, P): values as they are, raw scores or ranks, made into values as `Normaliser` of that shape does by
    center, spread and neutral (C, U). weights (C, U); used (C,): the scorers to be summed, from left to right, at least
    one. items (U, P), of which the first lengths[u] count. Writes into best_items and best_scores (U, k), which hold
    padding; ties go to the lower column, NaN and -inf are never listed.
    """
    fused = np.empty(given.shape[2], dtype=np.float32)
    columns = np.empty(given.shape[2] + 1, dtype=np.int32)
    maxima = np.empty(LANES, dtype=np.float32)
    for row in range(start, stop):
        n = lengths[row]
        first = True
        for scorer in range(len(given)):
            if used[scorer]:
                low, width, instead = center[scorer, row], spread[scorer, row], neutral[scorer, row]
                weight = weights[scorer, row]
                if first:
                    _put_values(shape, given[scorer, row], n, low, width, instead, weight, fused)
                else:
                    _add_values(shape, given[scorer, row], n, low, width, instead, weight, fused)
                first = False
        bar = _bar(fused, n, best_items.shape[1], maxima)
        m = _candidates(fused, n, bar, columns)
        _place(fused, columns, m, items[row], best_items[row], best_scores[row])


@compiled
def _put_values(
    shape: int,
    given: Scores,
    n: int,
    low: np.float32,
    width: np.float32,
    instead: np.float32,
    weight: np.float32,
    fused: Scores,
) -> None:
    """`fused[:n] = weight * value` of the first scorer."""
    if shape == AFFINE:
        for column in range(n):
            value = (given[column] - low) / width
            fused[column] = (instead if np.isnan(value) else value) * weight
    elif shape == PLACES:
        for column in range(n):
            value = (low - given[column]) / width
            fused[column] = (instead if np.isnan(value) else value) * weight
    elif shape == RECIPROCAL:
        for column in range(n):
            value = np.float32(1) / (low + given[column])
            fused[column] = (instead if np.isnan(value) else value) * weight
    else:
        for column in range(n):
            fused[column] = given[column] * weight


@compiled
def _add_values(
    shape: int,
    given: Scores,
    n: int,
    low: np.float32,
    width: np.float32,
    instead: np.float32,
    weight: np.float32,
    fused: Scores,
) -> None:
    """`fused[:n] += weight * value` of a later scorer."""
    if shape == AFFINE:
        for column in range(n):
            value = (given[column] - low) / width
            fused[column] += (instead if np.isnan(value) else value) * weight
    elif shape == PLACES:
        for column in range(n):
            value = (low - given[column]) / width
            fused[column] += (instead if np.isnan(value) else value) * weight
    elif shape == RECIPROCAL:
        for column in range(n):
            value = np.float32(1) / (low + given[column])
            fused[column] += (instead if np.isnan(value) else value) * weight
    else:
        for column in range(n):
            fused[column] += given[column] * weight


@compiled
def _bar(fused: Scores, n: int, k: int, maxima: Scores) -> np.float32:
    """A score that at least k of the first n reach, and where they are apart not many more; else -inf.

    What k of the lanes' maxima reach, k scores reach; of a row that is short for its k all scores are compared.
    Counting how many reach a score takes one instruction for many of them, so halving the range is cheaper than
    keeping the best k in order along the row.
    """
    if n < 2 * k:
        return np.float32(-np.inf)
    if n < 2 * LANES or 4 * k > LANES:
        return _reached_by(fused, n, k)
    maxima[:] = fused[:LANES]
    for begin in range(LANES, n - n % LANES, LANES):
        lap = fused[begin : begin + LANES]
        for lane in range(LANES):
            score = lap[lane]
            maxima[lane] = score if score > maxima[lane] else maxima[lane]
    return _reached_by(maxima, LANES, k)


@compiled
def _reached_by(scores: Scores, n: int, k: int) -> np.float32:
    """A score that at least k of the first n reach, and where they are apart not many more; else -inf."""
    bar = np.float32(-np.inf)
    high = low = scores[0]
    for place in range(n):
        score = scores[place]
        high = score if score > high else high
        low = score if score < low else low
    for _ in range(HALVINGS):
        middle = low + (high - low) * np.float32(0.5)
        if not low < middle < high:
            break
        reached = 0
        for place in range(n):
            reached += scores[place] >= middle
        if reached < k:
            high = middle
            continue
        low = bar = middle
        if reached <= k + k // 4:
            break
    return bar


@compiled
def _candidates(fused: Scores, n: int, bar: np.float32, columns: Positions) -> int:
    """Write the columns whose score reaches `bar`, ascending; returns how many. One place more is overwritten."""
    m = 0
    whole = n - n % STRIP
    for begin in range(0, whole, STRIP):
        strip = fused[begin : begin + STRIP]
        reached = False
        for lane in range(STRIP):
            reached |= strip[lane] >= bar
        if reached:
            for lane in range(STRIP):
                columns[m] = begin + lane
                m += strip[lane] >= bar
    for column in range(whole, n):
        columns[m] = column
        m += fused[column] >= bar
    return m


@compiled
def _place(
    fused: Scores, columns: Positions, m: int, items: Positions, best_items: Positions, best_scores: Scores
) -> None:
    """Put the best of the m candidates in their places, best first; an equal one goes behind."""
    k = len(best_items)
    filled = 0
    bar = np.float32(-np.inf)
    for candidate in range(m):
        score = fused[columns[candidate]]
        if score > bar:
            filled = min(filled + 1, k)
            place = filled - 1
            while place > 0 and best_scores[place - 1] < score:
                best_scores[place] = best_scores[place - 1]
                best_items[place] = best_items[place - 1]
                place -= 1
            best_scores[place] = score
            best_items[place] = items[columns[candidate]]
            if filled == k:
                bar = best_scores[k - 1]


@compiled
def find_ranks(ordered: Scores, counts: Positions, asked: Scores, ranks: Scores) -> None:
    """Write the rank of each of `asked` (B, m) among the first counts[b] of its row of `ordered` (B, n), ascending.

    1 is the highest, equal ones share their mean rank; what is asked stands in the row, or is NaN, which has no rank.
    """
    for row in range(len(asked)):
        n = counts[row]
        known = ordered[row, :n]
        for column in range(asked.shape[1]):
            score = asked[row, column]
            if not np.isnan(score):
                below = np.searchsorted(known, score, side="left")
                reached = np.searchsorted(known, score, side="right")
                ranks[row, column] = (n - reached) + (reached - below + 1) / 2
