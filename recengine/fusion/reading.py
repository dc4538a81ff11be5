"""Which pairs the lists of a fusion need the scores of, told and read before the lists are made."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from recengine.arrays import Positions
from recengine.fusion.fusing import RERANKED_BYTES
from recengine.fusion.fusion import Fusion
from recengine.fusion.pair_scores import PairScores
from recengine.fusion.pool import Pool, Source
from recengine.fusion.reranking import checked_facts, rerank_rows, shortlists
from recengine.ranking import PADDING


@dataclass(frozen=True)
class PairsNeeded:
    """scores: where they are known. users (U,) and items (U, m), padded with -1: the pairs."""

    scores: PairScores
    users: Positions
    items: Positions


def pairs_needed(pool: Pool, source: Source, fusion: Fusion, k: int) -> PairsNeeded | None:
    """What the first re-ranker that reads pairs needs for everybody's lists of `k`; None where there is none.

    It is as dear as the re-rankers before that one. Raises `ScenarioError` where one of them cannot be done.
    """
    at = next((at for at, reranker in enumerate(fusion.rerankers) if reranker.reads_pairs), None)
    if at is None:
        return None
    facts = checked_facts(source, fusion, k)
    before = replace(fusion, rerankers=fusion.rerankers[:at])
    found = shortlists(pool, source, fusion, k).rankings
    n_users, at_once = len(found.users), max(1, RERANKED_BYTES // source.seen.shape[1])
    asked: list[tuple[PairScores, Positions]] = []
    for start in range(0, max(n_users, 1), at_once):
        rows = np.arange(start, min(start + at_once, n_users))
        lists = rerank_rows(pool, source, before, rows, found.items[rows], found.scores[rows], k, facts)
        asked.append(fusion.rerankers[at].pairs_read(lists, facts))
    items = [of_block for _, of_block in asked]
    # a re-ranker may leave the lists of a block shorter than those of others
    width = max(of_block.shape[1] for of_block in items)
    return PairsNeeded(asked[0][0], found.users, np.concatenate([padded(of_block, width) for of_block in items]))


def padded(items: Positions, width: int) -> Positions:
    """The items (U, m) in `width` places."""
    return np.pad(items, ((0, 0), (0, width - items.shape[1])), constant_values=PADDING)
