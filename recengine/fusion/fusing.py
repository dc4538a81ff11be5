"""Fusing a pool: everybody's lists by the strategy, then the re-rankers."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from recengine.arrays import Positions, Scores, read_only
from recengine.fusion.best_lists import best_lists
from recengine.fusion.checks import check_k
from recengine.fusion.fused_lists import FusedLists
from recengine.fusion.fusion import Fusion
from recengine.fusion.pool import Pool, Source
from recengine.fusion.rerankers import rows_isin
from recengine.fusion.reranking import checked_facts, rerank_rows, scores_of, shortlists
from recengine.ranking import PADDING, Rankings

RERANKED_BYTES = 1 << 24
"""A block of users is re-ranked at once whose catalogue rows would take so much at a byte an item."""


def fuse(pool: Pool, source: Source, fusion: Fusion, k: int) -> FusedLists:
    """Every user's top k of the eligible unseen items under `fusion`.

    A list of a pointwise strategy is exact: certified where nothing is left out, or where it has k items and the k-th
    score is strictly above the fused bound of the left-out items (the threshold algorithm of Fagin, Lotem & Naor, PODS
    2001); the other users' whole rows are scored. A list of a listwise strategy is the pool's, and certified where the
    strategy proves it. Raises `ScenarioError` for weights, settings or a k that cannot be.
    """
    check_k(k, source.seen.shape[1])
    if not fusion.rerankers:
        return best_lists(pool, source, fusion, k)
    facts = checked_facts(source, fusion, k)
    plain = shortlists(pool, source, fusion, k)
    found = plain.rankings
    n_users, n_items = len(found.users), source.seen.shape[1]
    items = np.full((n_users, k), PADDING, dtype=np.int32)
    beyond = 0
    at_once = max(1, RERANKED_BYTES // n_items)
    for start in range(0, n_users, at_once):
        rows = np.arange(start, min(start + at_once, n_users))
        lists = rerank_rows(pool, source, fusion, rows, found.items[rows], found.scores[rows], k, facts)
        best = lists.items[:, :k]
        items[rows, : best.shape[1]] = best
        put_in = (best != PADDING) & ~rows_isin(best, found.items[rows], n_items)
        beyond += int(put_in.any(axis=1).sum())
    broken = [reranker.unmet(items, facts) for reranker in fusion.rerankers]
    return replace(
        plain,
        rankings=Rankings(found.users, read_only(items), read_only(scores_of(found, items))),
        fused=Rankings(found.users, *_first(found, k)),
        beyond=beyond,
        unmet={rule: int(users.sum()) for rules in broken for rule, users in rules.items()},
    )


def _first(rankings: Rankings, k: int) -> tuple[Positions, Scores]:
    return read_only(rankings.items[:, :k].copy()), read_only(rankings.scores[:, :k].copy())
