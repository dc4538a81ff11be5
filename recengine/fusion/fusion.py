"""Fusing a pool: score it by a strategy, rank, certify, re-score whom the certificate misses, re-rank."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from recengine.arrays import Mask, Positions, Scores, Values, read_only
from recengine.errors import ScenarioError
from recengine.fusion.catalogue import BATCH, catalogue_rows
from recengine.fusion.checks import check_choice, check_k, check_weights
from recengine.fusion.facts import Facts
from recengine.fusion.linear import LOOPS, best_by_sum
from recengine.fusion.normalization import NEUTRALS, NORMALIZATIONS, Neutral, Normalization
from recengine.fusion.pool import Pool, Source
from recengine.fusion.prepared import PreparedPool, prepare
from recengine.fusion.rerankers import Reranker, Shortlists, rows_isin
from recengine.fusion.strategies import Listwise, Pointwise, Rows, Strategy, WeightedSum
from recengine.fusion.strategies.base import Remark
from recengine.ranking import PADDING, Rankings, take, top_k

BLOCK_BYTES = 1 << 20
"""The fused scores of a block of users take about this much, so that they are ranked while in the cache."""
DEFAULT_K = 10
WEIGHTED_SUM = WeightedSum()
SHORTLIST = 100
"""Best fused items that re-rankers choose from, where k is not more."""
KEPT_SHORTLISTS = 2
"""Shortlists that a pool remembers, 8 bytes a place."""
RERANKED_BYTES = 1 << 24
"""A block of users is re-ranked at once whose catalogue rows would take so much at a byte an item."""


@dataclass(frozen=True)
class Fusion:
    """How the scorers' opinions become one list.

    weights: one a scorer of the pool, in its order, finite, >= 0, not all 0. `effective` are they over their sum.
    neutral: what no opinion counts as. "mean": the row's mean under min-max, 0 under z-score, 1/2 under rank, 1 over
        the number of opinions under softmax; "floor": the row's lowest opinion, normalised; 0 under rank and softmax. A
        row that tells no items apart (no opinion at all, or all equal) is 0 under min-max, z-score and softmax.
    rerankers: one after the other, over the best `SHORTLIST` items that the strategy gives.
    """

    weights: tuple[float, ...]
    normalization: Normalization = "min-max"
    neutral: Neutral = "mean"
    strategy: Strategy = WEIGHTED_SUM
    rerankers: tuple[Reranker, ...] = ()

    @property
    def effective(self) -> tuple[float, ...]:
        """The weights over their sum, (C,), which add up to 1."""
        total = 0.0
        # not sum(), which rounds otherwise from Python 3.12 on; the browser adds from left to right too
        for weight in self.weights:
            total += weight
        return tuple(weight / total for weight in self.weights)

    @property
    def as_sum(self) -> Fusion:
        """The same weights as a weighted sum without re-rankers: for people and items that no pool knows."""
        return replace(self, strategy=WEIGHTED_SUM, rerankers=())


@dataclass(frozen=True)
class FusedLists:
    """Rankings with their proof.

    certified (U,) bool: the pool alone proves that the list is the catalogue's. Of the others `rescored` were re-scored
    over the whole catalogue, so those are exact too, and `unproven` are the best of the user's pool: whether they are
    the catalogue's is not known. rankings.scores are those of the strategy; re-rankers change the order, not the score,
    which is NaN for an item from beyond the shortlist.

    With re-rankers the proof is of the shortlists, each user's best `SHORTLIST` items, from which they choose. fused:
    the first k before re-ranking; None where there are no re-rankers. beyond: users whose list holds an item that a
    rule put in from beyond the shortlist: a pinned one, the best of their pool, or where that has none the most taken
    of a category. unmet: by rule, in words, the users for whom it could not be kept, as those who have seen every item
    it asks for.
    """

    rankings: Rankings
    certified: Mask
    rescored: int
    unproven: int = 0
    fused: Rankings | None = None
    beyond: int = 0
    unmet: Mapping[str, int] = field(default_factory=dict)


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


def fuse(pool: Pool, source: Source, fusion: Fusion, k: int) -> FusedLists:
    """Every user's top k of the eligible unseen items under `fusion`.

    A list of a pointwise strategy is exact: certified where nothing is left out, or where it has k items and the k-th
    score is strictly above the fused bound of the left-out items (the threshold algorithm of Fagin, Lotem & Naor, PODS
    2001); the other users' whole rows are scored. A list of a listwise strategy is the pool's, and certified where the
    strategy proves it. Raises `ScenarioError` for weights, settings or a k that cannot be.
    """
    check_k(k, source.seen.shape[1])
    if not fusion.rerankers:
        return _fused(pool, source, fusion, k)
    facts = _checked_facts(source, fusion, k)
    plain = _shortlists(pool, source, fusion, k)
    found = plain.rankings
    n_users, n_items = len(found.users), source.seen.shape[1]
    items = np.full((n_users, k), PADDING, dtype=np.int32)
    beyond = 0
    at_once = max(1, RERANKED_BYTES // n_items)
    for start in range(0, n_users, at_once):
        rows = np.arange(start, min(start + at_once, n_users))
        lists = _chain(pool, source, fusion, rows, found.items[rows], found.scores[rows], k, facts)
        best = lists.items[:, :k]
        items[rows, : best.shape[1]] = best
        put_in = (best != PADDING) & ~rows_isin(best, found.items[rows], n_items)
        beyond += int(put_in.any(axis=1).sum())
    broken = [reranker.unmet(items, facts) for reranker in fusion.rerankers]
    return replace(
        plain,
        rankings=Rankings(found.users, read_only(items), read_only(_scores_of(found, items))),
        fused=Rankings(found.users, *_first(found, k)),
        beyond=beyond,
        unmet={rule: int(users.sum()) for rules in broken for rule, users in rules.items()},
    )


def fuse_row(pool: Pool, source: Source, fusion: Fusion, user: int, k: int = DEFAULT_K) -> FusedRow:
    """One user's catalogue; `user` is a position that the pool has. k: length of the lists that re-rankers make.

    Raises `ScenarioError` for a user that the pool does not have.
    """
    rows = np.flatnonzero(pool.users == user)[:1]
    if len(rows) == 0:
        raise ScenarioError(f"User {user} has no candidates in the pool. Build one for that user.")
    prepared, weights = _prepared(pool, source, fusion, rows)
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
        rank=read_only(_reranked_places(pool, source, fusion, rows, score, places, k)),
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
    prepared, weights = _prepared(pool, source, fusion, rows)
    taken, facts = _rows(pool, source, prepared, strategy, rows)
    places = _places_to_fill(pool, rows, k)
    return strategy.account(taken, weights.astype(np.float32), pool.scorers, int(columns[0]), places, facts)


def _fused(pool: Pool, source: Source, fusion: Fusion, k: int) -> FusedLists:
    everybody = np.arange(len(pool.users))
    prepared, exact_weights = _prepared(pool, source, fusion, everybody)
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


def _prepared(pool: Pool, source: Source, fusion: Fusion, rows: NDArray[np.intp]) -> tuple[PreparedPool, Values]:
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
        found = _listwise(pool, source, prepared, fusion, weights, rows, k)
        columns = top_k(found[0], k)
        scores[rows] = take(found[0], columns, np.nan)
        items[rows] = take(pool.items[rows], columns, PADDING)
        proven[rows] = found[1]
    return items, scores, proven


def _listwise(
    pool: Pool,
    source: Source,
    prepared: PreparedPool,
    fusion: Fusion,
    weights: Scores,
    rows: NDArray[np.intp],
    k: int,
) -> tuple[Scores, Mask]:
    strategy = fusion.strategy
    if not isinstance(strategy, Listwise):
        raise TypeError(f"{strategy.name}: not listwise")
    taken, facts = _rows(pool, source, prepared, strategy, rows)
    found = strategy.score(taken, weights, pool.scorers, k, facts)
    score = np.where(taken.items == PADDING, np.float32(-np.inf), found.score).astype(np.float32, copy=False)
    return score, found.proven


def _rows(
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


def _places_to_fill(pool: Pool, rows: NDArray[np.intp], k: int) -> int:
    """As many as the user's pool has items, so that each of them has its place; at least k."""
    return max(k, int(np.count_nonzero(pool.items[rows[0]] != PADDING)))


def _spread_over_catalogue(
    pool: Pool, prepared: PreparedPool, fusion: Fusion, weights: Scores, rows: NDArray[np.intp], source: Source, k: int
) -> Scores:
    """Listwise scores of one user's pool in the places of the catalogue, (n_items,), NaN elsewhere."""
    n_items = source.seen.shape[1]
    score = np.full(n_items, np.nan, dtype=np.float32)
    found, _ = _listwise(pool, source, prepared, fusion, weights, rows, _places_to_fill(pool, rows, k))
    listed = (pool.items[rows[0]] != PADDING) & np.isfinite(found[0])
    score[pool.items[rows[0]][listed]] = found[0][listed]
    return score


def _checked_facts(source: Source, fusion: Fusion, k: int) -> Facts:
    """What the re-rankers read. Raises `ScenarioError` where one of them cannot be done."""
    facts = source.known(fusion.rerankers[0].label)
    for reranker in fusion.rerankers:
        reranker.check(facts.train, k)
    return facts


def _shortlists(pool: Pool, source: Source, fusion: Fusion, k: int) -> FusedLists:
    """What re-rankers choose from; kept with the pool, so that a move of a re-ranker does not fuse again."""
    plain, places = replace(fusion, rerankers=()), min(max(k, SHORTLIST), source.seen.shape[1])
    kept = pool.shortlists.get((plain, places))
    if kept is not None and kept[0] is source:
        lists: FusedLists = kept[1]
        return lists
    lists = _fused(pool, source, plain, places)
    pool.shortlists[plain, places] = source, lists
    while len(pool.shortlists) > KEPT_SHORTLISTS:
        pool.shortlists.popitem(last=False)
    return lists


def _chain(
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


def _reserve(
    pool: Pool, source: Source, fusion: Fusion, rows: NDArray[np.intp], listed: Positions, facts: Facts
) -> Positions:
    """What rules may put in that is not `listed` (B, m): see `Shortlists`."""
    prepared, weights = _prepared(pool, source, fusion, rows)
    single = weights.astype(np.float32)
    if isinstance(fusion.strategy, Pointwise):
        values = prepared.normaliser.take(rows).apply(pool.scores[:, rows], pool.ranks[:, rows])
        fused = fusion.strategy.combine(values, pool.ranks[:, rows], single)
    else:
        fused = _listwise(pool, source, prepared, fusion, single, rows, pool.items.shape[1])[0]
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


def _scores_of(rankings: Rankings, items: Positions) -> Scores:
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


def _reranked_places(
    pool: Pool, source: Source, fusion: Fusion, rows: NDArray[np.intp], score: Scores, places: Positions, k: int
) -> Positions:
    """The rank of each item of the one user in `rows` after the re-rankers, (n_items,); 0 where it has no score or was
    taken out.
    """
    if not fusion.rerankers:
        return places
    facts = _checked_facts(source, fusion, k)
    in_order = np.argsort(places, kind="stable")[np.count_nonzero(places == 0) :].astype(np.int32)
    # as wide as those of all users together
    short = np.full((1, min(max(k, SHORTLIST), len(places))), PADDING, dtype=np.int32)
    best = in_order[: short.shape[1]]
    short[0, : len(best)] = best
    lists = _chain(pool, source, fusion, rows, short, np.where(short >= 0, score[short], np.float32(np.nan)), k, facts)
    listed = lists.items[0][lists.items[0] != PADDING]
    # a list that re-rankers left short of k ends there
    rest = in_order[len(best) :] if len(listed) >= k else in_order[:0]
    barred = [reranker.barred(facts) for reranker in fusion.rerankers]
    order = np.concatenate([listed, rest[~np.isin(rest, np.concatenate([listed, *barred]))]])
    reranked = np.zeros_like(places)
    reranked[order] = np.arange(1, len(order) + 1)
    return reranked


def _first(rankings: Rankings, k: int) -> tuple[Positions, Scores]:
    return read_only(rankings.items[:, :k].copy()), read_only(rankings.scores[:, :k].copy())


def _places(score: Scores) -> Positions:
    """The rank of each item, (n_items,) from 1, ties to the lower position; 0 where the score is NaN."""
    order = np.argsort(-score, kind="stable")[: np.count_nonzero(~np.isnan(score))]
    places = np.zeros(len(score), dtype=np.int32)
    places[order] = np.arange(1, len(order) + 1)
    return places
