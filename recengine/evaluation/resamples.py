"""Bootstrap over users: resamples drawn once, so that an interval is one matrix product."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from recengine.arrays import Mask, Scores, Values, read_only

CONFIDENCE = 0.95
MAX_COUNTS = 50_000_000
MIN_RESAMPLES = 100
_DRAW_CELLS = 4_000_000


class Interval(NamedTuple):
    """Mean and 95 % percentile interval, each of shape () or (M,), in the unit of the values.

    low and high are NaN where fewer than two users have a value, mean where none has.
    """

    mean: Values
    low: Values
    high: Values


@dataclass(frozen=True)
class Resamples:
    """How often each bootstrap resample holds each user.

    counts (B, U) float32, read-only: every row is one draw of U users with replacement and sums to U.
    Source: Efron & Tibshirani (1993), An Introduction to the Bootstrap, chapter 13 (percentile interval).
    """

    counts: Scores

    @classmethod
    def draw(cls, n_users: int, n_resamples: int = 1000, seed: int = 0) -> Resamples:
        """Draw the counts; the same arguments give the same counts.

        They take 4 * B * U bytes: 4 MB for 1,000 users. At more than 50,000 users fewer resamples than asked are drawn,
        so that there are at most `MAX_COUNTS` counts (200 MB) but no fewer than `MIN_RESAMPLES` resamples: with that
        many users the intervals are narrow, and how exactly their ends are known matters less.
        """
        n_resamples = min(n_resamples, max(MIN_RESAMPLES, MAX_COUNTS // max(n_users, 1)))
        generator = np.random.default_rng(seed)
        counts = np.empty((n_resamples, n_users), dtype=np.float32)
        rows_at_once = max(1, _DRAW_CELLS // max(n_users, 1))
        for start in range(0, n_resamples, rows_at_once):
            rows = min(rows_at_once, n_resamples - start)
            drawn = generator.integers(0, max(n_users, 1), size=(rows, n_users))
            drawn += np.arange(rows)[:, None] * n_users
            counts[start : start + rows] = np.bincount(drawn.ravel(), minlength=rows * n_users).reshape(rows, n_users)
        return cls(read_only(counts))

    @property
    def n_users(self) -> int:
        """U, the number of users that values must have."""
        return int(self.counts.shape[1])

    def interval(self, values: Values) -> Interval:
        """Mean over the users with a value, and its interval; values (U,) or (U, M), NaN = undefined.

        All columns are resampled together, so a user who is drawn twice counts twice in every column. A resample's mean
        is over those of its users who have a value.
        """
        if len(values) != self.n_users:
            raise ValueError(f"values: expected one row for each of the {self.n_users} users, got {len(values)}")
        columns = np.asarray(values, dtype=np.float64).reshape(self.n_users, -1)
        defined = ~np.isnan(columns)
        n = defined.sum(axis=0)
        with np.errstate(invalid="ignore"):
            mean = np.where(defined, columns, 0.0).sum(axis=0) / n
            # around the mean: float32 then rounds the spread, not the level
            spread = np.where(defined, columns - mean, 0.0).astype(np.float32)
            resampled = mean + (self.counts @ spread) / self._drawn(defined)
        tail = 100 * (1 - CONFIDENCE) / 2
        percentile = np.nanpercentile if np.isnan(resampled).any() else np.percentile
        enough = n >= 2
        bounds = np.full((2, columns.shape[1]), np.nan)
        if enough.any():
            bounds[:, enough] = percentile(resampled[:, enough], [tail, 100 - tail], axis=0)
        shape = np.shape(values)[1:]
        return Interval(mean.reshape(shape), bounds[0].reshape(shape), bounds[1].reshape(shape))

    def difference(self, values: Values, baseline_values: Values) -> Interval:
        """Mean of the users' changes `values - baseline_values` and its paired interval; shapes as in `interval`.

        Over the users with a value on both sides. Positive: `values` are higher.
        """
        return self.interval(np.asarray(values, dtype=np.float64) - np.asarray(baseline_values, dtype=np.float64))

    def _drawn(self, defined: Mask) -> Scores:
        """Users with a value in each resample, (B, M), or (B, 1) where all columns are defined for the same users."""
        if (defined == defined[:, :1]).all():
            defined = defined[:, :1]
        return self.counts @ defined.astype(np.float32)
