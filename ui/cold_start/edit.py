"""Editing a user's history on the Cold start page: the list before and after, without a fit."""

from __future__ import annotations

import time

import polars as pl
import streamlit as st

from recengine.coldstart import EditedList, edit_history, history_of, typical_weight
from recengine.reports import cold_start_tables as tables
from recengine.reports.text import one_line
from recengine.scenario import Workbench
from ui import components, exports, parts, state
from ui.cold_start import panels, widgets
from ui.frame import notice
from ui.text import plain

EDITOR_ROWS = 8
MAX_WEIGHT = 1e6


@st.fragment(key="cold_edit")
def edit(workbench: Workbench) -> None:
    """The history with what is to change, and at once both lists."""
    view = state.current()
    user = workbench.dataset.user_position[view.user]
    with notice():
        history = history_of(workbench.fitted_on, user)
        with st.container(border=True):
            changes = _ask(workbench, view.user, history)
        scenario = view.scenario
        started = time.perf_counter()
        edited = edit_history(workbench.scorers, workbench.fitted_on, scenario.fusion, user, changes)
        milliseconds = 1000 * (time.perf_counter() - started)
        _show(workbench, edited, milliseconds)


def _ask(workbench: Workbench, user: str, history: dict[int, float]) -> dict[int, float | None]:
    """What is to change, by item; of each user apart."""
    dataset = workbench.dataset
    add, take = st.columns(2, gap="medium")
    with add:
        new = widgets.pick_items(
            workbench, "Add to the history", f"add {user}", "Search by title and pick", without=history
        )
    with take:
        gone = widgets.pick_items(
            workbench, "Take away", f"take {user}", f"{len(history):,} items in the history", sorted(history)
        )
    changes: dict[int, float | None] = {item: typical_weight(dataset) for item in new}
    changes |= dict.fromkeys(gone)
    with st.expander("Weigh anew", icon=":material/scale:"):
        st.caption("Counts only with scorers whose settings weigh interactions, such as ALS with confidence by weight.")
        kept = {item: changes.get(item, weight) for item, weight in {**history, **changes}.items() if item not in gone}
        weights = _weights(workbench, user, {item: weight for item, weight in kept.items() if weight is not None})
    return {**{item: weight for item, weight in weights.items() if history.get(item) != weight}, **dict.fromkeys(gone)}


def _weights(workbench: Workbench, user: str, kept: dict[int, float]) -> dict[int, float]:
    """The weights as edited, by item."""
    items = list(kept)
    table = pl.DataFrame(
        {
            "Title": [one_line(workbench.dataset.titles[item]) for item in items],
            "Weight": list(kept.values()),
        },
        schema={"Title": pl.String, "Weight": pl.Float64},
    )
    edited = st.data_editor(
        table,
        hide_index=True,
        height=36 * (min(len(items), EDITOR_ROWS) + 1),
        # another table needs another editor, or edits land on other rows
        key=widgets.widget(workbench.dataset, f"weights {user} {hash(tuple(items))}"),
        disabled=["Title"],
        column_config={
            "Weight": st.column_config.NumberColumn(min_value=1e-6, max_value=MAX_WEIGHT, required=True, format="%g")
        },
    )
    return dict(zip(items, edited["Weight"].to_list(), strict=True))


def _show(workbench: Workbench, edited: EditedList, milliseconds: float) -> None:
    scenario = state.current().scenario
    names = tuple(workbench.fitted)
    changed = len(edited.edited.items() ^ edited.history.items())
    with st.container(horizontal=True, vertical_alignment="center"):
        said = f"{len(edited.edited):,} items in the history, {len(edited.history):,} before. "
        said += f"Ranked anew in {milliseconds:.0f} ms; nothing was fitted." if changed else "Nothing is changed yet."
        if edited.fixed:
            labels = parts.labels(workbench)
            said += f" Not moved by an edit: {', '.join(labels[name] for name in edited.fixed)}."
        st.caption(plain(said), width="stretch")
        exports.table_csv(
            "edited",
            "Both lists as CSV",
            lambda: tables.edited_table(edited, workbench.dataset, names, scenario.k),
        )
    before, after = st.columns(2, gap="medium")
    with after:
        components.ranked_list(panels.edited_panel(workbench, edited, scenario.k, after=True), key="list_after")
    with before:
        components.ranked_list(panels.edited_panel(workbench, edited, scenario.k, after=False), key="list_before")
