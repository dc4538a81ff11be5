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


def solve_users(items: Scores, gram: Values, confidences: csr_matrix, penalty: float, *, threads: int = 1) -> Scores:
    """x_u = (gram + Σ_j (c_j - 1) y_j y_j' + penalty)⁻¹ Σ_j c_j y_j over each row's history j, (n, factors) float32.

    items (n_items, factors) float32, NaN rows where unknown; gram: of them. A row without a known item becomes NaN.
    The systems are solved in float64, in blocks of histories of like length, `threads` blocks at a time: inside of
    `single_threaded_blas`, or BLAS gets in the way.
    """
    # unknown items, and the padding of histories in a block, stand at a row of zeros: they add nothing
    known: Mask = ~np.isnan(items[:, 0])
    rows = np.zeros((len(items) + 1, items.shape[1]), dtype=np.float32)
    rows[:-1][known] = items[known]
    targets = confidences @ rows[:-1].astype(np.float64)
    base = gram + penalty * np.eye(len(gram))
    lengths = np.diff(confidences.indptr)
    users = np.full((len(lengths), items.shape[1]), np.nan, dtype=np.float32)

    def solve(block: NDArray[np.intp]) -> None:
        place = np.arange(lengths[block[0]])
        inside = place < lengths[block][:, None]
        entry = np.where(inside, confidences.indptr[block][:, None] + place, 0)
        taken = rows.take(np.where(inside, confidences.indices[entry], -1), axis=0)
        weighted = taken * (confidences.data[entry] - 1)[:, :, None]
        systems = base + taken.transpose(0, 2, 1) @ weighted
        users[block] = np.linalg.solve(systems, targets[block][:, :, None])[:, :, 0]

    with ThreadPoolExecutor(threads) as pool:
        for done in [pool.submit(solve, block) for block in _blocks(lengths, len(gram))]:
            done.result()
    users[~np.asarray(confidences @ known, dtype=np.bool_)] = np.nan
    return users


def _blocks(lengths: Positions, factors: int) -> list[NDArray[np.intp]]:
    """Rows with a history, longest first, cut so that a block gathers about `BLOCK_ROWS` item vectors."""
    order = np.argsort(-lengths, kind="stable")[: np.count_nonzero(lengths)]
    blocks = []
    while len(order):
        size = max(1, BLOCK_ROWS // max(factors, int(lengths[order[0]])))
        blocks.append(order[:size])
        order = order[size:]
    return blocks
