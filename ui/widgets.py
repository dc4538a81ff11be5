"""Widgets that more than one page shows, or that a page should not be long for."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from recengine.scenario import Outcome, Workbench
from ui import compute, state, users
from ui.view import View

NORMALIZATION_HELP = (
    "How the scorers' scores are made comparable for each user. **min-max**: lowest unseen item 0, highest 1. "
    "**z-score**: mean 0, standard deviation 1. **rank**: by place alone."
)
NEUTRAL_HELP = (
    "What a scorer without an opinion on an item counts as. **mean**: neither for nor against it. "
    "**floor**: as its lowest opinion."
)


def choose_user(workbench: Workbench, view: View, outcome: Outcome, baseline: Outcome) -> View:
    """The view with the user that is searched for or taken from a short list."""
    dataset = workbench.dataset
    labels = compute.user_labels(dataset)
    which, who, again = st.columns([2.4, 2, 0.5], vertical_alignment="bottom")
    name = which.segmented_control(
        "Users",
        users.SHORT_LISTS,
        default=users.EVERYONE,
        required=True,
        key="short_list",
        label_visibility="collapsed",
    )
    seed = st.session_state.setdefault("shuffle", 0)
    if name == users.RANDOM:
        again.button("", icon=":material/shuffle:", key="shuffle_again", on_click=_shuffle, help="Draw others")
    positions = users.short_list(name, workbench, outcome, baseline, seed)
    ids = [dataset.user_ids[position] for position in positions.tolist()]
    if st.session_state.get("user") not in ids:
        st.session_state["user"] = ids[0]
    user = who.selectbox(
        "User",
        ids,
        key="user",
        format_func=lambda identifier: labels[dataset.user_position[identifier]],
        label_visibility="collapsed",
    )
    return replace(view, user=user)


def baseline_buttons(view: View) -> None:
    """Pin what is shown, go back to what is pinned, undo the last change."""
    with st.container(horizontal=True, gap="xsmall"):
        st.button(
            "Pin", icon=":material/keep:", on_click=state.pin_baseline, help="Compare with these weights", key="pin"
        )
        st.button(
            "Reset",
            icon=":material/restart_alt:",
            on_click=state.reset_to_baseline,
            help="Back to the baseline",
            key="reset",
        )
        st.button("Undo", icon=":material/undo:", on_click=state.undo, help="Undo the last change", key="undo_button")


def _shuffle() -> None:
    st.session_state["shuffle"] += 1
