"""A pool under one map of values: what stays the same while only weights move."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from recengine.arrays import Positions, Scores, read_only
from recengine.fusion.normalization import Normaliser, ValueMap
from recengine.fusion.pool import Pool

KEPT = 2
"""Maps that a pool remembers."""
KEPT_BYTES = 1 << 29
"""Values that take more than this are not kept: they are mapped again whenever they are asked for."""


@dataclass(frozen=True)
class PreparedPool:
    """A pool's values, which are mapped when first asked for; arrays read-only.

    bound (C, U) float32: no left-out item's value is higher. raw, ranks (C, U, P), items (U, P): the pool's own.
    """

    normaliser: Normaliser
    bound: Scores
    raw: Scores
    ranks: Scores
    items: Positions

    @cached_property
    def values(self) -> Scores:
        """(C, U, P) float32, no opinion filled, -inf in the padding; as much memory again as the raw scores."""
        return read_only(self._mapped(slice(None)))

    def take(self, rows: NDArray[np.intp] | slice) -> Scores:
        """`values[:, rows]`, without mapping a big pool as a whole."""
        return self.values[:, rows] if self.raw.nbytes <= KEPT_BYTES else self._mapped(rows)

    def _mapped(self, rows: NDArray[np.intp] | slice) -> Scores:
        values = self.normaliser.take(rows).apply(self.raw[:, rows], self.ranks[:, rows])
        np.copyto(values, np.float32(-np.inf), where=(self.items[rows] < 0)[None])
        return values


def prepare(pool: Pool, value_map: ValueMap) -> PreparedPool:
    """A pool under a map. The last ones are kept with the pool, so that moving a weight does not pay for it again."""
    prepared: PreparedPool | None = pool.derived.get(value_map)
    if prepared is None:
        prepared = _prepare(pool, value_map)
        pool.derived[value_map] = prepared
        while len(pool.derived) > KEPT:
            pool.derived.popitem(last=False)
    return prepared


def _prepare(pool: Pool, value_map: ValueMap) -> PreparedPool:
    normaliser = Normaliser.of(pool, value_map)
    # the best opinion left out, by the very map of the others; one without an opinion stands at the neutral value
    best = normaliser.apply(pool.threshold[:, :, None], pool.threshold_rank[:, :, None])[:, :, 0]
    bound = np.where(pool.silent_left_out, np.maximum(best, normaliser.neutral), best)
    return PreparedPool(normaliser, read_only(bound), pool.scores, pool.ranks, pool.items)


def weighted_sum(values: Scores, weights: Scores) -> Scores:
    """`out[...] = weights[0] * values[0, ...] + weights[1] * values[1, ...] + ...`, float32, added from left to right.

    values (C, U, m) or (C, U); weights (C,), or (C, U) where each user has their own.

    Every product and every sum is rounded by itself, so with weights >= 0 a higher value never gives a lower sum: this
    is what makes a bound on the values a bound on the sum. A library product would choose an order of its own.
    """
    if weights.ndim == 2 and values.ndim == 3:
        weights = weights[:, :, None]
    used = np.flatnonzero(weights.reshape(len(weights), -1).any(axis=1))
    total: Scores = _times(values[used[0]], weights[used[0]])
    for scorer in used[1:]:
        total += _times(values[scorer], weights[scorer])
    return total


def _times(values: Scores, weight: Scores) -> Scores:
    """`weight * values`, where a weight of 0 makes everything 0 but the padding."""
    if np.ndim(weight) == 0 or (weight > 0).all():
        product: Scores = values * weight
        return product
    with np.errstate(invalid="ignore"):
        product = values * weight
    np.copyto(product, np.float32(-np.inf), where=np.isneginf(values))
    return product
