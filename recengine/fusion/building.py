"""Building a pool: score the catalogue in blocks of users and keep what fusion needs."""

from __future__ import annotations

import numpy as np

from recengine.arrays import Mask, Positions, Scores, read_only
from recengine.errors import ScenarioError
from recengine.fusion.pool import Pool, Source
from recengine.progress import Cancel, Progress, never, silent, stop_if_asked
from recengine.ranking import PADDING, top_k
from recengine.ranking.ranks import average_ranks

DEFAULT_DEPTH = 200
BLOCK_BYTES = 1 << 28
MAX_BLOCK = 256


def block_size(n_scorers: int, n_items: int) -> int:
    """Users that are scored at once, so that a block takes at most about `BLOCK_BYTES` beside the pool itself.

    For each user and item: raw scores and ranks of every scorer (4 + 4 bytes), the scorers' own scores before they are
    put together (4), and for one scorer at a time the sorting and the sums in double precision (48).
    """
    return int(np.clip(BLOCK_BYTES // (n_items * (12 * n_scorers + 48)), 1, MAX_BLOCK))


def build_pool(
    source: Source,
    *,
    users: Positions | None = None,
    depth: int = DEFAULT_DEPTH,
    progress: Progress = silent,
    cancel: Cancel = never,
) -> Pool:
    """Score the catalogue in blocks of users and keep what fusion needs. users: all by default.

    The pool of a user is every scorer's best `depth` eligible unseen items, ties to the lower position; where there are
    at most `depth` times the number of scorers in all, it is all of them. It does not depend on the other users.
    Raises `ScenarioError` for a depth below 1 or no scorer, `CancelledError`.
    """
    if depth < 1:
        raise ScenarioError(f"Pool depth must be 1 or more, got {depth}. 200 suits most catalogues.")
    if not source.scorers:
        raise ScenarioError("A pool needs at least one scorer, got none. Choose a model.")
    n_users, n_items = source.seen.shape
    if users is None:
        users = np.arange(n_users, dtype=np.int32)
    size = block_size(len(source.scorers), n_items)
    blocks = []
    for start in range(0, max(len(users), 1), size):
        stop_if_asked(cancel)
        progress(start / max(len(users), 1), f"Scoring the catalogue: {start} of {len(users)} users")
        blocks.append(_build_block(source, users[start : start + size], depth))
    progress(1.0, f"Scored the catalogue for {len(users)} users")
    return _join(blocks)


def _build_block(source: Source, users: Positions, depth: int) -> Pool:
    raw = source.scores(users)
    open_items = source.unseen(users)
    unseen = open_items.sum(axis=1, dtype=np.int32)
    nothing = np.float32(np.nan)
    np.copyto(raw, nothing, where=~open_items)
    ranks = np.stack([average_ranks(scores) for scores in raw])
    opinion = ~np.isnan(raw)
    mean, deviation = _mean_and_deviation(raw, opinion)
    high = np.fmax.reduce(raw, axis=2, initial=nothing)
    if source.eligible is not None:
        open_items &= source.eligible

    pooled = _best_of_every_scorer(raw, open_items, depth)
    left_out = open_items & ~pooled
    items, (scores, pooled_ranks) = _compact(pooled, (raw, ranks))
    return Pool(
        scorers=tuple(source.scorers),
        depth=depth,
        users=users,
        items=items,
        scores=scores,
        ranks=pooled_ranks,
        low=np.fmin.reduce(raw, axis=2, initial=nothing),
        high=high,
        mean=mean,
        deviation=deviation,
        partition=_partition(raw, high, deviation),
        opinions=opinion.sum(axis=2, dtype=np.int32),
        unseen=unseen,
        left_out=left_out.sum(axis=1, dtype=np.int32),
        threshold=np.fmax.reduce(np.where(left_out, raw, nothing), axis=2, initial=nothing),
        threshold_rank=np.fmin.reduce(np.where(left_out, ranks, nothing), axis=2, initial=nothing),
        silent_left_out=np.logical_or.reduce(left_out & ~opinion, axis=2),
    )


def _best_of_every_scorer(raw: Scores, open_items: Mask, depth: int) -> Mask:
    """The items of the pool, (B, n_items)."""
    few = open_items.sum(axis=1, keepdims=True) <= depth * len(raw)
    pooled: Mask = open_items & few
    for scores in raw:
        best = top_k(np.where(open_items, scores, np.float32(np.nan)), min(depth, scores.shape[1]))
        row, place = np.nonzero(best != PADDING)
        pooled[row, best[row, place]] = True
    return pooled


def _compact(pooled: Mask, arrays: tuple[Scores, ...]) -> tuple[Positions, list[Scores]]:
    """Items (B, P) where `pooled` (B, n_items), ascending, and of each array (C, B, n_items) its part, (C, B, P)."""
    counts = pooled.sum(axis=1)
    row, item = np.nonzero(pooled)
    column = np.arange(len(row)) - (np.cumsum(counts) - counts)[row]
    shape = (len(pooled), int(counts.max(initial=1)))
    items = np.full(shape, PADDING, dtype=np.int32)
    items[row, column] = item
    parts = []
    for array in arrays:
        part = np.full((len(array), *shape), np.nan, dtype=np.float32)
        part[:, row, column] = array[:, row, item]
        parts.append(part)
    return items, parts


def _mean_and_deviation(raw: Scores, opinion: Mask) -> tuple[Scores, Scores]:
    """Of each row's opinions, (C, B); NaN where there is none."""
    mean = np.full(raw.shape[:2], np.nan, dtype=np.float32)
    deviation = np.full(raw.shape[:2], np.nan, dtype=np.float32)
    for scorer, scores in enumerate(raw):
        n = opinion[scorer].sum(axis=1)
        divisor = np.where(n > 0, n, np.nan)
        # double precision, each row in one piece: the same sums in whatever block a user is
        values = np.where(opinion[scorer], scores, 0).astype(np.float64)
        center = values.sum(axis=1) / divisor
        values -= center[:, None]
        values *= opinion[scorer]
        np.square(values, out=values)
        mean[scorer] = center
        deviation[scorer] = np.sqrt(values.sum(axis=1) / divisor)
    return mean, deviation


def _partition(raw: Scores, high: Scores, deviation: Scores) -> Scores:
    """Sum of exp((raw - high) / deviation) over each row's opinions, (C, B); NaN where they are not told apart."""
    partition = np.full(high.shape, np.nan, dtype=np.float32)
    for scorer, scores in enumerate(raw):
        apart = deviation[scorer] > 0
        spread = np.where(apart, deviation[scorer], 1).astype(np.float64)
        powers = (scores - high[scorer][:, None].astype(np.float64)) / spread[:, None]
        np.exp(powers, out=powers)
        partition[scorer] = np.where(apart, np.where(np.isnan(powers), 0, powers).sum(axis=1), np.nan)
    return partition


def _join(blocks: list[Pool]) -> Pool:
    width = max(block.items.shape[1] for block in blocks)

    def along_users(name: str, axis: int) -> np.ndarray:
        return read_only(np.concatenate([getattr(block, name) for block in blocks], axis=axis))

    def padded(name: str, value: float) -> np.ndarray:
        first = getattr(blocks[0], name)
        users = sum(len(block.users) for block in blocks)
        joined = np.full((*first.shape[:-2], users, width), value, dtype=first.dtype)
        start = 0
        for block in blocks:
            part = getattr(block, name)
            stop = start + part.shape[-2]
            joined[..., start:stop, : part.shape[-1]] = part
            start = stop
        return read_only(joined)

    by_row = (
        *("low", "high", "mean", "deviation", "partition", "opinions"),
        *("threshold", "threshold_rank", "silent_left_out"),
    )
    return Pool(
        scorers=blocks[0].scorers,
        depth=blocks[0].depth,
        users=along_users("users", 0),
        items=padded("items", PADDING),
        scores=padded("scores", np.nan),
        ranks=padded("ranks", np.nan),
        unseen=along_users("unseen", 0),
        left_out=along_users("left_out", 0),
        **{name: along_users(name, 1) for name in by_row},
    )
