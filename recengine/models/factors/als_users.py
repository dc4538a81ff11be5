"""User vectors in closed form: the exact minimiser for each user, given the item factors."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from recengine.arrays import Mask, Positions, Scores, Values

BLOCK_ROWS = 2048
"""Item vectors that a block of users gathers: few enough to stay in a core's cache."""


def gram_matrix(items: Scores) -> Values:
    """Σ_i y_i y_i', (factors, factors) float64; rows of NaN, the unknown items, are left out."""
    known = items[~np.isnan(items[:, 0])].astype(np.float64)
    gram: Values = known.T @ known
    return gram


def solve_users(
    items: Scores,
    gram: Values,
    confidences: csr_matrix,
    penalty: float,
    *,
    counted: Mask | None = None,
    threads: int = 1,
) -> Scores:
    """x_u = A⁻¹ Y' c for each row, with A = B + Y' (C - 1) Y and B = gram + penalty, (n, factors) float32.

    Y are the item vectors of the row's history, c their confidences, C these on a diagonal. A history shorter than the
    vectors is solved in its own size, the same by Woodbury's identity: x_u = B⁻¹ Y' (1 + (C - 1) Y B⁻¹ Y')⁻¹ c.

    items (n_items, factors) float32, NaN rows where unknown; gram: of them, or of those `counted` (n_items,), and then
    C - 1 is C for the others. A row without a known item becomes NaN.
    The systems are solved in float64, in blocks of histories of like length, `threads` blocks at a time: inside of
    `single_threaded_blas`, or BLAS gets in the way.
    """
    # unknown items, and the padding of histories in a block, stand at a row of zeros: they add nothing
    known: Mask = ~np.isnan(items[:, 0])
    rows = np.zeros((len(items) + 1, items.shape[1]), dtype=np.float32)
    rows[:-1][known] = items[known]
    base = gram + penalty * np.eye(len(gram))
    solved_rows = rows @ np.linalg.inv(base).astype(np.float32)  # of B⁻¹ Y', turned round: B is symmetric
    lengths = np.diff(confidences.indptr)
    users = np.full((len(lengths), items.shape[1]), np.nan, dtype=np.float32)

    def solve(block: NDArray[np.intp]) -> None:
        place = np.arange(lengths[block[0]])
        inside = place < lengths[block][:, None]
        entry = np.where(inside, confidences.indptr[block][:, None] + place, 0)
        item = np.where(inside, confidences.indices[entry], -1)
        confidence = np.where(inside, confidences.data[entry], 0)
        taken = rows.take(item, axis=0)
        above_one = (confidence - (inside if counted is None else inside & counted[item]))[:, :, None]
        if len(place) < len(base):
            solved = solved_rows.take(item, axis=0)
            systems = np.eye(len(place)) + above_one * (taken @ solved.transpose(0, 2, 1))
            shares = np.linalg.solve(systems, confidence[:, :, None])
            users[block] = (shares.transpose(0, 2, 1) @ solved)[:, 0]
        else:
            systems = base + taken.transpose(0, 2, 1) @ (above_one * taken)
            targets = confidence[:, None, :] @ taken
            users[block] = np.linalg.solve(systems, targets.transpose(0, 2, 1))[:, :, 0]

    with ThreadPoolExecutor(threads) as pool:
        for done in [pool.submit(solve, block) for block in blocks_of_like_length(lengths, len(gram), BLOCK_ROWS)]:
            done.result()
    users[~np.asarray(confidences @ known, dtype=np.bool_)] = np.nan
    return users


def blocks_of_like_length(lengths: Positions, least: int, rows: int) -> list[NDArray[np.intp]]:
    """Places of histories with an item, longest first, in blocks of about `rows` items.

    A history counts as long as the longest of its block, to which it is padded, and at least as long as `least`.
    """
    order = np.argsort(-lengths, kind="stable")[: np.count_nonzero(lengths)]
    blocks = []
    while len(order):
        size = max(1, rows // max(least, int(lengths[order[0]])))
        blocks.append(order[:size])
        order = order[size:]
    return blocks
