"""Metrics over all mixes of three scorers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from recengine.arrays import Values, read_only
from recengine.errors import ScenarioError
from recengine.fusion import Fusion, Pool, Source, check_k, fuse
from recengine.progress import Cancel, Progress, never, silent, stop_if_asked
from recengine.simulation.yardstick import Yardstick, check_metrics

PARTS = 20
"""Steps from one corner of the triangle to the next: 1 / 20 is 5 % of the weight."""
MOST_PARTS = 100


@dataclass(frozen=True)
class Triangle:
    """Metrics on a triangular lattice of effective weights; arrays read-only.

    scorers: the three, by name. weights (L, 3): effective, each row adds up to 1, multiples of 1 / parts; the first
    weight descending, then the second one. values[metric] (L,). n[metric]: users that the figure is over.
    """

    scorers: tuple[str, str, str]
    parts: int
    k: int
    weights: Values
    values: Mapping[str, Values]
    n: Mapping[str, int]


def lattice(parts: int) -> Values:
    """All (a, b, c) >= 0 that add up to 1 and are multiples of 1 / parts, (L, 3), L = (parts + 1) (parts + 2) / 2."""
    if not 1 <= parts <= MOST_PARTS:
        raise ScenarioError(
            f"Steps of the triangle must be from 1 to {MOST_PARTS}, got {parts}. Choose for example 20."
        )
    rows = [(a, b, parts - a - b) for a in range(parts, -1, -1) for b in range(parts - a, -1, -1)]
    return np.array(rows, dtype=np.float64) / parts


def triangle(
    pool: Pool,
    source: Source,
    fusion: Fusion,
    yardstick: Yardstick,
    *,
    scorers: Sequence[int],
    k: int,
    parts: int = PARTS,
    keys: Sequence[str] = ("ndcg",),
    progress: Progress = silent,
    cancel: Cancel = never,
) -> Triangle:
    """The metrics `keys` at every mix of three `scorers` (places in the pool); all others have no weight.

    Any strategy and re-rankers, as `fusion` has them. Over users with a relevant item. Raises `ScenarioError`.
    """
    check_k(k, source.seen.shape[1])
    check_metrics(keys)
    if len(set(scorers)) != 3 or not all(0 <= scorer < len(pool.scorers) for scorer in scorers):
        raise ScenarioError(
            f"A triangle needs three different scorers of {len(pool.scorers)}, got {len(set(scorers))}. Choose three."
        )
    weights = lattice(parts)
    found: dict[str, list[float]] = {key: [] for key in keys}
    counts: dict[str, int] = {}
    for place, mix in enumerate(weights):
        stop_if_asked(cancel)
        progress(place / len(weights), f"Measuring mix {place + 1} of {len(weights)}")
        spread = np.zeros(len(pool.scorers))
        spread[list(scorers)] = mix
        lists = fuse(pool, source, replace(fusion, weights=tuple(spread.tolist())), k)
        means, counts = yardstick.means(lists.rankings, keys)
        for key in keys:
            found[key].append(means[key])
    progress(1.0, "Measured")
    first, second, third = (pool.scorers[scorer] for scorer in scorers)
    return Triangle(
        scorers=(first, second, third),
        parts=parts,
        k=k,
        weights=read_only(weights),
        values={key: read_only(np.array(values)) for key, values in found.items()},
        n=counts,
    )
