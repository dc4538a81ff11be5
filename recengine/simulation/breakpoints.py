"""The weights at which one user's list changes, and what changes there."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from recengine.arrays import Positions, Values, read_only
from recengine.errors import ScenarioError
from recengine.fusion import Fusion, Pool, Source
from recengine.ranking import PADDING
from recengine.simulation.along import gap_over_bound, lists_along, pool_lines, step_ends


@dataclass(frozen=True)
class Change:
    """What happens to a list at one weight: items (positions) that come in, that go out, and that stay but move.

    moved: (item, place before, place after), from 1.
    """

    weight: float
    came: tuple[int, ...]
    left: tuple[int, ...]
    moved: tuple[tuple[int, int, int], ...]


@dataclass(frozen=True)
class Breakpoints:
    """One user's lists along the raw weight of one scorer, the others fixed; arrays read-only.

    user, scorer: positions. top: the range is [0, top].
    weights (B,): ascending, where the list changes. items (B + 1, k) int32: the list before the first of them, between
    two, and after the last; at a breakpoint itself lines meet and the lower position stands first. A first weight of 0
    parts the list at 0, `items[0]`, from the one just above it. Where no other scorer has a weight there is none.
    proven (n, 2): the parts of the range, [from, to], in which the candidate pool alone proves the list. Elsewhere it
    is of the whole catalogue, so it is exact everywhere.

    Lists are those of exact arithmetic on the single precision values. `fuse` rounds to single precision, so where two
    scores are within 1e-6 of each other, next to a breakpoint, it may still show the list from beyond it.
    """

    user: int
    scorer: int
    top: float
    weights: Values
    items: Positions
    proven: Values

    def list_at(self, weight: float) -> Positions:
        """The list (k,) at that weight."""
        found: Positions = self.items[np.searchsorted(self.weights, weight, side="left")]
        return found

    @property
    def enters(self) -> Values:
        """The weights at which an item comes in, not only places change, (n,)."""
        before, after = np.sort(self.items[:-1], axis=1), np.sort(self.items[1:], axis=1)
        return read_only(self.weights[(before != after).any(axis=1)])

    def changes(self) -> list[Change]:
        """What changes at each breakpoint."""
        return [
            _change(float(weight), before, after)
            for weight, before, after in zip(self.weights, self.items[:-1], self.items[1:], strict=True)
        ]


def breakpoints(
    pool: Pool, source: Source, fusion: Fusion, user: int, scorer: int, k: int, top: float = 1.0
) -> Breakpoints:
    """Where the top k of `user` (position) changes while the raw weight of `scorer` (its place in the pool) moves over
    [0, top] and the other weights stay at those of `fusion`.

    Raises `ScenarioError` for a user without candidates, or a fusion that is no plain weighted sum (`is_exact`).
    """
    rows = np.flatnonzero(pool.users == user)[:1]
    if len(rows) == 0:
        raise ScenarioError(f"User {user} has no candidates in the pool. Build one for that user.")
    steps = lists_along(pool, source, fusion, rows, scorer, k, top)
    proven = np.array([[0.0, top]])
    if not steps.proven[0]:
        proven = _proven_parts(pool, fusion, rows, scorer, steps.starts, steps.items, top)
    return Breakpoints(user, scorer, top, read_only(steps.starts[1:].copy()), steps.items, read_only(proven))


def _proven_parts(
    pool: Pool, fusion: Fusion, rows: NDArray[np.intp], scorer: int, starts: Values, items: Positions, top: float
) -> Values:
    """Where the last item of the list is in the pool and strictly above the bound of what is left out, (n, 2)."""
    lines = pool_lines(pool, fusion, rows, scorer)
    last = _columns(lines.items[0], items[:, -1])
    step = np.zeros(len(starts), dtype=np.int32)
    low, high = step_ends(step, starts, top)
    base, slope = gap_over_bound(lines, step, last)
    meets = np.divide(-base, slope, out=np.full(len(base), np.nan), where=slope != 0)
    begin = np.where(slope > 0, np.maximum(low, meets), low)
    end = np.where(slope < 0, np.minimum(high, meets), high)
    there = (np.isfinite(base)) & (begin < end) & ((slope != 0) | (base > 0))
    parts: list[list[float]] = []
    for start, stop in zip(begin[there].tolist(), end[there].tolist(), strict=True):
        if parts and parts[-1][1] == start:
            parts[-1][1] = stop
        else:
            parts.append([start, stop])
    return np.array(parts).reshape(-1, 2)


def _columns(row: Positions, items: Positions) -> Positions:
    """The place of each of `items` in the ascending `row`, -1 where it is not there."""
    known = row[row != PADDING]
    if not len(known):
        return np.full(len(items), PADDING, dtype=np.int32)
    place = np.minimum(np.searchsorted(known, items), len(known) - 1)
    return np.where(known[place] == items, place, PADDING).astype(np.int32)


def _change(weight: float, before: Positions, after: Positions) -> Change:
    was = {int(item): place for place, item in enumerate(before, start=1) if item != PADDING}
    now = {int(item): place for place, item in enumerate(after, start=1) if item != PADDING}
    return Change(
        weight,
        came=tuple(item for item in now if item not in was),
        left=tuple(item for item in was if item not in now),
        moved=tuple((item, was[item], place) for item, place in now.items() if was.get(item, place) != place),
    )
