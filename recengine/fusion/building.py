"""Building a pool: score the catalogue in blocks of users and keep what fusion needs."""

from __future__ import annotations

import shutil
import tempfile
import weakref
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import numpy as np

from recengine.arrays import Mask, Positions, Scores, read_only
from recengine.compiled import Loops
from recengine.errors import ScenarioError
from recengine.fusion.memory import block_size, pool_memory
from recengine.fusion.pool import Pool, Source
from recengine.fusion.wide import WideArrays
from recengine.progress import Cancel, Progress, never, silent, stop_if_asked
from recengine.ranking import PADDING, top_k
from recengine.ranking.ranks import average_ranks
from recengine.threads import usable_cores

DEFAULT_DEPTH = 200
LEAST_FOR_THREADS = 1 << 22
"""Raw scores of a block that are worth more than one thread."""


def _load() -> None:
    from recengine.fusion import kernels

    one = np.zeros((1, 1), dtype=np.float32)
    kernels.find_ranks(one, np.ones(1, dtype=np.int32), one, one)


LOOPS = Loops(_load)


def build_pool(
    source: Source,
    *,
    users: Positions | None = None,
    depth: int = DEFAULT_DEPTH,
    folder: Path | None = None,
    progress: Progress = silent,
    cancel: Cancel = never,
) -> Pool:
    """Score the catalogue in blocks of users and keep what fusion needs. users: all by default.

    The pool of a user is every scorer's best `depth` eligible unseen items, ties to the lower position; where there are
    at most `depth` times the number of scorers in all, it is all of them. It does not depend on the other users.

    folder: where the arrays as wide as the pool are written to block by block, items.npy, scores.npy and ranks.npy, and
    mapped from. Without one they stay in memory, but those of a big pool go to a temporary folder, which vanishes with
    the pool. `pool_memory` tells beforehand what it takes.
    Raises `ScenarioError` for a depth below 1, no scorer or an infinite score, `CancelledError`, `StoreError` where
    files fail.
    """
    if depth < 1:
        raise ScenarioError(f"Pool depth must be 1 or more, got {depth}. 200 suits most catalogues.")
    if not source.scorers:
        raise ScenarioError("A pool needs at least one scorer, got none. Choose a model.")
    n_users, n_items = source.seen.shape
    if users is None:
        users = np.arange(n_users, dtype=np.int32)
    n_scorers = len(source.scorers)
    memory = pool_memory(len(users), n_items, n_scorers, depth, mapped=True if folder else None)
    with ExitStack() as cleanup:
        temporary = None
        if folder is None and memory.disk:
            folder = temporary = Path(tempfile.mkdtemp(prefix="recengine-pool-"))
            cleanup.callback(shutil.rmtree, temporary, ignore_errors=True)
        wide = cleanup.enter_context(WideArrays(folder, len(users), n_scorers, memory.width))
        size = block_size(n_scorers, n_items)
        blocks: list[Pool] = []
        for start in range(0, max(len(users), 1), size):
            stop_if_asked(cancel)
            progress(start / max(len(users), 1), f"Scoring the catalogue: {start:,} of {len(users):,} users")
            blocks += [wide.take_over(block) for block in _build_blocks(source, users[start : start + size], depth)]
        progress(1.0, f"Scored the catalogue for {len(users):,} users")
        pool = _join(blocks, wide)
        if temporary is not None:
            cleanup.pop_all()
            weakref.finalize(pool, shutil.rmtree, temporary, ignore_errors=True)
    return pool


def _build_blocks(source: Source, users: Positions, depth: int) -> list[Pool]:
    """The pools of `users`, shared out among threads where there is enough to do."""
    raw = source.scores(users)
    open_items = source.unseen(users)
    threads = min(usable_cores(), len(users)) if raw.size >= LEAST_FOR_THREADS else 1
    edges = [part * len(users) // threads for part in range(threads + 1)] if threads else [0, 0]

    def build(start: int, stop: int) -> Pool:
        rows = slice(start, stop)
        return _build_block(source, users[rows], raw[:, rows], open_items[rows], depth)

    if threads < 2:
        return [build(0, len(users))]
    with ThreadPoolExecutor(threads) as executor:
        return list(executor.map(build, edges[:-1], edges[1:]))


def _build_block(source: Source, users: Positions, raw: Scores, open_items: Mask, depth: int) -> Pool:
    """raw (C, B, n_items) and open_items (B, n_items) of these users; both are written to."""
    unseen = open_items.sum(axis=1, dtype=np.int32)
    nothing = np.float32(np.nan)
    np.copyto(raw, nothing, where=~open_items)
    opinion = ~np.isnan(raw)
    opinions = opinion.sum(axis=2, dtype=np.int32)
    low, high = np.fmin.reduce(raw, axis=2, initial=nothing), np.fmax.reduce(raw, axis=2, initial=nothing)
    _check_finite(tuple(source.scorers), low, high)
    mean, deviation = _mean_and_deviation(raw, opinion)
    if source.eligible is not None:
        open_items &= source.eligible

    pooled = _best_of_every_scorer(raw, open_items, depth)
    left_out = open_items & ~pooled
    items, scores = _compact(pooled, raw)
    threshold = np.stack([np.fmax.reduce(row, axis=1, initial=nothing, where=left_out) for row in raw])
    ranks, threshold_rank = _ranks(raw, opinions, items, scores, left_out, threshold)
    return Pool(
        scorers=tuple(source.scorers),
        depth=depth,
        users=users,
        items=items,
        scores=scores,
        ranks=ranks,
        low=low,
        high=high,
        mean=mean,
        deviation=deviation,
        partition=_partition(raw, high, deviation),
        opinions=opinions,
        unseen=unseen,
        left_out=left_out.sum(axis=1, dtype=np.int32),
        threshold=threshold,
        threshold_rank=threshold_rank,
        silent_left_out=np.stack([(left_out & ~told).any(axis=1) for told in opinion]),
    )


def _check_finite(scorers: tuple[str, ...], low: Scores, high: Scores) -> None:
    """An infinite score has no mean, and would take every list away under some of the maps."""
    infinite = (np.isinf(low) | np.isinf(high)).any(axis=1)
    if infinite.any():
        name = scorers[int(infinite.argmax())]
        raise ScenarioError(f'Scorer "{name}" gives infinite scores, which nothing can be mixed with. Leave it out.')


def _ranks(
    raw: Scores, opinions: Positions, items: Positions, scores: Scores, left_out: Mask, threshold: Scores
) -> tuple[Scores, Scores]:
    """Ranks among the opinions of each row: of the pooled scores, (C, B, P), and of the threshold, (C, B)."""
    ranks = np.full(scores.shape, np.nan, dtype=np.float32)
    threshold_rank = np.full(threshold.shape, np.nan, dtype=np.float32)
    if LOOPS.pay(raw.size):
        from recengine.fusion import kernels

        for scorer, row in enumerate(raw):
            # sorting scores is much faster than sorting positions, and leaves NaN at the end
            ordered = np.sort(row, axis=1)
            kernels.find_ranks(ordered, opinions[scorer], scores[scorer], ranks[scorer])
            kernels.find_ranks(ordered, opinions[scorer], threshold[scorer][:, None], threshold_rank[scorer][:, None])
        return ranks, threshold_rank
    rows, columns = np.nonzero(items != PADDING)
    for scorer, row in enumerate(raw):
        every = average_ranks(row)
        ranks[scorer, rows, columns] = every[rows, items[rows, columns]]
        np.fmin.reduce(every, axis=1, initial=np.float32(np.nan), where=left_out, out=threshold_rank[scorer])
    return ranks, threshold_rank


def _best_of_every_scorer(raw: Scores, open_items: Mask, depth: int) -> Mask:
    """The items of the pool, (B, n_items)."""
    few = open_items.sum(axis=1, keepdims=True) <= depth * len(raw)
    pooled: Mask = open_items & few
    for scores in raw:
        best = top_k(np.where(open_items, scores, np.float32(np.nan)), min(depth, scores.shape[1]))
        row, place = np.nonzero(best != PADDING)
        pooled[row, best[row, place]] = True
    return pooled


def _compact(pooled: Mask, raw: Scores) -> tuple[Positions, Scores]:
    """Items (B, P) where `pooled` (B, n_items), ascending, and their part of raw (C, B, n_items), (C, B, P)."""
    counts = pooled.sum(axis=1)
    row, item = np.nonzero(pooled)
    column = np.arange(len(row)) - (np.cumsum(counts) - counts)[row]
    shape = (len(pooled), int(counts.max(initial=1)))
    items = np.full(shape, PADDING, dtype=np.int32)
    items[row, column] = item
    scores = np.full((len(raw), *shape), np.nan, dtype=np.float32)
    for part, scorer in zip(scores, raw, strict=True):
        part[row, column] = scorer[row, item]
    return items, scores


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


def _join(blocks: list[Pool], wide: WideArrays) -> Pool:
    def along_users(name: str, axis: int) -> np.ndarray:
        return read_only(np.concatenate([getattr(block, name) for block in blocks], axis=axis))

    by_row = (
        *("low", "high", "mean", "deviation", "partition", "opinions"),
        *("threshold", "threshold_rank", "silent_left_out"),
    )
    items, scores, ranks = wide.finish()
    return Pool(
        scorers=blocks[0].scorers,
        depth=blocks[0].depth,
        users=along_users("users", 0),
        items=items,
        scores=scores,
        ranks=ranks,
        unseen=along_users("unseen", 0),
        left_out=along_users("left_out", 0),
        **{name: along_users(name, 1) for name in by_row},
    )
