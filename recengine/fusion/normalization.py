"""Making the scores of different scorers comparable, user by user."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from recengine.arrays import Scores, Values
from recengine.fusion.pool import Pool

Normalization = Literal["min-max", "z-score", "rank"]
NORMALIZATIONS: tuple[str, ...] = get_args(Normalization)
Neutral = Literal["mean", "floor"]
NEUTRALS: tuple[str, ...] = get_args(Neutral)


@dataclass(frozen=True)
class Normaliser:
    """One increasing map a (scorer, user) row: `(raw - center) / spread`, or `(center - rank) / spread` by rank.

    center, spread, neutral (C, U) float32. spread is infinite, so that all opinions become 0, where a row's opinions
    are all equal or there is none. neutral: what no opinion becomes.
    Only subtraction and division by a positive number, each rounded once: a higher score never becomes a lower value.
    """

    by_rank: bool
    center: Scores
    spread: Scores
    neutral: Scores

    @classmethod
    def of(cls, pool: Pool, normalization: Normalization, neutral: Neutral) -> Normaliser:
        """The normaliser of the pool's rows.

        min-max: 0 at the lowest opinion on an unseen item, 1 at the highest. z-score: 0 at their mean, one unit a
        population standard deviation. rank: (n - rank) / (n - 1) among n opinions, so 1 is the best; a single opinion
        is 1/2. No opinion is the mean of the row (0 under z-score, 1/2 under rank) or its floor (0 under rank); under
        min-max and z-score it is 0 where the row tells no items apart.
        """
        if normalization == "rank":
            return cls._by_rank(pool, neutral)
        silent = pool.opinions == 0
        zero = np.float32(0)
        center = np.where(silent, zero, pool.low if normalization == "min-max" else pool.mean)
        spread = pool.high - pool.low if normalization == "min-max" else pool.deviation
        spread = np.where(spread > 0, spread, np.float32(np.inf))
        instead = np.where(silent, zero, pool.mean if neutral == "mean" else pool.low)
        return cls(False, center, spread, (instead - center) / spread)

    @classmethod
    def _by_rank(cls, pool: Pool, neutral: Neutral) -> Normaliser:
        n = pool.opinions.astype(np.float32)
        alone = n < 2
        # a single opinion has rank 1: (3/2 - 1) / 1 = 1/2
        center = np.where(alone, np.float32(1.5), n)
        spread = np.where(alone, np.float32(1), n - 1)
        return cls(True, center, spread, np.full_like(n, 0.5 if neutral == "mean" else 0.0))

    def take(self, rows: NDArray[np.intp]) -> Normaliser:
        """The normaliser of some users of the pool."""
        return Normaliser(self.by_rank, self.center[:, rows], self.spread[:, rows], self.neutral[:, rows])

    def affine(self) -> tuple[Values, Values]:
        """scale, offset (C, U) with `normalised = scale * raw + offset`; NaN by rank, which is not affine."""
        if self.by_rank:
            unknown = np.full(self.center.shape, np.nan)
            return unknown, unknown.copy()
        scale = 1 / self.spread.astype(np.float64)
        return scale, 0.0 - self.center * scale

    def apply(self, raw: Scores, ranks: Scores) -> Scores:
        """Normalised values, (C, U, m) float32, for `raw` and `ranks` (C, U, m); no opinion (NaN) becomes neutral."""
        center, spread = self.center[:, :, None], self.spread[:, :, None]
        values: Scores = np.subtract(center, ranks) if self.by_rank else np.subtract(raw, center)
        values /= spread
        np.copyto(values, self.neutral[:, :, None], where=np.isnan(values))
        return values
