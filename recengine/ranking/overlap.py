"""How alike two lists of one user are: what two settings, or two systems, show in common."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from recengine.arrays import Values
from recengine.errors import ScenarioError
from recengine.ranking.rankings import Rankings
from recengine.ranking.top_k import PADDING

PERSISTENCE = 0.9
"""How likely a reader goes on to the next place; at 0.9 the first ten places hold 86 % of the measure."""


def overlap(first: Rankings, second: Rankings) -> Values:
    """Items in both lists over the length of the longer one, (U,), in [0, 1], 1 = the same items in any order.

    The rankings are of the same users, in the same order. NaN where both lists are empty.
    """
    depths, longer, _ = _common(first, second)
    with np.errstate(invalid="ignore"):
        shared: Values = np.count_nonzero(depths, axis=1) / longer.astype(np.float64)
    return shared


def rank_biased_overlap(first: Rankings, second: Rankings, p: float = PERSISTENCE) -> Values:
    """Rank-biased overlap of two lists, (U,), in [0, 1], 1 = the same list; the top counts most.

    Extrapolated from what the lists agree on, so two equal lists of any length have 1: RBO_EXT, equation 32 of Webber,
    Moffat & Zobel (2010), ACM TOIS 28(4). With X_d the items that both first d places hold, s and l the lengths:
    (1 - p) / p * (sum of X_d / d * p^d over d <= l + sum of X_s (d - s) / (s d) * p^d over s < d <= l)
    + ((X_l - X_s) / l + X_s / s) * p^l.

    The rankings are of the same users, in the same order; p is in (0, 1). 0 where one list is empty, NaN where both
    are. Raises `ScenarioError` for another p.
    """
    if not 0 < p < 1:
        raise ScenarioError(f"rank-biased overlap: p must be above 0 and below 1, got {p:g}. Change it, such as 0.9.")
    depths, longer, shorter = _common(first, second)
    width = depths.shape[1]
    depth = np.arange(1, width + 1)
    # X[:, d - 1]: a common item counts from the depth at which both lists have shown it
    rows = np.repeat(np.arange(len(depths)), width)
    seen_at = depths.ravel()
    found = seen_at > 0
    counts = np.bincount(rows[found] * width + seen_at[found] - 1, minlength=depths.size)
    together = counts.reshape(depths.shape).cumsum(axis=1).astype(np.float64)

    inside = depth <= longer[:, None]
    beyond = inside & (depth > shorter[:, None])
    short = np.maximum(shorter, 1).astype(np.float64)
    at_short = _at(together, shorter)
    at_long = _at(together, longer)
    agreement = together / depth + np.where(beyond, at_short[:, None] * (depth - shorter[:, None]), 0.0) / (
        short[:, None] * depth
    )
    total = (np.where(inside, agreement, 0.0) * p**depth).sum(axis=1) * (1 - p) / p
    long = np.maximum(longer, 1).astype(np.float64)
    total += ((at_long - at_short) / long + at_short / short) * p**longer
    # rounding alone can pass 1
    return np.where(longer > 0, np.minimum(total, 1.0), np.nan)


def _common(first: Rankings, second: Rankings) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.intp]]:
    """Where common items stand, and how long the lists are.

    (U, width) for each place of the first list the depth, from 1, at which both lists have shown its item, 0 where the
    second has it not; the lengths of the longer and of the shorter list, (U,) each.
    """
    if not np.array_equal(first.users, second.users):
        raise ValueError("rankings: two lists of each user are compared, so both must be of the same users")
    n_users, width = len(first.users), max(first.k, second.k, 1)
    depths = np.zeros((n_users, width), dtype=np.intp)
    own, other = first.items != PADDING, second.items != PADDING
    lengths = np.stack([own.sum(axis=1), other.sum(axis=1)])
    row, place = np.nonzero(own)
    other_row, other_place = np.nonzero(other)
    if len(row) and len(other_row):
        step = np.int64(max(first.items.max(), second.items.max())) + 1
        keys = other_row * step + second.items[other_row, other_place]
        order = np.argsort(keys)
        asked = row * step + first.items[row, place]
        at = order[np.minimum(np.searchsorted(keys[order], asked), len(order) - 1)]
        found = keys[at] == asked
        depths[row[found], place[found]] = np.maximum(place[found], other_place[at[found]]) + 1
    return depths, lengths.max(axis=0), lengths.min(axis=0)


def _at(together: Values, depth: NDArray[np.intp]) -> Values:
    """`together[u, depth[u] - 1]`, 0 at depth 0, (U,)."""
    taken: Values = np.take_along_axis(together, np.maximum(depth, 1)[:, None] - 1, axis=1)[:, 0]
    return np.where(depth > 0, taken, 0.0)
