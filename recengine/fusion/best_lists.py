"""Everybody's best items under a strategy: rank the pool, certify, re-score whom the certificate misses."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from recengine.arrays import Mask, Positions, Scores, Values, read_only
from recengine.fusion.catalogue import BATCH, catalogue_rows
from recengine.fusion.checks import check_choice, check_weights
from recengine.fusion.facts import Facts
from recengine.fusion.fused_lists import FusedLists
from recengine.fusion.fusion import Fusion
from recengine.fusion.linear import LOOPS, best_by_sum
from recengine.fusion.normalization import NEUTRALS, NORMALIZATIONS
from recengine.fusion.pool import Pool, Source
from recengine.fusion.prepared import PreparedPool, prepare
from recengine.fusion.strategies import Listwise, Pointwise, Rows
from recengine.ranking import PADDING, Rankings, take, top_k

BLOCK_BYTES = 1 << 20
"""The fused scores of a block of users take about this much, so that they are ranked while in the cache."""


def best_lists(pool: Pool, source: Source, fusion: Fusion, k: int) -> FusedLists:
    """Everybody's best k by the strategy of `fusion`; its re-rankers are left to others."""
    everybody = np.arange(len(pool.users))
    prepared, exact_weights = prepared_weights(pool, source, fusion, everybody)
    weights = exact_weights.astype(np.float32)
    strategy = fusion.strategy
    if isinstance(strategy, Listwise):
        items, scores, certified = _best_by_list(pool, source, prepared, fusion, weights, k)
        rankings = Rankings(pool.users, read_only(items), read_only(scores))
        return FusedLists(rankings, read_only(certified), 0, int(np.count_nonzero(~certified)))
    if not isinstance(strategy, Pointwise):
        raise TypeError(f"{strategy.name}: neither pointwise nor listwise")
    items, scores = _best_of_pool(pool, prepared, strategy, weights, k)
    bound = strategy.bound(prepared.bound, pool.threshold_rank, weights)
    certified = (pool.left_out == 0) | (scores[:, -1] > bound)
    missed = np.flatnonzero(~certified)
    for start in range(0, len(missed), BATCH):
        rows = missed[start : start + BATCH]
        own = weights[:, rows] if weights.ndim == 2 else weights
        score = catalogue_rows(pool, source, prepared, strategy, own, rows).score
        items[rows] = top_k(score, k)
        scores[rows] = take(score, items[rows], np.nan)
    rankings = Rankings(pool.users, read_only(items), read_only(scores))
    return FusedLists(rankings, read_only(certified), len(missed))


def prepared_weights(pool: Pool, source: Source, fusion: Fusion, rows: NDArray[np.intp]) -> tuple[PreparedPool, Values]:
    """The pool under the strategy's map, and the effective weights, (C,) or (C, len(rows))."""
    check_weights(fusion.weights, pool.scorers)
    check_choice("Normalisation", fusion.normalization, NORMALIZATIONS)
    check_choice("Neutral value", fusion.neutral, NEUTRALS)
    strategy = fusion.strategy
    strategy.check(pool.scorers)
    prepared = prepare(pool, strategy.value_map(fusion.normalization, fusion.neutral))
    effective = np.array(fusion.effective)
    if not isinstance(strategy, Pointwise):
        return prepared, effective
    facts = source.known(strategy.label) if strategy.needs_facts else None
    return prepared, strategy.weights_of(effective, pool.scorers, pool.users[rows], facts)


def listwise_scores(
    pool: Pool,
    source: Source,
    prepared: PreparedPool,
    fusion: Fusion,
    weights: Scores,
    rows: NDArray[np.intp],
    k: int,
) -> tuple[Scores, Mask]:
    """Scores (B, P) of the users in `rows`, -inf in the padding, and whose best k are proven, (B,)."""
    strategy = fusion.strategy
    if not isinstance(strategy, Listwise):
        raise TypeError(f"{strategy.name}: not listwise")
    taken, facts = listwise_rows(pool, source, prepared, strategy, rows)
    found = strategy.score(taken, weights, pool.scorers, k, facts)
    score = np.where(taken.items == PADDING, np.float32(-np.inf), found.score).astype(np.float32, copy=False)
    return score, found.proven


def listwise_rows(
    pool: Pool, source: Source, prepared: PreparedPool, strategy: Listwise, rows: NDArray[np.intp]
) -> tuple[Rows, Facts | None]:
    """What a listwise strategy reads of some users."""
    silent = np.where(pool.silent_left_out[:, rows], prepared.normaliser.neutral[:, rows], np.float32(-np.inf))
    taken = Rows(
        users=pool.users[rows],
        items=pool.items[rows],
        raw=pool.scores[:, rows],
        ranks=pool.ranks[:, rows],
        values=prepared.take(rows),
        complete=pool.left_out[rows] == 0,
        depth=pool.depth,
        bound=prepared.bound[:, rows],
        silent=silent,
    )
    return taken, source.known(strategy.label) if strategy.needs_facts else source.facts


def _best_of_pool(
    pool: Pool, prepared: PreparedPool, strategy: Pointwise, weights: Scores, k: int
) -> tuple[Positions, Scores]:
    """Items and scores (U, k) of the best of the pool, padded with -1 and NaN."""
    n_users, width = pool.items.shape
    items = np.full((n_users, k), PADDING, dtype=np.int32)
    scores = np.full((n_users, k), np.nan, dtype=np.float32)
    if type(strategy).combine is Pointwise.combine and LOOPS.pay(pool.scores.size):
        best_by_sum(pool, prepared, weights, items, scores)
        return items, scores
    block = max(1, BLOCK_BYTES // (4 * width))
    for start in range(0, n_users, block):
        rows = slice(start, start + block)
        own = weights[:, rows] if weights.ndim == 2 else weights
        fused = strategy.combine(prepared.take(rows), pool.ranks[:, rows], own)
        columns = top_k(fused, k)
        scores[rows] = take(fused, columns, np.nan)
        items[rows] = take(pool.items[rows], columns, PADDING)
    return items, scores


def _best_by_list(
    pool: Pool, source: Source, prepared: PreparedPool, fusion: Fusion, weights: Scores, k: int
) -> tuple[Positions, Scores, Mask]:
    """As `_best_of_pool` for a listwise strategy, with which lists are proven."""
    n_users, width = pool.items.shape
    items = np.full((n_users, k), PADDING, dtype=np.int32)
    scores = np.full((n_users, k), np.nan, dtype=np.float32)
    proven = np.zeros(n_users, dtype=np.bool_)
    block = max(1, BLOCK_BYTES // (4 * width))
    for start in range(0, n_users, block):
        rows = np.arange(start, min(start + block, n_users))
        found = listwise_scores(pool, source, prepared, fusion, weights, rows, k)
        columns = top_k(found[0], k)
        scores[rows] = take(found[0], columns, np.nan)
        items[rows] = take(pool.items[rows], columns, PADDING)
        proven[rows] = found[1]
    return items, scores, proven
