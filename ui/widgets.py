"""Widgets that more than one page shows, or that a page should not be long for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import streamlit as st

from recengine.data import Dataset
from recengine.fusion import NEUTRALS, NORMALIZATIONS
from recengine.scenario import Workbench
from ui import compute, state, users
from ui.desk import serving
from ui.view import MAX_K, chosen

NORMALIZATION_HELP = (
    "How the scorers' scores are made comparable for each user. **min-max**: lowest unseen item 0, highest 1. "
    "**z-score**: mean 0, standard deviation 1. **rank**: by place alone. **softmax**: as probabilities that sum to 1, "
    "so that the few items far ahead of the others get nearly all. Strategies that read places alone make no use of it."
)
NEUTRAL_HELP = (
    "What a scorer without an opinion on an item counts as. **mean**: neither for nor against it. "
    "**floor**: as its lowest opinion."
)


def choose_user(workbench: Workbench) -> None:
    """Search, or a short list of users worth a look; the choice goes into the view."""
    view = state.current()
    dataset = workbench.dataset
    name = st.segmented_control(
        "Short lists of users",
        users.SHORT_LISTS,
        default=users.EVERYONE,
        required=True,
        key="short_list",
        label_visibility="collapsed",
    )
    seed = st.session_state.setdefault("shuffle", 0)
    if name == users.RANDOM:
        st.button("", icon=":material/shuffle:", key="shuffle_again", on_click=_shuffle, help="Draw others")
    found = serving.shown(workbench)
    positions = users.short_list(name, workbench, found.outcome, found.baseline, seed)
    state.keep(replace(view, user=user_box(dataset, positions.tolist())))


def user_box(dataset: Dataset, positions: Sequence[int]) -> str:
    """The id that is chosen among the users at `positions`, at least one; the first where the one of before is gone."""
    labels = compute.user_labels(dataset)
    ids = [dataset.user_ids[position] for position in positions]
    if st.session_state.get("user") not in ids:
        st.session_state["user"] = ids[0]
    chosen: str = st.selectbox(
        "User",
        ids,
        key="user",
        format_func=lambda identifier: labels[dataset.user_position[identifier]],
        label_visibility="collapsed",
        width=300,
    )
    return chosen


def choose_settings(workbench: Workbench) -> None:
    """Normalisation, neutral value and k; the choice goes into the view."""
    view = state.current()
    with st.popover("Settings", icon=":material/settings:"):
        normalization = st.selectbox(
            "Normalisation", NORMALIZATIONS, key="norm", on_change=state.remember, help=NORMALIZATION_HELP
        )
        neutral = st.selectbox(
            "No opinion counts as", NEUTRALS, key="neutral", on_change=state.remember, help=NEUTRAL_HELP
        )
        highest = min(MAX_K, workbench.dataset.n_items)
        k = st.number_input("List length k", 1, highest, key="k", on_change=state.remember)
    weights = dict(view.scenario.weights)
    state.keep(
        view.moved(chosen(view.scenario, weights=weights, normalization=normalization, neutral=neutral, k=int(k)))
    )


def pin_button() -> None:
    """Pin what is shown as the baseline."""
    st.button(
        "Pin", icon=":material/keep:", key="pin", on_click=state.pin_baseline, help="Compare with what is shown now"
    )


def _shuffle() -> None:
    st.session_state["shuffle"] += 1
