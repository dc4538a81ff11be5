"""Coverage and Gini along a weight: how often each item is listed, kept up to date at every change."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from recengine.arrays import Positions, Values
from recengine.ranking import PADDING
from recengine.simulation.along import Steps

COMPARED = 1 << 24
"""Pairs of places that are compared at once."""


@dataclass(frozen=True)
class Moves:
    """Items that come into a list (by = 1) or go out (by = -1) at a weight; (E,) each."""

    weights: Values
    items: Positions
    by: NDArray[np.int8]


def list_changes(steps: Steps) -> Moves:
    """What comes in and goes out from each step of a user to the next."""
    later = np.flatnonzero(steps.starts >= 0)
    k = steps.items.shape[1]
    block = max(1, COMPARED // (k * k))
    weights, items, by = [np.zeros(0)], [np.zeros(0, dtype=np.int32)], [np.zeros(0, dtype=np.int8)]
    for start in range(0, len(later), block):
        at = later[start : start + block]
        before, after = steps.items[at - 1], steps.items[at]
        alike = before[:, :, None] == after[:, None, :]
        for listed, stays, sign in ((before, alike.any(axis=2), -1), (after, alike.any(axis=1), 1)):
            moved = ~stays & (listed != PADDING)
            weights.append(np.repeat(steps.starts[at], moved.sum(axis=1)))
            items.append(listed[moved])
            by.append(np.full(len(items[-1]), sign, dtype=np.int8))
    return Moves(np.concatenate(weights), np.concatenate(items), np.concatenate(by))


def exposure_steps(shown: NDArray[np.int64], moves: Sequence[Moves], weights: Values) -> dict[str, Values]:
    """Coverage and Gini, (B + 1,) each, before the first of `weights` (B,), between two, and after the last.

    shown (n_items,): lists that each item stands in at first. Every move is at one of `weights`.
    """
    from recengine.simulation.kernels import exposure_changes

    when = np.concatenate([np.zeros(0), *(move.weights for move in moves)])
    items = np.concatenate([np.zeros(0, dtype=np.int32), *(move.items for move in moves)])
    by = np.concatenate([np.zeros(0, dtype=np.int8), *(move.by for move in moves)])
    order = np.lexsort((by, when))
    n_items, places = len(shown), int(shown.sum())
    levels = int((shown + np.bincount(items[by > 0], minlength=n_items)).max(initial=0)) + 1
    covered, weighted = exposure_changes(shown.astype(np.int64), order, items, by, levels)
    # state after the last move at or below each weight; 0 is the state at first
    after = np.concatenate([[0], np.searchsorted(when[order], weights, side="right")])
    weighted_places = weighted[after]
    gini = np.full(len(after), np.nan)
    if places:
        # sum of (2 i - n - 1) x_i over n * places, x ascending
        gini = (2 * weighted_places - (n_items + 1) * places) / (n_items * places)
    return {"coverage": covered[after] / max(n_items, 1), "gini": gini}
