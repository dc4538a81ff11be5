"""Lists while one scorer's weight moves and the others stay: exact over the whole range.

An item's fused score is a line in that weight: dividing by the sum of the weights changes no order. So a user's best k
change only where two lines meet, and a kinetic sweep finds every such weight (Basch, Guibas & Hershberger 1999, Journal
of Algorithms 31(1)).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from recengine.arrays import Mask, Positions, Values, read_only
from recengine.errors import ScenarioError
from recengine.fusion import Fusion, Pointwise, Pool, Source, WeightedSum, check_k, check_weights, prepare
from recengine.fusion.catalogue import BATCH, catalogue_rows
from recengine.ranking import PADDING

MAX_TOP = 1e6
"""Highest end of a range of weights, as high as the studio sets one; far beyond it sums of scores overflow."""
MERGE = 1e-9
"""Meetings within this share of the range are one breakpoint; a slider is far coarser."""
BLOCK_BYTES = 1 << 26
"""The lines of a block of users take about this much."""


@dataclass(frozen=True)
class Steps:
    """Users' lists along one weight, from 0 to the top of the range; R users, S steps in all.

    rows (S,) int32: the user, by the place among those asked for, ascending. starts (S,): the step holds from here to
    the start of the user's next one; -1 marks the first, which is the list at weight 0 itself (where no other scorer
    has a weight, the one above 0). items (S, k) int32 positions, padded with -1.
    proven (R,) bool: whether the pool alone proves the lists over the whole range; those of the others are over the
    whole catalogue, so all are exact.
    """

    rows: Positions
    starts: Values
    items: Positions
    proven: Mask


@dataclass(frozen=True)
class Lines:
    """base, slope (R, m): a line for each item, `base + weight * slope`. items (R, m) int32, padded with -1 at the end.

    bound_base, bound_slope (R,): a line that none of the items left out is above; bound_base is -inf without any.
    """

    base: Values
    slope: Values
    items: Positions
    bound_base: Values
    bound_slope: Values


def is_exact(fusion: Fusion) -> bool:
    """Whether the fused score is a plain weighted sum, re-ranked by nobody, so that a weight moves it along a line."""
    strategy = type(fusion.strategy)
    plain = ("weights_of", "combine", "bound")
    return (
        isinstance(fusion.strategy, Pointwise)
        and all(getattr(strategy, name) is getattr(Pointwise, name) for name in plain)
        and not fusion.rerankers
    )


def check_range(pool: Pool, source: Source, fusion: Fusion, scorer: int, k: int, top: float) -> None:
    """Raise `ScenarioError` where there is nothing to move: k, the weights, the scorer or the range."""
    check_k(k, source.seen.shape[1])
    if not 0 < top <= MAX_TOP:
        raise ScenarioError(
            f"Top of the range must be a number above 0, at most {MAX_TOP:,.0f}, got {top:g}. Choose for example 1."
        )
    if not 0 <= scorer < len(pool.scorers):
        raise ScenarioError(f"There is no scorer {scorer}; there are {len(pool.scorers)}. Choose one of them.")
    # the weight that moves may be the only one
    check_weights([*fusion.weights[:scorer], top, *fusion.weights[scorer + 1 :]], pool.scorers)
    fusion.strategy.check(pool.scorers)


def lists_along(
    pool: Pool, source: Source, fusion: Fusion, rows: NDArray[np.intp], scorer: int, k: int, top: float
) -> Steps:
    """The lists of k of the users in the pool's `rows`, while the raw weight of `scorer` goes from 0 to `top`.

    Whom the pool does not settle over the whole range is swept over the whole catalogue. Raises `ScenarioError`.
    """
    check_range(pool, source, fusion, scorer, k, top)
    if not is_exact(fusion):
        raise ScenarioError(
            f"{fusion.strategy.label}{' with re-rankers' if fusion.rerankers else ''} has no exact breakpoints. Choose "
            "a weighted sum without re-rankers."
        )
    width = pool.items.shape[1]
    block = max(1, BLOCK_BYTES // (2 * 8 * width))
    parts = []
    for start in range(0, len(rows), block):
        lines = pool_lines(pool, fusion, rows[start : start + block], scorer)
        parts.append(_swept(lines, k, top, start))
    steps = _joined(parts, k)
    missed = np.flatnonzero(~steps.proven)
    if not len(missed):
        return steps
    parts = [_of(steps, steps.proven[steps.rows])]
    for start in range(0, len(missed), BATCH):
        some = missed[start : start + BATCH]
        found = _swept(catalogue_lines(pool, source, fusion, rows[some], scorer), k, top, 0)
        parts.append(replace(found, rows=some[found.rows].astype(np.int32)))
    every = _joined(parts, k)
    return replace(_of(every, np.argsort(every.rows, kind="stable")), proven=steps.proven)


def pool_lines(pool: Pool, fusion: Fusion, rows: NDArray[np.intp], scorer: int) -> Lines:
    """The lines of the pool's items, in double precision."""
    prepared = prepare(pool, fusion.strategy.value_map(fusion.normalization, fusion.neutral))
    items = pool.items[rows]
    base, slope = _lines(list(prepared.take(rows)), fusion, scorer)
    np.copyto(base, -np.inf, where=items == PADDING)
    np.copyto(slope, 0.0, where=items == PADDING)
    bound_base, bound_slope = _lines([values[rows] for values in prepared.bound], fusion, scorer)
    complete = pool.left_out[rows] == 0
    return Lines(base, slope, items, np.where(complete, -np.inf, bound_base), np.where(complete, 0.0, bound_slope))


def catalogue_lines(pool: Pool, source: Source, fusion: Fusion, rows: NDArray[np.intp], scorer: int) -> Lines:
    """The lines of all items that may be listed, for at most `BATCH` users."""
    prepared = prepare(pool, fusion.strategy.value_map(fusion.normalization, fusion.neutral))
    weights = np.ones(len(pool.scorers), dtype=np.float32)
    values = catalogue_rows(pool, source, prepared, WeightedSum(), weights, rows).normalised
    open_items = ~np.isnan(values[0])
    # the items of a row to its front, in their order
    order = np.argsort(~open_items, axis=1, kind="stable")[:, : max(int(open_items.sum(axis=1).max(initial=0)), 1)]
    there = np.take_along_axis(open_items, order, axis=1)
    items = np.where(there, order, PADDING).astype(np.int32)
    base, slope = _lines([np.take_along_axis(one, order, axis=1) for one in values], fusion, scorer)
    nothing = np.full(len(rows), -np.inf)
    return Lines(np.where(there, base, -np.inf), np.where(there, slope, 0.0), items, nothing, np.zeros(len(rows)))


def _lines(values: list[NDArray[np.float32]], fusion: Fusion, scorer: int) -> tuple[Values, Values]:
    """base and slope of each place of `values` (C of the same shape)."""
    base = np.zeros(values[0].shape)
    for other, weight in enumerate(fusion.weights):
        if other != scorer and weight > 0:
            base += weight * values[other].astype(np.float64)
    slope = values[scorer].astype(np.float64)
    if any(weight > 0 for other, weight in enumerate(fusion.weights) if other != scorer):
        return base, slope
    # alone, any weight above 0 gives the same order: a line that does not move
    return slope, np.zeros_like(slope)


def _swept(lines: Lines, k: int, top: float, first: int) -> Steps:
    """The steps of some users; their rows begin at `first`."""
    from recengine.simulation.kernels import sweep_rows

    counts = (lines.items != PADDING).sum(axis=1).astype(np.int32)
    rows, starts, columns = sweep_rows(lines.base, lines.slope, counts, k, float(top), MERGE * top)
    listed = columns != PADDING
    items = np.where(listed, lines.items[rows[:, None], columns], PADDING)
    proven = np.isneginf(lines.bound_base)
    held = _is_above(lines, rows, starts, columns[:, -1], top)
    proven |= np.bincount(rows[~held], minlength=len(lines.items)) == 0
    return Steps(rows + np.int32(first), starts, items, proven)


def _is_above(lines: Lines, rows: Positions, starts: Values, last: Positions, top: float) -> Mask:
    """Whether the last of each step's list is strictly above the bound from the step's start to its end, (S,)."""
    low, high = step_ends(rows, starts, top)
    base, slope = gap_over_bound(lines, rows, last)
    held: Mask = (base + low * slope > 0) & (base + high * slope > 0)
    return held


def gap_over_bound(lines: Lines, rows: Positions, last: Positions) -> tuple[Values, Values]:
    """By how much the last of each step's list is above the bound, as a line (S,), (S,); -inf for a short list."""
    base = np.where(last == PADDING, -np.inf, lines.base[rows, last]) - np.maximum(
        lines.bound_base[rows], np.finfo(np.float64).min
    )
    return base, np.where(last == PADDING, 0.0, lines.slope[rows, last]) - lines.bound_slope[rows]


def step_ends(rows: Positions, starts: Values, top: float) -> tuple[Values, Values]:
    """The ends of each step, (S,), (S,)."""
    low = np.maximum(starts, 0.0)
    high = np.append(low[1:], top)
    high[:-1][rows[1:] != rows[:-1]] = top
    return low, high


def _of(steps: Steps, kept: Mask | NDArray[np.intp]) -> Steps:
    return replace(
        steps,
        rows=read_only(steps.rows[kept]),
        starts=read_only(steps.starts[kept]),
        items=read_only(steps.items[kept]),
    )


def _joined(parts: list[Steps], k: int) -> Steps:
    nothing = Steps(
        np.zeros(0, dtype=np.int32),
        np.zeros(0),
        np.zeros((0, k), dtype=np.int32),
        np.zeros(0, dtype=np.bool_),
    )
    every = [nothing, *parts]
    return Steps(
        read_only(np.concatenate([part.rows for part in every])),
        read_only(np.concatenate([part.starts for part in every])),
        read_only(np.concatenate([part.items for part in every])),
        read_only(np.concatenate([part.proven for part in every])),
    )
