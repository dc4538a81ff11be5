"""The best of a pool by the plain weighted sum, in one compiled pass over the pool."""

from __future__ import annotations

import numpy as np

from recengine.arrays import AnyArray, Positions, Scores, read_only
from recengine.compiled import Loops, in_parts
from recengine.fusion.pool import Pool
from recengine.fusion.prepared import KEPT_BYTES, PreparedPool

BLOCK_BYTES = 1 << 26
"""Values of a block of users, where a big pool is mapped block by block."""


def _load() -> None:
    from recengine.fusion import kernels

    table = read_only(np.zeros((1, 1, 1), dtype=np.float32))
    one, items = table[0], read_only(np.zeros((1, 1), dtype=np.int32))
    kernels.best_of_pool(
        kernels.AFFINE,
        table,
        *(one, one, one, one),
        np.ones(1, dtype=np.bool_),
        *(items, items[0], 0, 1),
        np.zeros((1, 1), dtype=np.int32),
        np.zeros((1, 1), dtype=np.float32),
    )


LOOPS = Loops(_load)


def best_by_sum(pool: Pool, prepared: PreparedPool, weights: Scores, items: Positions, scores: Scores) -> None:
    """Write each user's best into items and scores (U, k), which hold padding. weights (C,) or (C, U).

    The very scores and order that `weighted_sum` and `top_k` give. Raw scores and ranks are mapped on the way and not
    kept, except under softmax, whose exponential the loop leaves to NumPy.
    """
    n_users = len(pool.users)
    if weights.ndim == 1:
        weights = np.broadcast_to(weights[:, None], (len(weights), n_users))
    block = n_users
    if prepared.normaliser.shape == "softmax" and pool.scores.nbytes > KEPT_BYTES:
        block = max(1, BLOCK_BYTES * n_users // pool.scores.nbytes)
    for start in range(0, n_users, block):
        rows = slice(start, min(start + block, n_users))
        _best(pool, prepared, rows, weights[:, rows], items[rows], scores[rows])


def _best(pool: Pool, prepared: PreparedPool, rows: slice, weights: Scores, items: Positions, scores: Scores) -> None:
    from recengine.fusion import kernels

    normaliser = prepared.normaliser.take(rows)
    shapes = {"affine": kernels.AFFINE, "places": kernels.PLACES, "reciprocal": kernels.RECIPROCAL}
    shape = shapes.get(normaliser.shape, kernels.AS_IS)
    if shape == kernels.AS_IS:
        given = _plain(prepared.take(rows))
    else:
        given = _plain((pool.ranks if normaliser.by_rank else pool.scores)[:, rows])
    center, spread, neutral = map(_plain, (normaliser.center, normaliser.spread, normaliser.neutral))
    pooled, lengths, own = _plain(pool.items[rows]), _plain(pool.lengths[rows]), _plain(weights)
    used = np.array([row.any() for row in own])

    def work(start: int, stop: int) -> None:
        kernels.best_of_pool(
            shape, given, center, spread, neutral, own, used, pooled, lengths, start, stop, items, scores
        )

    in_parts(work, len(lengths), given.size)


def _plain(array: AnyArray) -> AnyArray:
    """The same numbers as a contiguous read-only array: of one kind, mapped from a file or not, so that the loop is
    compiled once.
    """
    return read_only(np.ascontiguousarray(array).view())  # type: ignore[return-value]
