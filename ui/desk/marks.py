"""Ticks on the sliders: the raw weights at which the shown user's list changes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from recengine.scenario import Workbench
from recengine.simulation import breakpoints, is_exact
from ui.desk.live import of_one_user
from ui.view import View

MAX_SCORES = 500_000
"""Scores of a user's whole catalogue, all scorers, up to which ticks are computed at each move."""
SHOWN_DIGITS = 6


@dataclass(frozen=True)
class Marks:
    """Ascending raw weights of one scorer, while the others stay: where places change (`moves`), and where another item
    comes into the list (`enters`), which are among them.
    """

    moves: tuple[float, ...] = ()
    enters: tuple[float, ...] = ()


def find_marks(workbench: Workbench, view: View, top: float) -> Mapping[str, Marks]:
    """By scorer, over the range [0, top]; none where the list is no plain weighted sum, or the catalogue is large."""
    fusion = view.scenario.fusion
    if not is_exact(fusion) or workbench.dataset.n_items * len(workbench.fitted) > MAX_SCORES:
        return {}
    user = workbench.dataset.user_position[view.user]
    own = of_one_user(workbench.pool, int((workbench.pool.users == user).argmax()))
    marks = {}
    for at, name in enumerate(workbench.fitted):
        found = breakpoints(own, workbench.source, fusion, user, at, view.scenario.k, top)
        marks[name] = Marks(
            *(tuple(float(f"{weight:.{SHOWN_DIGITS}g}") for weight in some) for some in (found.weights, found.enters))
        )
    return marks
