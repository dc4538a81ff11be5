"""Weighted fusion of a pool: fuse, rank, certify, and re-score whom the certificate misses."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from recengine.arrays import Mask, Positions, Scores, Values, read_only
from recengine.errors import ScenarioError
from recengine.fusion.catalogue import BATCH, catalogue_rows
from recengine.fusion.checks import check_choice, check_k, check_weights
from recengine.fusion.normalization import NEUTRALS, NORMALIZATIONS, Neutral, Normalization
from recengine.fusion.pool import Pool, Source
from recengine.fusion.prepared import PreparedPool, prepare, weighted_sum
from recengine.ranking import PADDING, Rankings, take, top_k

BLOCK_BYTES = 1 << 20
"""The fused scores of a block of users take about this much, so that they are ranked while in the cache."""


@dataclass(frozen=True)
class Fusion:
    """A weighted sum over normalised scores.

    weights: one a scorer of the pool, in its order, finite, >= 0, not all 0. `effective` are they over their sum.
    neutral: what no opinion counts as. "mean": the row's mean under min-max, 0 under z-score, 1/2 under rank;
        "floor": the row's lowest opinion, normalised; 0 under rank. A row that tells no items apart (no opinion at
        all, or all equal) is 0 under min-max and z-score.
    """

    weights: tuple[float, ...]
    normalization: Normalization = "min-max"
    neutral: Neutral = "mean"

    @property
    def effective(self) -> tuple[float, ...]:
        """The weights over their sum, (C,), which add up to 1."""
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
    """Every user's exact top k of the eligible unseen items under `fusion`.

    A list from the pool is certified where nothing is left out, or where it has k items and the k-th score is strictly
    above the fused bound of the left-out items: the threshold algorithm of Fagin, Lotem & Naor (PODS 2001). The other
    users' whole rows are scored. Raises `ScenarioError` for weights, a normalisation or a k that cannot be.
    """
    check_k(k, source.seen.shape[1])
    prepared, weights = _prepared(pool, fusion)
    items, scores = _best_of_pool(pool, prepared, weights, k)
    bound = weighted_sum(prepared.bound, weights)
    certified = (pool.left_out == 0) | (scores[:, -1] > bound)
    missed = np.flatnonzero(~certified)
    for start in range(0, len(missed), BATCH):
        rows = missed[start : start + BATCH]
        score = catalogue_rows(pool, source, prepared, weights, rows).score
        items[rows] = top_k(score, k)
        scores[rows] = take(score, items[rows], np.nan)
    rankings = Rankings(pool.users, read_only(items), read_only(scores))
    return FusedLists(rankings, read_only(certified), len(missed))


@dataclass(frozen=True)
class FusedRow:
    """One user's whole catalogue under a fusion, item by item; NaN at seen items and outside the pool's slice.

    raw (C, n_items) float32; normalised (C, n_items) float32, no opinion already filled; opinion (C, n_items) bool;
    score (n_items,) float32, the same numbers as `fuse` gives; rank (n_items,) int32 from 1, 0 at those items.
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
    """One user's whole catalogue; `user` is a position that the pool has. Raises `ScenarioError` else."""
    prepared, weights = _prepared(pool, fusion)
    rows = np.flatnonzero(pool.users == user)
    if len(rows) == 0:
        raise ScenarioError(f"User {user} has no candidates in the pool. Build one for that user.")
    found = catalogue_rows(pool, source, prepared, weights, rows[:1])
    scale, offset = prepared.normaliser.take(rows[:1]).affine()
    return FusedRow(
        raw=read_only(found.raw[:, 0]),
        normalised=read_only(found.normalised[:, 0]),
        opinion=read_only(~np.isnan(found.raw[:, 0])),
        score=read_only(found.score[0]),
        rank=read_only(_places(found.score[0])),
        scale=read_only(scale[:, 0]),
        offset=read_only(offset[:, 0]),
    )


def contributions(pool: Pool, fusion: Fusion, rankings: Rankings) -> Values:
    """What every scorer adds: `out[c, u, j]` for `rankings.scores[u, j]`, (C, U, k) float64.

    The parts sum to the score. NaN in the padding, or where the item is not in the pool (a re-scored user: ask
    `fuse_row`).
    `rankings` holds users of the pool, in any order. Raises `ScenarioError` for any other.
    """
    prepared, weights = _prepared(pool, fusion)
    rows = _rows_of(pool, rankings.users)
    column = _columns_of(pool.items[rows], rankings.items)
    values = prepared.values[:, rows[:, None], np.maximum(column, 0)]
    return np.where(column >= 0, values, np.nan) * weights[:, None, None].astype(np.float64)


def _prepared(pool: Pool, fusion: Fusion) -> tuple[PreparedPool, Scores]:
    """The pool under the fusion's normalisation, and its effective weights, (C,) float32."""
    check_weights(fusion.weights, pool.scorers)
    check_choice("Normalisation", fusion.normalization, NORMALIZATIONS)
    check_choice("Neutral value", fusion.neutral, NEUTRALS)
    prepared = prepare(pool, fusion.normalization, fusion.neutral)
    return prepared, np.array(fusion.effective, dtype=np.float32)


def _best_of_pool(pool: Pool, prepared: PreparedPool, weights: Scores, k: int) -> tuple[Positions, Scores]:
    """Items and scores (U, k) of the best of the pool, padded with -1 and NaN."""
    n_users, width = pool.items.shape
    items = np.full((n_users, k), PADDING, dtype=np.int32)
    scores = np.full((n_users, k), np.nan, dtype=np.float32)
    block = max(1, BLOCK_BYTES // (4 * width))
    for start in range(0, n_users, block):
        rows = slice(start, start + block)
        fused = weighted_sum(prepared.values[:, rows], weights)
        columns = top_k(fused, k)
        scores[rows] = take(fused, columns, np.nan)
        items[rows] = take(pool.items[rows], columns, PADDING)
    return items, scores


def _places(score: Scores) -> Positions:
    """The rank of each item, (n_items,) from 1, ties to the lower position; 0 where the score is NaN."""
    order = np.argsort(-score, kind="stable")[: np.count_nonzero(~np.isnan(score))]
    places = np.zeros(len(score), dtype=np.int32)
    places[order] = np.arange(1, len(order) + 1)
    return places


def _rows_of(pool: Pool, users: Positions) -> NDArray[np.intp]:
    """The pool's row of each user."""
    if len(users) == 0:
        return np.zeros(0, dtype=np.intp)
    order = np.argsort(pool.users)
    place = np.minimum(np.searchsorted(pool.users, users, sorter=order), len(order) - 1)
    rows: NDArray[np.intp] = order[place]
    missing = pool.users[rows] != users
    if missing.any():
        raise ScenarioError(f"User {users[missing][0]} has no candidates in the pool. Build one for that user.")
    return rows


def _columns_of(pooled: Positions, items: Positions) -> NDArray[np.intp]:
    """`out[u, j]` = column of `items[u, j]` in row u of `pooled` (U, P), ascending with -1 at the end; -1 if absent."""
    n_users, width = pooled.shape
    # one number a (row, item), ascending over all rows; padding behind every item
    step = np.int64(max(pooled.max(initial=0), items.max(initial=0)) + 2)
    start = np.arange(n_users)[:, None] * step
    known = (start + np.where(pooled == PADDING, step - 1, pooled)).ravel()
    asked = start + items
    place = np.minimum(np.searchsorted(known, asked), len(known) - 1)
    return np.where((known[place] == asked) & (items != PADDING), place - np.arange(n_users)[:, None] * width, PADDING)
