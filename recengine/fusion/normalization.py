"""Making the scores of different scorers comparable, user by user."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from recengine.arrays import Scores, Values
from recengine.fusion.pool import Pool

Normalization = Literal["min-max", "z-score", "rank", "softmax"]
NORMALIZATIONS: tuple[str, ...] = get_args(Normalization)
"""What each does with the scores on a user's unseen items, see `Normaliser.of`: min-max puts the lowest at 0 and the
highest at 1; z-score counts standard deviations from the mean; rank knows places alone; softmax makes probabilities of
them, so that a few items far ahead of the others get nearly all and the rest next to nothing."""
Neutral = Literal["mean", "floor"]
NEUTRALS: tuple[str, ...] = get_args(Neutral)
ByRank = Literal["reciprocal-rank", "borda"]
"""Values that rank-based strategies add up."""


@dataclass(frozen=True)
class ValueMap:
    """From raw scores, or ranks, to the values that a strategy adds up: an increasing map a (scorer, user) row.

    neutral: what no opinion becomes. constant: what reciprocal rank adds to a rank; of no meaning to the others.
    """

    kind: Normalization | ByRank = "min-max"
    neutral: Neutral = "mean"
    constant: float = 0.0


Shape = Literal["affine", "places", "reciprocal", "softmax"]
EXPONENT_STEPS = 2.0**30
"""Exponents of the softmax are multiples of 1 over this. One step changes the exponential by a part in 10^9, far more
than double precision errs, so that it is increasing whoever computes it."""
BLOCK_VALUES = 1 << 20
"""Exponentials that are held at once in double precision."""


@dataclass(frozen=True)
class Normaliser:
    """One increasing map a (scorer, user) row.

    shape: affine is `(raw - center) / spread`, places is `(center - rank) / spread`, reciprocal is `1 / (center +
    rank)`, softmax is `exp((raw - center) / spread) / mass`.
    center, spread, mass, neutral (C, U) float32. spread is infinite, so that all opinions become alike, where a row's
    opinions are all equal or there is none. neutral: what no opinion becomes.
    Only subtraction and division by a positive number, each rounded once, and the exponential in double precision, of
    numbers that are equal or further apart than it errs: a higher score never becomes a lower value.
    """

    shape: Shape
    center: Scores
    spread: Scores
    mass: Scores
    neutral: Scores

    @classmethod
    def of(cls, pool: Pool, value_map: ValueMap) -> Normaliser:
        """The normaliser of the pool's rows.

        min-max: 0 at the lowest opinion on an unseen item, 1 at the highest. z-score: 0 at their mean, one unit a
        population standard deviation. rank: (n - rank) / (n - 1) among n opinions, so 1 is the best; a single opinion
        is 1/2. softmax: the probability of the item among the opinions, exp(z) over the sum of exp(z), z being the
        z-score, so that neither the scale nor the offset of the raw scores matters (Bridle 1990, NIPS 2). No opinion is
        the mean of the row (0 under z-score, 1/2 under rank, 1/n under softmax) or its floor (0 under rank and
        softmax); under min-max, z-score and softmax it is 0 where the row tells no items apart.

        reciprocal-rank: 1 / (constant + rank), 0 without an opinion (Cormack, Clarke & Buettcher 2009, SIGIR).
        borda: (m + 1 - rank) / m among m unseen items; those without an opinion share what the ranked ones leave
        (Aslam & Montague 2001, SIGIR), or get 0 under floor.
        """
        makers = {"rank": _by_rank, "reciprocal-rank": _reciprocal, "borda": _borda, "softmax": _softmax}
        return makers.get(value_map.kind, _affine)(pool, value_map)

    @property
    def by_rank(self) -> bool:
        """Whether it reads ranks, not scores."""
        return self.shape in ("places", "reciprocal")

    def take(self, rows: NDArray[np.intp] | slice) -> Normaliser:
        """The normaliser of some users of the pool."""
        return Normaliser(
            self.shape, self.center[:, rows], self.spread[:, rows], self.mass[:, rows], self.neutral[:, rows]
        )

    def affine(self) -> tuple[Values, Values]:
        """scale, offset (C, U) with `normalised = scale * raw + offset`; NaN where the map is not affine."""
        if self.shape != "affine":
            unknown = np.full(self.center.shape, np.nan)
            return unknown, unknown.copy()
        scale = 1 / self.spread.astype(np.float64)
        return scale, 0.0 - self.center * scale

    def apply(self, raw: Scores, ranks: Scores) -> Scores:
        """Normalised values, (C, U, m) float32, for `raw` and `ranks` (C, U, m); no opinion (NaN) becomes neutral."""
        center, spread = self.center[:, :, None], self.spread[:, :, None]
        values: Scores
        if self.shape == "affine":
            values = np.subtract(raw, center)
            values /= spread
        elif self.shape == "places":
            values = np.subtract(center, ranks)
            values /= spread
        elif self.shape == "reciprocal":
            values = np.add(center, ranks)
            np.divide(np.float32(1), values, out=values)
        else:
            values = self._exponentials(raw)
        np.copyto(values, self.neutral[:, :, None], where=np.isnan(values))
        return values

    def _exponentials(self, raw: Scores) -> Scores:
        """exp((raw - center) / spread) / mass, (C, U, m) float32."""
        values = np.empty(raw.shape, dtype=np.float32)
        step = max(1, BLOCK_VALUES // max(1, raw.shape[0] * raw.shape[2]))
        for start in range(0, raw.shape[1], step):
            rows = slice(start, start + step)
            powers = np.subtract(raw[:, rows], self.center[:, rows, None], dtype=np.float64)
            powers /= self.spread[:, rows, None]
            powers *= EXPONENT_STEPS
            np.rint(powers, out=powers)
            powers /= EXPONENT_STEPS
            np.exp(powers, out=powers)
            powers /= self.mass[:, rows, None]
            values[:, rows] = powers
        return values


def _affine(pool: Pool, value_map: ValueMap) -> Normaliser:
    min_max = value_map.kind == "min-max"
    silent = pool.opinions == 0
    zero = np.float32(0)
    center = np.where(silent, zero, pool.low if min_max else pool.mean)
    spread = pool.high - pool.low if min_max else pool.deviation
    spread = np.where(spread > 0, spread, np.float32(np.inf))
    instead = np.where(silent, zero, pool.mean if value_map.neutral == "mean" else pool.low)
    return Normaliser("affine", center, spread, np.ones_like(center), (instead - center) / spread)


def _softmax(pool: Pool, value_map: ValueMap) -> Normaliser:
    apart = pool.deviation > 0
    center = np.where(apart, pool.high, np.float32(0))
    spread = np.where(apart, pool.deviation, np.float32(np.inf))
    # where nothing is told apart every opinion is 0, as under min-max
    mass = np.where(apart, pool.partition, np.float32(np.inf))
    mean = np.where(apart, np.float32(1) / np.maximum(pool.opinions, 1).astype(np.float32), np.float32(0))
    return Normaliser("softmax", center, spread, mass, mean if value_map.neutral == "mean" else np.zeros_like(mean))


def _by_rank(pool: Pool, value_map: ValueMap) -> Normaliser:
    n = pool.opinions.astype(np.float32)
    alone = n < 2
    # a single opinion has rank 1: (3/2 - 1) / 1 = 1/2
    center = np.where(alone, np.float32(1.5), n)
    spread = np.where(alone, np.float32(1), n - 1)
    neutral = np.full_like(n, 0.5 if value_map.neutral == "mean" else 0.0)
    return Normaliser("places", center, spread, np.ones_like(n), neutral)


def _reciprocal(pool: Pool, value_map: ValueMap) -> Normaliser:
    shape = pool.opinions.shape
    ones = np.ones(shape, dtype=np.float32)
    center = np.full(shape, value_map.constant, dtype=np.float32)
    return Normaliser("reciprocal", center, ones, ones, np.zeros(shape, dtype=np.float32))


def _borda(pool: Pool, value_map: ValueMap) -> Normaliser:
    unseen = np.broadcast_to(np.maximum(pool.unseen, 1).astype(np.float32), pool.opinions.shape)
    silent = np.where(pool.opinions > 0, unseen - pool.opinions, -1).astype(np.float32)
    # the places that the ranked ones leave are worth (silent, silent - 1, …, 1) / unseen, on average (silent + 1) / 2
    shared = (silent + np.float32(1)) / (np.float32(2) * unseen)
    neutral = shared if value_map.neutral == "mean" else np.zeros_like(shared)
    return Normaliser("places", unseen + np.float32(1), unseen.copy(), np.ones_like(shared), neutral)
