"""The best k of each row, with ties decided: a smaller column wins."""

from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from recengine.arrays import Positions, Scores

Number = TypeVar("Number", bound=np.number[Any])

PADDING = -1
BLOCK_BYTES = 1 << 20
"""Rows are worked in blocks of about this size, so that the three passes over a block find it in the cache."""
STRIPS_PER_PLACE = 4
_LOWEST = np.iinfo(np.int64).min
_COLUMN_BITS = 32
_LAST_COLUMN = 0x7FFFFFFF


def top_k(scores: Scores, k: int) -> Positions:
    """Columns of the k highest scores of each row, (U, k) int32, best first; ties go to the lower column.

    scores (U, m) float32. NaN and -inf are never listed; a row with fewer than k others is padded with -1 at the end.

    The k-th largest maximum of disjoint strips of a row is a lower bound of its k-th largest score. So one pass for
    the maxima and one comparison leave a little more than k candidates a row, and only these are sorted.
    """
    n_rows, width = scores.shape
    columns = np.full((n_rows, k), PADDING, dtype=np.int32)
    if width == 0:
        return columns
    block = max(1, BLOCK_BYTES // (4 * width))
    for start in range(0, n_rows, block):
        rows = slice(start, start + block)
        columns[rows] = _top_k_block(scores[rows], k)
    return columns


def take(values: NDArray[Number], columns: Positions, missing: float) -> NDArray[Number]:
    """`out[u, j] = values[u, columns[u, j]]`, or `missing` where the column is padding, (U, k)."""
    row, place = np.nonzero(columns != PADDING)
    taken = np.full_like(values, missing, shape=columns.shape)
    taken[row, place] = values[row, columns[row, place]]
    return taken


def _top_k_block(scores: Scores, k: int) -> Positions:
    bound = _lower_bound(scores, k)
    if np.isnan(bound).any():  # the maximum of a strip with a NaN is NaN
        scores = np.where(np.isnan(scores), np.float32(-np.inf), scores)
        bound = _lower_bound(scores, k)
    # a score equal to a bound of -inf is none; any other is a candidate
    bound = np.maximum(bound, np.finfo(np.float32).min)
    candidates = scores >= bound[:, None]
    counts = np.count_nonzero(candidates, axis=1)
    rows = np.repeat(np.arange(len(scores)), counts)
    columns = np.flatnonzero(candidates) - rows * scores.shape[1]
    values = scores[rows, columns]
    if counts.max(initial=0) > 2 * k:
        kept = _without_late_ties(values, bound, rows, counts, k)
        values, columns, rows = values[kept], columns[kept], rows[kept]
        counts = np.bincount(rows, minlength=len(scores))
    return _columns(_best(_keys(values, columns), rows, counts, k))


def _without_late_ties(
    values: Scores, bound: Scores, rows: NDArray[np.intp], counts: NDArray[np.intp], k: int
) -> NDArray[np.bool_]:
    """Candidates less those equal to their row's bound for which scores above it and lower columns leave no place."""
    above = values > bound[rows]
    n_above = np.bincount(rows[above], minlength=len(counts))
    n_equal = counts - n_above
    nth_equal = np.cumsum(~above) - (np.cumsum(n_equal) - n_equal)[rows]
    kept: NDArray[np.bool_] = above | (nth_equal <= (k - n_above)[rows])
    return kept


def _lower_bound(scores: Scores, k: int) -> Scores:
    """For each row a value that at least k scores reach, (U,); -inf where strips of two or more columns are too few."""
    n_rows, width = scores.shape
    n_strips = min(STRIPS_PER_PLACE * k, width // 2)
    if n_strips < k:
        everything = np.full(n_rows, -np.inf, dtype=np.float32)
        return np.where(np.isnan(scores).any(axis=1), np.float32(np.nan), everything)
    # strip j is every n_strips-th column from j on, so that a maximum runs along memory; the last lap is shorter
    whole = width - width % n_strips
    maxima = scores[:, :whole].reshape(n_rows, -1, n_strips).max(axis=1)
    lap = maxima[:, : width - whole]
    np.maximum(lap, scores[:, whole:], out=lap)
    if np.isnan(maxima).any():
        return np.full(n_rows, np.nan, dtype=np.float32)
    maxima.partition(n_strips - k, axis=1)
    bound: Scores = maxima[:, n_strips - k]
    return bound


def _best(keys: NDArray[np.int64], rows: NDArray[np.intp], counts: NDArray[np.intp], k: int) -> NDArray[np.int64]:
    """The k largest keys of each row, largest first, (U, k), padded with the lowest integer. rows ascending."""
    starts = np.concatenate([[0], np.cumsum(counts)[:-1]])
    padded = np.full((len(counts), max(k, int(counts.max(initial=0)))), _LOWEST)
    padded[rows, np.arange(len(rows)) - starts[rows]] = keys
    width = padded.shape[1]
    if width > 2 * k:
        padded.partition(width - k, axis=1)
    best = padded[:, width - k :] if width > 2 * k else padded
    best.sort(axis=1)
    return best[:, : -k - 1 : -1]


def _keys(values: Scores, columns: NDArray[np.intp]) -> NDArray[np.int64]:
    """Integers in the order of the list: a higher value first, then a lower column."""
    # the bits of an IEEE float, read as an integer, are in its order; negative ones backwards. + 0 makes -0.0 equal 0.0
    bits = (values + np.float32(0)).view(np.int32).astype(np.int64)
    ordered = np.where(bits < 0, bits ^ 0x7FFFFFFF, bits)
    return (ordered << _COLUMN_BITS) | (_LAST_COLUMN - columns)


def _columns(keys: NDArray[np.int64]) -> Positions:
    columns = _LAST_COLUMN - (keys & 0xFFFFFFFF)
    return np.where(keys == _LOWEST, PADDING, columns).astype(np.int32)
