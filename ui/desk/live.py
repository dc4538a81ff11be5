"""What the browser needs to rank one user's pool at every frame, or why it cannot."""

from __future__ import annotations

import base64
from dataclasses import dataclass, fields
from typing import Any

import numpy as np

from recengine.arrays import Values
from recengine.fusion import Fusion, Pointwise, Pool, Source, Strategy, prepare
from recengine.ranking import PADDING

MAX_NUMBERS = 250_000
"""Values of a user's pool that are sent to the browser at most: 1 MB."""
BY_USER = ("users", "items", "unseen", "left_out")
"""Arrays of a pool whose first axis is users; of the others it is scorers."""
PROBES = 3
"""Random weights by which it is found out what a strategy makes of the sliders for one user."""


@dataclass(frozen=True)
class Live:
    """How a user's list follows the sliders while they are dragged.

    why_not: why it waits for their release, in a few words; empty where it does not. fixed (C,): effective weights
    that hold for this user whatever the sliders say; None where the sliders' own do.
    """

    why_not: str = ""
    fixed: Values | None = None


def live_rule(pool: Pool, source: Source, fusion: Fusion, place: int) -> Live:
    """Whether the browser can do the engine's sum for the user at `place` of the pool.

    It can where the score is a weighted sum of values that stay while weights move, and no re-ranker follows.
    """
    strategy = fusion.strategy
    if fusion.rerankers:
        return Live("re-rankers come after it")
    if not isinstance(strategy, Pointwise) or not is_weighted_sum(strategy):
        return Live(f"{strategy.label} is no weighted sum")
    if pool.items.shape[1] * len(pool.scorers) > MAX_NUMBERS:
        return Live("the candidate pool is large")
    if type(strategy).weights_of is Pointwise.weights_of:
        return Live()
    return _own_weights(strategy, pool, source, place)


def is_weighted_sum(strategy: Strategy) -> bool:
    """Whether scores, bound and parts are those of the plain weighted sum of values."""
    plain = ("combine", "bound", "parts", "multipliers")
    return isinstance(strategy, Pointwise) and all(
        getattr(type(strategy), name) is getattr(Pointwise, name) for name in plain
    )


def live_pool(pool: Pool, fusion: Fusion, place: int) -> dict[str, Any]:
    """The pool of the user at `place` as plain values.

    values: base64 of float32 (C, n), little-endian, n items of the pool in ascending order. bound (C,): the best of
    each scorer among what is left out. complete: whether nothing is.
    """
    prepared = prepare(of_one_user(pool, place), fusion.strategy.value_map(fusion.normalization, fusion.neutral))
    n = int(np.count_nonzero(pool.items[place] != PADDING))
    values = np.ascontiguousarray(prepared.values[:, 0, :n], dtype="<f4")
    return {
        "values": base64.b64encode(values.tobytes()).decode("ascii"),
        "bound": prepared.bound[:, 0].tolist(),
        "complete": bool(pool.left_out[place] == 0),
    }


def of_one_user(pool: Pool, place: int) -> Pool:
    """The pool of the user at `place` alone, so that nobody else's values are computed."""
    own: dict[str, Any] = {}
    for field in fields(pool):
        value = getattr(pool, field.name)
        if isinstance(value, np.ndarray):
            value = value[place : place + 1] if field.name in BY_USER else value[:, place : place + 1]
        own[field.name] = value
    return Pool(**own)


def _own_weights(strategy: Pointwise, pool: Pool, source: Source, place: int) -> Live:
    """A strategy that gives users weights of their own: those of the sliders, fixed ones, or a blend of both."""
    facts = source.known(strategy.label) if strategy.needs_facts else None
    users = pool.users[place : place + 1]
    shares = np.random.default_rng(0).dirichlet(np.ones(len(pool.scorers)), PROBES)
    found = [strategy.weights_of(share, pool.scorers, users, facts) for share in shares]
    weights = np.stack([one.reshape(len(pool.scorers), -1)[:, 0] for one in found])
    if np.array_equal(weights, shares):
        return Live()
    if (weights == weights[0]).all():
        return Live(fixed=weights[0])
    return Live("this user's weights are a blend")
