"""The desk's side of the server: what is asked of it, what is shown, and what the last good thing to show was."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

import streamlit as st

from recengine.errors import RecengineError
from recengine.fusion import FusedRow, WeightedSum
from recengine.scenario import Outcome, Workbench
from ui import components, compute, state
from ui.desk.faders import read_faders
from ui.desk.live import live_rule
from ui.desk.marks import find_marks
from ui.desk.panel import SILENT, Preset, desk_panel, live_panel
from ui.panels import results_panel
from ui.view import View

TURN = "desk turn"
WHOLE_PAGE = "desk asks for the whole page"
GOOD = "last good view"
ACTIONS = {
    "undo": state.undo,
    "redo": state.redo,
    "baseline": state.reset_to_baseline,
    "start": state.reset_to_start,
}


@dataclass(frozen=True)
class Shown:
    """A view whose lists could be made, with what is drawn of it. problem: why it is not the view of now, or empty.
    remark: why it is not compared with the baseline of now, or empty.
    """

    view: View
    outcome: Outcome
    baseline: Outcome
    row: FusedRow
    before: FusedRow
    problem: str = ""
    remark: str = ""


def answer() -> None:
    """Do what the browser asks for: `{"turn": N, "weights": …, "muted": …, "solo": …}` or `{"turn": N, "do": ACTION}`.

    Called before the page runs. Turns count up; one that was answered before asks for nothing.
    """
    told = components.desk_move()
    turn = told.get("turn") if isinstance(told, Mapping) else None
    if not isinstance(turn, int) or turn <= st.session_state.get(TURN, 0):
        return
    st.session_state[TURN] = turn
    before = state.current().scenario
    action = ACTIONS.get(str(told.get("do")))
    faders = read_faders(told, before)
    if action is not None:
        action()
    elif faders is not None and faders != state.faders():
        state.move(faders)
    now = state.current().scenario
    if replace(now, weights=before.weights) != before:
        # settings outside the desk changed too
        st.session_state[WHOLE_PAGE] = True


def follow() -> None:
    """Run the whole page where what was asked for changed more than the desk."""
    if st.session_state.pop(WHOLE_PAGE, False):
        st.rerun()


def shown(workbench: Workbench) -> Shown:
    """What to show for the current view: compared with the start where its baseline cannot be made. Where its own lists
    cannot, it is the last view whose could, else its plain weighted sum. Raises where there is none of these.
    """
    view = state.current()
    try:
        found = _made(workbench, view)
    except RecengineError as error:
        with suppress(RecengineError):
            start = replace(view.start, k=view.scenario.k)
            made = _made(workbench, replace(view, baseline=start))
            return replace(made, remark=f"Baseline: {error} The list is compared with the start instead.")
        key, good = st.session_state.get(GOOD, ("", view))
        if key != workbench.key:
            plain = WeightedSum.name
            good = replace(
                view,
                scenario=view.scenario.with_strategy(plain).with_rerankers([]),
                baseline=view.baseline.with_strategy(plain).with_rerankers([]),
            )
        return _made(workbench, replace(good, user=view.user), problem=f"{error} The list of before stays.")
    st.session_state[GOOD] = (workbench.key, view)
    return replace(found, problem=SILENT) if state.faders().silent else found


def panel(workbench: Workbench, found: Shown, presets: Sequence[Preset] = ()) -> dict[str, Any]:
    """All that the desk draws. presets: to choose from beside the built-in ones."""
    view, row, before = found.view, found.row, found.before
    user = workbench.dataset.user_position[view.user]
    place = int((workbench.pool.users == user).argmax())
    live = live_rule(workbench.pool, workbench.source, view.scenario.fusion, place)
    top = state.top()
    marks = find_marks(workbench, view, top)
    desk = desk_panel(
        workbench, view, state.faders(), top, row, live, problem=found.problem, marks=marks, presets=presets
    )
    results = results_panel(
        workbench, view, found.outcome, found.baseline, row, before, compute.user_history(workbench, user)
    )
    follows = not live.why_not
    items = compute.pool_items(workbench, user) if follows else {}
    return results | {
        "turn": st.session_state.get(TURN, 0),
        "desk": desk | {"undo": state.can_undo(), "redo": state.can_redo()},
        "live": live_panel(workbench, view, row, before, items) if follows else None,
    }


def _made(workbench: Workbench, view: View, problem: str = "") -> Shown:
    user = workbench.dataset.user_position[view.user]
    # first: it tells the pace of what takes long for all users
    row = compute.user_row(workbench, view.scenario, user)
    before = compute.user_row(workbench, view.baseline, user)
    return Shown(
        view,
        compute.shown_outcome(workbench, view.scenario, view.baseline),
        compute.shown_outcome(workbench, view.baseline, view.scenario),
        row,
        before,
        problem,
    )
