"""What a change of weights did: each metric against a baseline, user by user."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from recengine.arrays import Values
from recengine.evaluation.resamples import Resamples

FLIPS = 9_999
MIN_FLIPS = 999
MAX_SIGNS = 50_000_000
_CELLS = 2_000_000


@dataclass(frozen=True)
class Change:
    """Mean over users of value - baseline value, in the metric's unit, with its paired 95 % bootstrap interval.

    An interval without 0: more than chance in the choice of users explains. n: users with a value on both sides.
    low and high are NaN where n < 2, mean where n = 0.
    """

    mean: float
    low: float
    high: float
    n: int


def change(
    per_user: Mapping[str, Values], baseline_per_user: Mapping[str, Values], resamples: Resamples
) -> dict[str, Change]:
    """The change of every metric that both sides have; values (U,), in the same order of users on both sides."""
    metrics = [metric for metric in per_user if metric in baseline_per_user]
    if not metrics:
        return {}
    values = np.column_stack([per_user[metric] for metric in metrics])
    baseline_values = np.column_stack([baseline_per_user[metric] for metric in metrics])
    mean, low, high = resamples.difference(values, baseline_values)
    n = (~np.isnan(values - baseline_values)).sum(axis=0)
    return {
        metric: Change(float(mean[m]), float(low[m]), float(high[m]), int(n[m])) for m, metric in enumerate(metrics)
    }


def p_values(
    per_user: Mapping[str, Values], baseline_per_user: Mapping[str, Values], *, flips: int = FLIPS, seed: int = 0
) -> dict[str, float]:
    """How often chance alone makes a mean change at least as large, in (0, 1], for every metric that both sides have.

    Values (U,), in the same order of users on both sides. A paired permutation test, two-sided: if the two sides do not
    differ, each user's change may as well have the other sign. Where the users whose lists differ are few, all choices
    of signs are counted and the p-value is exact; else `flips` are drawn, the same for all metrics, and
    p = (1 + flips with a mean at least as far from 0) / (1 + flips), so it is never 0. Above 5,000 users fewer are
    drawn: `MAX_SIGNS` signs in all, but no fewer than `MIN_FLIPS` flips. NaN where no user has a value on both sides.

    Source: Smucker, Allan & Carterette (2007), CIKM; Phipson & Smyth (2010), SAGMB 9(1).
    """
    metrics = [metric for metric in per_user if metric in baseline_per_user]
    if not metrics:
        return {}
    changes = np.column_stack(
        [np.asarray(per_user[m], float) - np.asarray(baseline_per_user[m], float) for m in metrics]
    )
    known = ~np.isnan(changes)
    changes = np.where(known, changes, 0.0)
    changes = changes[changes.any(axis=1)]
    # the same changes added up in another order round differently: what is equal must count as equal
    reached = np.abs(changes.sum(axis=0)) - 1e-12 * np.abs(changes).sum(axis=0)
    every = 2 ** min(len(changes), 63) <= flips + 1
    as_far, drawn = np.zeros(len(metrics), dtype=np.int64), 0
    for signs in _all_signs(len(changes)) if every else _some_signs(len(changes), flips, seed):
        as_far += (np.abs(signs @ changes) >= reached).sum(axis=0)
        drawn += len(signs)
    # among all choices of signs is the one that was seen
    share = as_far / drawn if every else (1 + as_far) / (1 + drawn)
    return {metric: float(share[m]) if known[:, m].any() else float("nan") for m, metric in enumerate(metrics)}


def _all_signs(n_users: int) -> Iterator[Values]:
    """Every choice of -1 and 1, (2 ** U, U)."""
    bits = (np.arange(2**n_users)[:, None] >> np.arange(n_users)) & 1
    yield 2.0 * bits.astype(np.float64) - 1.0


def _some_signs(n_users: int, flips: int, seed: int) -> Iterator[Values]:
    """Rows of -1 and 1, (rows, U), a bounded number at once."""
    flips = min(flips, max(MIN_FLIPS, MAX_SIGNS // n_users))
    generator = np.random.default_rng(seed)
    at_once = max(1, _CELLS // n_users)
    for start in range(0, flips, at_once):
        rows = min(at_once, flips - start)
        yield 2.0 * generator.integers(0, 2, size=(rows, n_users), dtype=np.int8).astype(np.float64) - 1.0
