"""What simulated lists are measured against."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_matrix

from recengine.arrays import Mask, Positions, Values
from recengine.errors import ScenarioError
from recengine.ranking import METRICS, Rankings, compute_metrics, find_metric

EXPOSURE = ("coverage", "gini")
"""Metrics of all lists together that follow from how often each item is listed."""
POOLED = "precision_pooled"
"""The metric of all lists together that is a multiple of mean precision."""


@dataclass(frozen=True)
class Yardstick:
    """relevant (all users, n_items): the positives of the measured part. popularity (n_items,): training users of each
    item; n_users: training users in all. As evaluation takes them.
    """

    relevant: csr_matrix
    popularity: Positions
    n_users: int

    def evaluated(self, users: Positions) -> Mask:
        """Which of `users` have a relevant item, (U,)."""
        found: Mask = np.diff(self.relevant.indptr)[users] > 0
        return found

    def possible_hits(self, users: Positions, k: int) -> int:
        """Sum of min(k, relevant items) over `users`."""
        return int(np.minimum(np.diff(self.relevant.indptr)[users], k).sum())

    def per_user(self, users: Positions, items: Positions, keys: Sequence[str]) -> Values:
        """Values of the metrics by user, (metrics, S), of lists (S, k) of `users` (S,), who may come more than once."""
        rankings = Rankings(users, items, np.zeros(items.shape, dtype=np.float32))
        found, _ = compute_metrics(rankings, self.relevant, self.popularity, self.n_users, keys)
        return np.array([found[key] for key in keys]).reshape(len(keys), len(users))

    def means(self, rankings: Rankings, keys: Sequence[str]) -> tuple[dict[str, float], dict[str, int]]:
        """Each metric over the evaluated users of `rankings`, NaN without any, and n."""
        evaluated = self.evaluated(rankings.users)
        by_user, overall = compute_metrics(rankings.only(evaluated), self.relevant, self.popularity, self.n_users, keys)
        counts = {key: int(np.count_nonzero(~np.isnan(values))) for key, values in by_user.items()}
        means = {key: float(np.nanmean(values)) if counts[key] else np.nan for key, values in by_user.items()}
        n = int(evaluated.sum())
        means |= {key: value if n else np.nan for key, value in overall.items()}
        return means, counts | dict.fromkeys(overall, n)


def check_metrics(keys: Sequence[str]) -> None:
    """Raise `ScenarioError` for a metric that is unknown or cannot be followed along a weight."""
    for key in keys:
        metric = find_metric(key)
        if not metric.per_user and key not in (*EXPOSURE, POOLED):
            raise ScenarioError(f"{metric.label} cannot be followed along a weight. Choose another metric.")


def followed_by_user(keys: Sequence[str]) -> tuple[str, ...]:
    """The metrics by user that `keys` need."""
    by_user = [key for key in keys if METRICS[key].per_user]
    return tuple(dict.fromkeys([*by_user, *(["precision"] if POOLED in keys else [])]))
