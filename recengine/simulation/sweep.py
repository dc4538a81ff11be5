"""Every metric along the weight of one scorer, over all users."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from recengine.arrays import Values, read_only
from recengine.fusion import Fusion, Pool, Source, fuse
from recengine.progress import Cancel, Progress, never, silent, stop_if_asked
from recengine.simulation.along import check_range, is_exact, lists_along
from recengine.simulation.curves import Sweep
from recengine.simulation.exposure import exposure_steps, list_changes
from recengine.simulation.yardstick import EXPOSURE, POOLED, Yardstick, check_metrics, followed_by_user

MOST_USERS = 10_000
"""Users that are swept; of more, so many are drawn."""
BLOCK = 512
"""Users that are swept at once: their lists at all steps stand in memory together."""
SAMPLES = 41
"""Weights at which a fusion is measured that has no exact breakpoints."""


@dataclass(frozen=True)
class _Asked:
    """The weight that moves. scorer: its place in the pool."""

    pool: Pool
    source: Source
    fusion: Fusion
    scorer: int
    k: int
    top: float
    keys: tuple[str, ...]


def sweep(
    pool: Pool,
    source: Source,
    fusion: Fusion,
    yardstick: Yardstick,
    *,
    scorer: int,
    k: int,
    top: float = 1.0,
    keys: Sequence[str] = ("ndcg",),
    most_users: int = MOST_USERS,
    seed: int = 0,
    progress: Progress = silent,
    cancel: Cancel = never,
) -> Sweep:
    """The metrics `keys` while the raw weight of `scorer` (its place in the pool) goes from 0 to `top`.

    The same figures as evaluating the fused lists at any weight, over the same users: those with a relevant item. Of
    more than `most_users` of them, so many are drawn by `seed`. A fusion that is no plain weighted sum is measured at
    `SAMPLES` weights, over all of them. Raises `ScenarioError`.
    """
    check_range(pool, source, fusion, scorer, k, top)
    check_metrics(keys)
    rows = np.flatnonzero(yardstick.evaluated(pool.users))
    population = len(rows)
    asked = _Asked(pool, source, fusion, scorer, k, top, tuple(keys))
    if is_exact(fusion):
        if population > most_users:
            rows = np.sort(np.random.default_rng(seed).choice(rows, most_users, replace=False))
        found = _exact(asked, yardstick, rows, progress, cancel)
    else:
        found = _sampled(asked, yardstick, rows, progress, cancel)
    progress(1.0, "Swept")
    return replace(found, population=population)


def _exact(asked: _Asked, yardstick: Yardstick, rows: NDArray[np.intp], progress: Progress, cancel: Cancel) -> Sweep:
    users = asked.pool.users[rows]
    by_user = followed_by_user(asked.keys)
    first = np.zeros(len(by_user))
    n = np.zeros(len(by_user), dtype=np.int64)
    listed = np.zeros(len(yardstick.popularity), dtype=np.int64)
    starts, jumps, moves = [np.zeros(0)], [np.zeros((len(by_user), 0))], []
    exposed = any(key in asked.keys for key in EXPOSURE)
    proven = 0
    for begin in range(0, len(rows), BLOCK):
        stop_if_asked(cancel)
        progress(begin / len(rows), f"Sweeping the lists of {len(rows):,} users")
        some = slice(begin, begin + BLOCK)
        steps = lists_along(asked.pool, asked.source, asked.fusion, rows[some], asked.scorer, asked.k, asked.top)
        values = yardstick.per_user(users[some][steps.rows], steps.items, by_user)
        at_first = steps.starts < 0
        first += np.nansum(values[:, at_first], axis=1)
        n += np.count_nonzero(~np.isnan(values[:, at_first]), axis=1)
        proven += int(steps.proven.sum())
        # a user's step comes right after the one before; whether a value is defined does not change along the way
        later = np.flatnonzero(~at_first)
        starts.append(steps.starts[later])
        jumps.append(np.nan_to_num(values[:, later] - values[:, later - 1]))
        items = steps.items[at_first]
        listed += np.bincount(items[items >= 0], minlength=len(listed))
        if exposed:
            moves.append(list_changes(steps))
    every_start, every_jump = np.concatenate(starts), np.concatenate(jumps, axis=1)
    weights, step = np.unique(every_start, return_inverse=True)
    sums = {
        key: total + np.concatenate([[0.0], np.cumsum(np.bincount(step, jump, minlength=len(weights)))])
        for key, total, jump in zip(by_user, first, every_jump, strict=True)
    }
    counts = dict(zip(by_user, n.tolist(), strict=True))
    curves = {key: _over(total, counts[key]) for key, total in sums.items()}
    if POOLED in asked.keys:
        curves[POOLED] = _over(asked.k * sums["precision"], yardstick.possible_hits(users, asked.k))
    if exposed:
        exposure = exposure_steps(listed, moves, weights)
        curves |= exposure if len(rows) else {key: _over(values, 0) for key, values in exposure.items()}
    return _made(asked, weights, curves, counts, len(rows), changes=len(every_start), proven=proven)


def _sampled(asked: _Asked, yardstick: Yardstick, rows: NDArray[np.intp], progress: Progress, cancel: Cancel) -> Sweep:
    fusion, scorer = asked.fusion, asked.scorer
    alone = not any(weight for place, weight in enumerate(fusion.weights) if place != scorer)
    sampled = np.linspace(0.0, asked.top, SAMPLES)[1 if alone else 0 :]
    found: dict[str, list[float]] = {key: [] for key in asked.keys}
    counts: dict[str, int] = {}
    proven = np.ones(len(asked.pool.users), dtype=np.bool_)
    for place, weight in enumerate(sampled.tolist()):
        stop_if_asked(cancel)
        progress(place / len(sampled), f"Measuring at {weight:.3g}")
        weights = (*fusion.weights[:scorer], weight, *fusion.weights[scorer + 1 :])
        lists = fuse(asked.pool, asked.source, replace(fusion, weights=weights), asked.k)
        proven &= lists.certified
        means, counts = yardstick.means(lists.rankings, asked.keys)
        for key, value in means.items():
            found[key].append(value)
    curves = {key: np.array(values) for key, values in found.items()}
    middles = (sampled[1:] + sampled[:-1]) / 2
    made = _made(asked, middles, curves, counts, len(rows), changes=0, proven=int(proven[rows].sum()))
    return replace(made, exact=False, sampled=read_only(sampled))


def _over(total: Values, count: int) -> Values:
    return total / count if count else np.full(len(total), np.nan)


def _made(
    asked: _Asked,
    weights: Values,
    curves: Mapping[str, Values],
    counts: Mapping[str, int],
    users: int,
    *,
    changes: int,
    proven: int,
) -> Sweep:
    return Sweep(
        scorer=asked.pool.scorers[asked.scorer],
        current=asked.fusion.weights[asked.scorer],
        top=asked.top,
        k=asked.k,
        weights=read_only(weights),
        values={key: read_only(np.asarray(curves[key], dtype=np.float64)) for key in asked.keys},
        n={key: counts.get(key, users) for key in asked.keys},
        users=users,
        population=users,
        changes=changes,
        proven=proven,
        exact=True,
        sampled=read_only(np.zeros(0)),
    )
