"""Users' whole catalogue rows under a fusion: for those whom the pool cannot settle, and for explanations."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from recengine.arrays import Scores
from recengine.fusion.pool import Pool, Source
from recengine.fusion.prepared import PreparedPool
from recengine.fusion.strategies.base import Pointwise
from recengine.ranking.ranks import average_ranks

BATCH = 16
"""Users that are scored at once, always exactly so many: a matrix product may round a row otherwise when it stands
among fewer rows, and a user's numbers must not depend on who else is asked for."""


@dataclass(frozen=True)
class CatalogueRows:
    """raw, ranks, normalised (C, B, n_items) and score (B, n_items) float32; NaN at items that cannot be listed, in
    ranks everywhere unless they are asked for, or the map of values or the strategy reads them.
    """

    raw: Scores
    ranks: Scores
    normalised: Scores
    score: Scores


def catalogue_rows(
    pool: Pool,
    source: Source,
    prepared: PreparedPool,
    strategy: Pointwise,
    weights: Scores,
    rows: NDArray[np.intp],
    *,
    with_ranks: bool = False,
) -> CatalogueRows:
    """Score the whole catalogue for at most `BATCH` rows of the pool, with the pool's statistics.

    weights: as `strategy.weights_of` gives for these rows. with_ranks: whatever the strategy reads.

    Pooled items keep the pool's raw scores and ranks, and left-out items stay at or below its thresholds, to the last
    bit: what the pool proved holds here too, however the scorers round.
    """
    padded = np.concatenate([rows, np.repeat(rows[:1], BATCH - len(rows))])
    raw = source.scores(pool.users[padded])[:, : len(rows)]
    open_items = source.unseen(pool.users[rows])
    np.copyto(raw, np.float32(np.nan), where=~open_items)
    by_rank = with_ranks or prepared.normaliser.by_rank or strategy.reads_ranks
    ranks = np.stack([average_ranks(scores) for scores in raw]) if by_rank else np.full_like(raw, np.nan)

    if source.eligible is not None:
        open_items &= source.eligible
    items = pool.items[rows]
    row, column = np.nonzero(items >= 0)
    pooled = items[row, column]
    left_out = open_items.copy()
    left_out[row, pooled] = False
    np.minimum(raw, pool.threshold[:, rows, None], out=raw, where=left_out)
    raw[:, row, pooled] = pool.scores[:, rows][:, row, column]
    if by_rank:
        np.maximum(ranks, pool.threshold_rank[:, rows, None], out=ranks, where=left_out)
        ranks[:, row, pooled] = pool.ranks[:, rows][:, row, column]

    normalised = prepared.normaliser.take(rows).apply(raw, ranks)
    score = strategy.combine(normalised, ranks, weights)
    for values in (raw, ranks, normalised, score):
        np.copyto(values, np.float32(np.nan), where=~open_items)
    return CatalogueRows(raw, ranks, normalised, score)
