"""The chain of re-rankers over everybody's shortlists, and over one user's catalogue."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from recengine.arrays import Positions, Scores
from recengine.fusion.best_lists import best_lists, listwise_scores, prepared_weights
from recengine.fusion.facts import Facts
from recengine.fusion.fused_lists import FusedLists
from recengine.fusion.fusion import SHORTLIST, Fusion
from recengine.fusion.pool import Pool, Source
from recengine.fusion.rerankers import Shortlists, rows_isin
from recengine.fusion.strategies import Pointwise
from recengine.ranking import PADDING, Rankings

KEPT_SHORTLISTS = 2
"""Shortlists that a pool remembers, 8 bytes a place."""


def checked_facts(source: Source, fusion: Fusion, k: int) -> Facts:
    """What the re-rankers read. Raises `ScenarioError` where one of them cannot be done."""
    facts = source.known(fusion.rerankers[0].label)
    for reranker in fusion.rerankers:
        reranker.check(facts.train, k)
    return facts


def shortlists(pool: Pool, source: Source, fusion: Fusion, k: int) -> FusedLists:
    """What re-rankers choose from; kept with the pool, so that a move of a re-ranker does not fuse again."""
    plain, places = replace(fusion, rerankers=()), min(max(k, SHORTLIST), source.seen.shape[1])
    kept = pool.shortlists.get((plain, places))
    if kept is not None and kept[0] is source:
        lists: FusedLists = kept[1]
        return lists
    lists = best_lists(pool, source, plain, places)
    pool.shortlists[plain, places] = source, lists
    while len(pool.shortlists) > KEPT_SHORTLISTS:
        pool.shortlists.popitem(last=False)
    return lists


def rerank_rows(
    pool: Pool,
    source: Source,
    fusion: Fusion,
    rows: NDArray[np.intp],
    items: Positions,
    scores: Scores,
    k: int,
    facts: Facts,
) -> Shortlists:
    """The shortlists `items` of the users in `rows` after every re-ranker."""
    reserve = None
    if any(reranker.reaches for reranker in fusion.rerankers):
        reserve = _reserve(pool, source, fusion, rows, items, facts)
    lists = Shortlists(pool.users[rows], items, scores, reserve)
    for reranker in fusion.rerankers:
        lists = reranker.rerank(lists, k, facts)
    return lists


def scores_of(rankings: Rankings, items: Positions) -> Scores:
    """The fused score of each of `items` (U, k) in the rankings; NaN for one that is not there or padding."""
    order = np.argsort(rankings.items, axis=1, kind="stable")
    known = np.take_along_axis(rankings.items, order, axis=1)
    rows = np.arange(len(items))[:, None]
    step = np.int64(max(known.max(initial=0), items.max(initial=0)) + 2)
    keys = (rows * step + known + 1).ravel()
    asked = rows * step + items + 1
    place = np.minimum(np.searchsorted(keys, asked), max(len(keys) - 1, 0))
    found = (keys[place] == asked) & (items != PADDING) if len(keys) else np.zeros(items.shape, dtype=np.bool_)
    column = np.where(found, place - rows * known.shape[1], 0)
    scores = np.take_along_axis(np.take_along_axis(rankings.scores, order, axis=1), column, axis=1)
    return np.where(found, scores, np.float32(np.nan))


def reranked_places(
    pool: Pool, source: Source, fusion: Fusion, rows: NDArray[np.intp], score: Scores, places: Positions, k: int
) -> Positions:
    """The rank of each item of the one user in `rows` after the re-rankers, (n_items,); 0 where it has no score or was
    taken out.
    """
    if not fusion.rerankers:
        return places
    facts = checked_facts(source, fusion, k)
    in_order = np.argsort(places, kind="stable")[np.count_nonzero(places == 0) :].astype(np.int32)
    # as wide as those of all users together
    short = np.full((1, min(max(k, SHORTLIST), len(places))), PADDING, dtype=np.int32)
    best = in_order[: short.shape[1]]
    short[0, : len(best)] = best
    lists = rerank_rows(
        pool, source, fusion, rows, short, np.where(short >= 0, score[short], np.float32(np.nan)), k, facts
    )
    listed = lists.items[0][lists.items[0] != PADDING]
    # a list that re-rankers left short of k ends there
    rest = in_order[len(best) :] if len(listed) >= k else in_order[:0]
    barred = [reranker.barred(facts) for reranker in fusion.rerankers]
    order = np.concatenate([listed, rest[~np.isin(rest, np.concatenate([listed, *barred]))]])
    reranked = np.zeros_like(places)
    reranked[order] = np.arange(1, len(order) + 1)
    return reranked


def _reserve(
    pool: Pool, source: Source, fusion: Fusion, rows: NDArray[np.intp], listed: Positions, facts: Facts
) -> Positions:
    """What rules may put in that is not `listed` (B, m): see `Shortlists`."""
    prepared, weights = prepared_weights(pool, source, fusion, rows)
    single = weights.astype(np.float32)
    if isinstance(fusion.strategy, Pointwise):
        values = prepared.normaliser.take(rows).apply(pool.scores[:, rows], pool.ranks[:, rows])
        fused = fusion.strategy.combine(values, pool.ranks[:, rows], single)
    else:
        fused = listwise_scores(pool, source, prepared, fusion, single, rows, pool.items.shape[1])[0]
    fused = np.where(pool.items[rows] == PADDING, np.float32(-np.inf), fused)
    n_items = source.seen.shape[1]
    fused[rows_isin(pool.items[rows], listed, n_items)] = -np.inf
    order = np.argsort(-fused, axis=1, kind="stable")
    left = np.isfinite(np.take_along_axis(fused, order, axis=1))
    items = np.where(left, np.take_along_axis(pool.items[rows], order, axis=1), PADDING).astype(np.int32)
    named = np.concatenate([reranker.wanted(facts) for reranker in fusion.rerankers])
    wanted = named[np.sort(np.unique(named, return_index=True)[1])]
    if not len(wanted):
        return items
    extra = np.broadcast_to(wanted, (len(rows), len(wanted)))
    closed = source.seen_pairs(pool.users[rows], wanted)
    closed |= rows_isin(extra, np.concatenate([listed, items], axis=1), n_items)
    if source.eligible is not None:
        closed |= ~source.eligible[wanted]
    return np.concatenate([items, np.where(closed, PADDING, extra)], axis=1).astype(np.int32)
