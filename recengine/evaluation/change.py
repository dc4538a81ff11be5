"""What a change of weights did: each metric against a baseline, user by user."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from recengine.arrays import Values
from recengine.evaluation.resamples import Resamples


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
