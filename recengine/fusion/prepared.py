"""A pool under one normalisation: what stays the same while only weights move."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from recengine.arrays import Scores, read_only
from recengine.fusion.normalization import Neutral, Normaliser, Normalization
from recengine.fusion.pool import Pool

KEPT = 2
"""Normalisations that a pool remembers; each takes as much memory as its raw scores."""


@dataclass(frozen=True)
class PreparedPool:
    """Normalised values of a pool; arrays read-only.

    values (C, U, P) float32, no opinion filled, -inf in the padding. bound (C, U) float32: no left-out item's value is
    higher.
    """

    normaliser: Normaliser
    values: Scores
    bound: Scores


def prepare(pool: Pool, normalization: Normalization, neutral: Neutral) -> PreparedPool:
    """Normalise a pool. The last results are kept with the pool, so that moving a weight does not pay for it again."""
    key = (normalization, neutral)
    prepared: PreparedPool | None = pool.derived.get(key)
    if prepared is None:
        prepared = _prepare(pool, normalization, neutral)
        pool.derived[key] = prepared
        while len(pool.derived) > KEPT:
            pool.derived.popitem(last=False)
    return prepared


def _prepare(pool: Pool, normalization: Normalization, neutral: Neutral) -> PreparedPool:
    normaliser = Normaliser.of(pool, normalization, neutral)
    values = normaliser.apply(pool.scores, pool.ranks)
    np.copyto(values, np.float32(-np.inf), where=(pool.items < 0)[None])
    # the best opinion left out, by the very map of the others; one without an opinion stands at the neutral value
    best = normaliser.apply(pool.threshold[:, :, None], pool.threshold_rank[:, :, None])[:, :, 0]
    bound = np.where(pool.silent_left_out, np.maximum(best, normaliser.neutral), best)
    return PreparedPool(normaliser, read_only(values), read_only(bound))


def weighted_sum(values: Scores, weights: Scores) -> Scores:
    """`out[...] = weights[0] * values[0, ...] + weights[1] * values[1, ...] + ...`, float32, added from left to right.

    Every product and every sum is rounded by itself, so with weights >= 0 a higher value never gives a lower sum: this
    is what makes a bound on the values a bound on the sum. A library product would choose an order of its own.
    """
    used = np.flatnonzero(weights)
    total: Scores = values[used[0]] * weights[used[0]]
    term = np.empty_like(total)
    for scorer in used[1:]:
        np.multiply(values[scorer], weights[scorer], out=term)
        total += term
    return total
