"""One user's catalogue under a fusion: what the pages and explanations read."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from recengine.arrays import Mask, Positions, Scores, Values, read_only
from recengine.errors import ScenarioError
from recengine.fusion.best_lists import listwise_rows, listwise_scores, prepared_weights
from recengine.fusion.catalogue import catalogue_rows
from recengine.fusion.fusion import DEFAULT_K, WEIGHTED_SUM, Fusion
from recengine.fusion.pool import Pool, Source
from recengine.fusion.prepared import PreparedPool
from recengine.fusion.reranking import reranked_places
from recengine.fusion.strategies import Listwise, Pointwise
from recengine.fusion.strategies.base import Remark
from recengine.ranking import PADDING


@dataclass(frozen=True)
class FusedRow:
    """One user's catalogue under a fusion, item by item; NaN at seen items and outside the pool's slice.

    raw (C, n_items) float32; normalised (C, n_items) float32, no opinion already filled; opinion (C, n_items) bool;
    score (n_items,) float32, the same numbers as `fuse` gives; under a listwise strategy NaN outside the pool.
    rank (n_items,) int32 from 1, re-ranked, 0 where the score is NaN or a rule blocks the item; fused_rank: before
    re-ranking.
    ranks (C, n_items) float32: each scorer's own, among all unseen items on which it has an opinion.
    weights (C,) float64: those in use for this user, effective. parts (C, n_items) float64: what each scorer adds; they
    sum to the score. NaN where the strategy is not additive. multipliers (C, n_items) float64: parts = multipliers *
    normalised; NaN likewise.
    scale, offset (C,): normalised = scale * raw + offset; NaN where the normalisation is not affine.
    """

    raw: Scores
    normalised: Scores
    opinion: Mask
    score: Scores
    rank: Positions
    fused_rank: Positions
    ranks: Scores
    weights: Values
    parts: Values
    multipliers: Values
    scale: Values
    offset: Values


def fuse_row(pool: Pool, source: Source, fusion: Fusion, user: int, k: int = DEFAULT_K) -> FusedRow:
    """One user's catalogue; `user` is a position that the pool has. k: length of the lists that re-rankers make.

    Raises `ScenarioError` for a user that the pool does not have.
    """
    rows = np.flatnonzero(pool.users == user)[:1]
    if len(rows) == 0:
        raise ScenarioError(f"User {user} has no candidates in the pool. Build one for that user.")
    prepared, weights = prepared_weights(pool, source, fusion, rows)
    strategy = fusion.strategy
    point = strategy if isinstance(strategy, Pointwise) else WEIGHTED_SUM
    single = weights.astype(np.float32)
    found = catalogue_rows(pool, source, prepared, point, single, rows, with_ranks=True)
    score = found.score[0]
    parts = point.parts(found.normalised, found.ranks, weights)[:, 0]
    multipliers = point.multipliers(found.normalised, found.ranks, weights)[:, 0].copy()
    if isinstance(strategy, Listwise):
        score = _spread_over_catalogue(pool, prepared, fusion, single, rows, source, k)
    if not strategy.additive:
        parts, multipliers = np.full_like(parts, np.nan), np.full_like(parts, np.nan)
    places = _places(score)
    scale, offset = prepared.normaliser.take(rows).affine()
    return FusedRow(
        raw=read_only(found.raw[:, 0]),
        normalised=read_only(found.normalised[:, 0]),
        opinion=read_only(~np.isnan(found.raw[:, 0])),
        score=read_only(score),
        rank=read_only(reranked_places(pool, source, fusion, rows, score, places, k)),
        fused_rank=read_only(places),
        ranks=read_only(found.ranks[:, 0]),
        weights=read_only(weights.reshape(len(weights), -1)[:, 0].copy()),
        parts=read_only(parts),
        multipliers=read_only(multipliers),
        scale=read_only(scale[:, 0]),
        offset=read_only(offset[:, 0]),
    )


def account(pool: Pool, source: Source, fusion: Fusion, user: int, item: int, k: int = DEFAULT_K) -> tuple[Remark, ...]:
    """What a listwise strategy has to say about the place of `item` before re-ranking; `user` is one that the pool has.

    Nothing for a strategy of another kind.
    """
    strategy = fusion.strategy
    if not isinstance(strategy, Listwise):
        return ()
    rows = np.flatnonzero(pool.users == user)[:1]
    columns = np.flatnonzero(pool.items[rows[0]] == item)
    if len(columns) == 0:
        held = np.count_nonzero(pool.items[rows[0]] != PADDING)
        return (Remark(f"not among the {held:,} candidates of the pool, so it takes no part"),)
    prepared, weights = prepared_weights(pool, source, fusion, rows)
    taken, facts = listwise_rows(pool, source, prepared, strategy, rows)
    places = _places_to_fill(pool, rows, k)
    return strategy.account(taken, weights.astype(np.float32), pool.scorers, int(columns[0]), places, facts)


def _places_to_fill(pool: Pool, rows: NDArray[np.intp], k: int) -> int:
    """As many as the user's pool has items, so that each of them has its place; at least k."""
    return max(k, int(np.count_nonzero(pool.items[rows[0]] != PADDING)))


def _spread_over_catalogue(
    pool: Pool, prepared: PreparedPool, fusion: Fusion, weights: Scores, rows: NDArray[np.intp], source: Source, k: int
) -> Scores:
    """Listwise scores of one user's pool in the places of the catalogue, (n_items,), NaN elsewhere."""
    n_items = source.seen.shape[1]
    score = np.full(n_items, np.nan, dtype=np.float32)
    found, _ = listwise_scores(pool, source, prepared, fusion, weights, rows, _places_to_fill(pool, rows, k))
    listed = (pool.items[rows[0]] != PADDING) & np.isfinite(found[0])
    score[pool.items[rows[0]][listed]] = found[0][listed]
    return score


def _places(score: Scores) -> Positions:
    """The rank of each item, (n_items,) from 1, ties to the lower position; 0 where the score is NaN."""
    order = np.argsort(-score, kind="stable")[: np.count_nonzero(~np.isnan(score))]
    places = np.zeros(len(score), dtype=np.int32)
    places[order] = np.arange(1, len(order) + 1)
    return places
