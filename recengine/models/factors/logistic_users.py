"""User vectors by logistic regression: the minimiser for each user, given the item factors."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from recengine.arrays import Positions, Scores, Values, read_only
from recengine.models.factors.als_users import blocks_of_like_length

MOST_NEGATIVES = 2048
"""Items that stand for all that a user did not take; a larger catalogue is sampled."""
BLOCK_ROWS = 16_384
"""Rows of item vectors that a block of users gathers at a time."""
STEPS, FULL_STEPS = 40, 3
"""Newton steps at most, and how many of them compute the curvature anew; the later ones are next to the minimum."""
LONGEST_STEP = 4.0
"""By which a score may move at once: beyond, the curvature of the logistic function is another."""
CLOSE_ENOUGH = 1e-7
"""A step that moves no score by more is the last."""


@dataclass(frozen=True)
class Negatives:
    """Items that stand for what a user did not take.

    items (m,) int32; weights (m,) float64: how often each would be drawn, summing to 1.
    """

    items: Positions
    weights: Values

    @classmethod
    def draw(cls, popularity: Positions, seed: int) -> Negatives:
        """In proportion to popularity (n_items,): all items that have any, or as many draws of `seed` as may be."""
        known = np.flatnonzero(popularity)
        if len(known) <= MOST_NEGATIVES:
            counts = popularity[known].astype(np.float64)
        else:
            chance = popularity / popularity.sum(dtype=np.float64)
            drawn = np.random.default_rng(seed).choice(len(popularity), MOST_NEGATIVES, p=chance)
            known, times = np.unique(drawn, return_counts=True)
            counts = times.astype(np.float64)
        weights: Values = counts / max(1.0, counts.sum())
        return cls(read_only(known.astype(np.int32)), read_only(weights))


def solving_memory(width: int) -> int:
    """Bytes that `solve_logistic_users` takes at its peak besides what it is given and gives: squares of the negatives'
    item vectors of `width` numbers, and a block of users."""
    return 8 * MOST_NEGATIVES * width * (width + 1) // 2 + 8 * BLOCK_ROWS * width * 3


def solve_logistic_users(
    items: Scores,
    offsets: Scores,
    weights: csr_matrix,
    negatives: Negatives,
    *,
    mass: Values,
    penalty: Values,
) -> Scores:
    """The vector x of each row, (n, factors) float32.

    It minimises Σ_j w_j log(1 + exp(-s_j)) + mass Σ_i q_i log(1 + exp(s_i)) + penalty |x|² / 2 with
    s_i = x · y_i + offset_i: j over the row's known items with weights w, i over the negatives that are not among
    them, with weights q brought to the sum 1.

    items (n_items, factors), NaN rows where unknown; offsets (n_items,); mass and penalty (n,) > 0. A row without a
    known item becomes NaN. Newton's method in float64.
    """
    known = ~np.isnan(items[:, 0])
    # unknown items, and the padding of histories in a block, stand at a row of zeros with the weight 0
    rows = np.zeros((len(items) + 1, items.shape[1]))
    rows[:-1][known] = items[known]
    shifts = np.append(np.where(known, offsets, 0), 0).astype(np.float64)
    among = _Among.of(rows[negatives.items], shifts[negatives.items])
    lengths = np.diff(weights.indptr)
    users = np.full((len(lengths), items.shape[1]), np.nan, dtype=np.float32)
    if not known.any():
        return users
    for block in blocks_of_like_length(lengths, 256, BLOCK_ROWS):
        place = np.arange(lengths[block[0]])
        inside = place < lengths[block][:, None]
        entry = np.where(inside, weights.indptr[block][:, None] + place, 0)
        inside &= known[weights.indices[entry]]
        item = np.where(inside, weights.indices[entry], -1)
        taken = np.zeros((len(block), len(rows)), dtype=np.bool_)
        np.put_along_axis(taken, item, True, axis=1)
        others = np.where(taken[:, negatives.items], 0, negatives.weights)
        total = others.sum(axis=1, keepdims=True)
        others *= np.divide(mass[block][:, None], total, out=np.zeros_like(total), where=total > 0)
        users[block] = _solve_block(
            rows[item], shifts[item], np.where(inside, weights.data[entry], 0), among, others, penalty[block]
        )
    users[~np.asarray(weights @ known, dtype=np.bool_)] = np.nan
    return users


@dataclass(frozen=True)
class _Among:
    """rows (m, d) of the negatives, their offsets (m,), and the products of every two of their columns (m, d(d+1)/2).

    pairs: which two. Together they give a user's curvature in one matrix product for all users of a block.
    """

    rows: Values
    shifts: Values
    products: Values
    pairs: tuple[NDArray[np.intp], NDArray[np.intp]]

    @classmethod
    def of(cls, rows: Values, shifts: Values) -> _Among:
        first, second = np.triu_indices(rows.shape[1])
        return cls(rows, shifts, rows[:, first] * rows[:, second], (first, second))

    def curvature(self, weights: Values) -> Values:
        """Σ_i w_i y_i y_i' for each row of `weights` (b, m), (b, d, d)."""
        width = self.rows.shape[1]
        out = np.empty((len(weights), width, width))
        first, second = self.pairs
        out[:, first, second] = out[:, second, first] = weights @ self.products
        return out


def _solve_block(
    taken: Values, shifts: Values, weights: Values, among: _Among, others: Values, penalty: Values
) -> Values:
    """As `solve_logistic_users` for a block: taken (b, h, d), shifts and weights (b, h), others (b, m)."""
    width = taken.shape[2]
    ridge = penalty[:, None]
    solution = np.zeros((len(taken), width))
    inverse: Any = None
    for step in range(STEPS):
        own = sigmoid((taken @ solution[:, :, None])[:, :, 0] + shifts)
        other = sigmoid(solution @ among.rows.T + among.shifts)
        slope = ((weights * (1 - own))[:, None, :] @ taken)[:, 0] - (others * other) @ among.rows - ridge * solution
        if step < FULL_STEPS:
            curvature = among.curvature(others * other * (1 - other))
            curvature += (taken * (weights * own * (1 - own))[:, :, None]).transpose(0, 2, 1) @ taken
            curvature[:, np.arange(width), np.arange(width)] += ridge
            inverse = np.linalg.inv(curvature)
        move = (inverse @ slope[:, :, None])[:, :, 0]
        moved = np.maximum(
            np.abs(taken @ move[:, :, None])[:, :, 0].max(axis=1), np.abs(move @ among.rows.T).max(axis=1)
        )
        solution += move * np.minimum(1, LONGEST_STEP / np.maximum(moved, LONGEST_STEP))[:, None]
        if moved.max() < CLOSE_ENOUGH:
            break
    return solution


def sigmoid(scores: Values) -> Values:
    """1 / (1 + exp(-s)), without overflow."""
    out: Values = 0.5 * (1 + np.tanh(scores / 2))
    return out
