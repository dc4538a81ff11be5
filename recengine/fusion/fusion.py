"""Weighted fusion of a pool: fuse, rank, certify, and re-score whom the certificate misses."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

from recengine.arrays import Mask, Positions, Scores, Values
from recengine.fusion.pool import Pool, Source
from recengine.ranking import Rankings

Normalization = Literal["min-max", "z-score", "rank"]
NORMALIZATIONS: tuple[str, ...] = get_args(Normalization)
Neutral = Literal["mean", "floor"]
NEUTRALS: tuple[str, ...] = get_args(Neutral)

@dataclass(frozen=True)
class Fusion:
    """A weighted sum over normalised scores.

    weights: one a scorer of the pool, in its order, finite, >= 0, not all 0. `effective` are they over their sum.
    neutral: what no opinion counts as. "mean": the row's mean under min-max, 0 under z-score, 1/2 under rank;
        "floor": the row's lowest opinion, normalised.
    """

    weights: tuple[float, ...]
    normalization: Normalization = "min-max"
    neutral: Neutral = "mean"

    @property
    def effective(self) -> tuple[float, ...]:
        total = sum(self.weights)
        return tuple(weight / total for weight in self.weights)


@dataclass(frozen=True)
class FusedLists:
    """Rankings with their proof.

    certified (U,) bool: the pool alone proves that the list is the catalogue's. The others were re-scored over the
    whole catalogue, so every list is exact; `rescored` counts them.
    """

    rankings: Rankings
    certified: Mask
    rescored: int


def fuse(pool: Pool, source: Source, fusion: Fusion, k: int) -> FusedLists:
    """Every user's exact top k of the eligible unseen items under `fusion`."""
    raise NotImplementedError


@dataclass(frozen=True)
class FusedRow:
    """One user's whole catalogue under a fusion, item by item; NaN at seen items.

    raw (C, n_items) float32; normalised (C, n_items) float32, no opinion already filled; opinion (C, n_items) bool;
    score (n_items,) float32, the same numbers as `fuse` gives; rank (n_items,) int32 from 1, 0 at seen items.
    scale, offset (C,): normalised = scale * raw + offset; NaN under rank normalisation, which is not affine.
    contributions are `effective weight * normalised`, and sum to the score.
    """

    raw: Scores
    normalised: Scores
    opinion: Mask
    score: Scores
    rank: Positions
    scale: Values
    offset: Values


def fuse_row(pool: Pool, source: Source, fusion: Fusion, user: int) -> FusedRow:
    """One user's whole catalogue; `user` is a position that the pool has."""
    raise NotImplementedError


def contributions(pool: Pool, fusion: Fusion, rankings: Rankings) -> Values:
    """`out[c, u, j]` = what scorer c adds to `rankings.scores[u, j]`, (C, U, k) float64, NaN in the padding or where the
    item is not in the pool (a re-scored user: ask `fuse_row`)."""
    raise NotImplementedError
