"""The Pareto front: settings to which no other is preferred by every measure at once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import islice, product

import numpy as np
from numpy.typing import NDArray

from recengine.arrays import Mask, Values
from recengine.tuning.exploring import STALE, Explorer, Setting

DIVISIONS = {2: 20, 3: 8}
"""Steps of the lattice of preferences, by the number of measures: 21 of two, 45 of three."""
CORNER = 0.02
"""Least weight of a measure in a preference, so that a point that is worse in one and no better in another loses."""
CELLS = 30_000_000
"""Comparisons of settings that are held at once."""
STEPS = (0.2, 0.1, 0.05, 0.02)
"""How much weight a proposal moves between two scorers."""


def non_dominated(values: Values) -> NDArray[np.intp]:
    """Rows that no other row equals or exceeds in all columns and exceeds in one, ascending; of equal rows the first.

    values (M, n), higher is better, without NaN.
    """
    unique, first = np.unique(values, axis=0, return_index=True)
    kept = np.ones(len(unique), dtype=np.bool_)
    block = max(1, CELLS // max(unique.size, 1))
    for start in range(0, len(unique), block):
        rows = slice(start, start + block)
        # rows are all different: one that is nowhere below another exceeds it somewhere
        above = (unique[None, :, :] >= unique[rows, None, :]).all(axis=2)
        kept[rows] = above.sum(axis=1) == 1
    return np.sort(first[kept])


def hypervolume(values: Values) -> float:
    """Volume of what the rows dominate, from the origin on: the union of the boxes from 0 to each row.

    values (M, n) for n = 2 or 3, higher is better; what is below 0 counts as 0.
    Source: Zitzler & Thiele (1998), PPSN V.
    """
    boxes = np.maximum(values, 0.0)
    boxes = boxes[np.argsort(-boxes[:, 0], kind="stable")]
    if boxes.shape[1] == 2:
        heights = np.maximum.accumulate(boxes[:, 1])
        widths = boxes[:, 0] - np.append(boxes[1:, 0], 0.0)
        return float(widths @ heights)
    # slices along the first axis: each is as thick as the next box is lower, and the union of the boxes so far
    thickness = boxes[:, 0] - np.append(boxes[1:, 0], 0.0)
    return float(
        sum(thick * hypervolume(boxes[: number + 1, 1:]) for number, thick in enumerate(thickness) if thick > 0)
    )


def preferences(n: int) -> Values:
    """Weights of n measures on an even lattice of sum 1, (n_preferences, n)."""
    steps = DIVISIONS[n]
    lattice = [point for point in product(range(steps + 1), repeat=n) if sum(point) == steps]
    even = np.array(lattice) / steps
    return even * (1 - n * CORNER) + CORNER


def cover_front(
    explorer: Explorer,
    axes: Sequence[int],
    signs: Values,
    allowed: Callable[[Values], float],
    generator: np.random.Generator,
) -> None:
    """Look for settings on the front of the measures `axes`, by their `signs`, until the effort is spent.

    One preference of an even lattice after the other, in an order drawn at random: of all that was looked at, the one
    that serves it best (Chebyshev's distance from the best seen of each measure, each over its range on the front) is
    moved a little, or towards the one that serves a preference nearby. allowed: 0 within the limits, below 0 beyond.
    Source: MOEA/D, Zhang & Li (2007), IEEE TEC 11(6), with everything seen as its population.
    """
    wanted = preferences(len(axes))
    near = np.argsort(np.abs(wanted[:, None] - wanted[None]).sum(axis=2), axis=1, kind="stable")[:, 1:6]
    archive = _Archive(list(axes), signs, allowed)
    stale = 0
    while not explorer.over and stale < STALE:
        for place in generator.permutation(len(wanted)):
            if explorer.over:
                break
            archive.take(explorer)
            mine = archive.best(wanted[place])
            other = archive.best(wanted[generator.choice(near[place])])
            known = len(explorer.found)
            explorer.look(_proposal(mine, other, generator))
            stale = stale + 1 if len(explorer.found) == known else 0


class _Archive:
    """Everything that was looked at, as an array that grows."""

    def __init__(self, axes: list[int], signs: Values, allowed: Callable[[Values], float]) -> None:
        self._axes, self._signs, self._allowed = axes, signs, allowed
        self._settings: list[Setting] = []
        self._values = np.empty((0, len(axes)))
        self._beyond = np.empty(0)

    def take(self, explorer: Explorer) -> None:
        """Add what is new."""
        new = list(islice(explorer.found.items(), len(self._settings), None))
        if not new:
            return
        self._settings += [setting for setting, _ in new]
        values: Values = np.array([found[self._axes] for _, found in new]) * self._signs
        undefined: Mask = np.asarray(np.isnan(values).any(axis=1))
        beyond = np.array([-self._allowed(found) for _, found in new])
        self._values = np.concatenate([self._values, np.where(undefined[:, None], -np.inf, values)])
        self._beyond = np.concatenate([self._beyond, np.where(undefined, np.inf, beyond)])

    def best(self, preference: Values) -> Setting:
        """The setting within the limits, or nearest to them, that serves a preference best."""
        inside = np.flatnonzero(self._beyond == self._beyond.min())
        values = self._values[inside]
        if not np.isfinite(values).all():
            return self._settings[int(inside[0])]
        high, low = values.max(axis=0), values.min(axis=0)
        missing = (high - values) / np.where(high > low, high - low, 1.0)
        distance = (missing * preference).max(axis=1) + 1e-3 * (missing * preference).sum(axis=1)
        return self._settings[int(inside[distance.argmin()])]


def _proposal(mine: Setting, other: Setting, generator: np.random.Generator) -> Setting:
    """`mine` with weight moved between two scorers, or on the way to `other` and a little beyond."""
    weights = np.array(mine.weights)
    if generator.random() < 0.5 and other.weights != mine.weights:
        step = generator.uniform(0.0, 1.2)
        moved = np.maximum(weights + step * (np.array(other.weights) - weights), 0.0)
    else:
        source, target = generator.choice(len(weights), size=2, replace=False)
        step = min(generator.choice(STEPS), weights[source])
        moved = weights.copy()
        moved[source] -= step
        moved[target] += step
    return mine.with_weights(moved / moved.sum())
