"""A new user on the Cold start page: what is known of them, and the list that it makes."""

from __future__ import annotations

import streamlit as st

from recengine.coldstart import (
    EVIDENCE,
    Newcomer,
    NewcomerList,
    Origin,
    pick_effects,
    recommend_newcomer,
    typical_weight,
)
from recengine.reports import cold_start_tables as tables
from recengine.scenario import Workbench
from recengine.workspace import Workspace
from ui import components, exports, parts, state
from ui.cold_start import panels, widgets
from ui.frame import notice
from ui.text import plain

ASKED: dict[Origin, str] = {"words": "Words", "segment": "People alike", "everybody": "Everybody"}
MOST_EVIDENCE = 10.0
READERS = (
    "Read by the scorers that take texts, such as Text profile and Text to factors. The second learnt what people make "
    "of texts, so its lists are better as a rule; add it on the Models page."
)
HELPERS = {"popularity": "Popularity", "segment-popularity": "Popularity in the segment"}
"""Scorers that newcomers get besides those of the scenario."""


@st.fragment(key="cold_user")
def new_user(workspace: Workspace, workbench: Workbench) -> None:
    """What is known of somebody new, and at once their list."""
    asked, found = st.columns([2, 3], gap="medium")
    with asked.container(border=True):
        newcomer, evidence = _ask(workbench)
    with found, notice():
        _show(workspace, workbench, newcomer, evidence)


def _ask(workbench: Workbench) -> tuple[Newcomer, dict[Origin, float]]:
    dataset = workbench.dataset
    weight = typical_weight(dataset)
    picked = widgets.pick_items(workbench, "Items they like", "picks", "Search by title and pick")
    reads = widgets.reads_words(workbench)
    text = st.text_area(
        "Taste in words",
        key=widgets.widget(dataset, "words"),
        placeholder="slow, clever science fiction",
        max_chars=widgets.MAX_CHARACTERS,
        height=80,
        disabled=not reads,
        help=READERS,
        persist_state="session",
    )
    if not reads:
        st.caption("No scorer here reads words: fit one that does, such as Text profile, on the Models page.")
    attributes = {}
    if dataset.user_attributes:
        with st.container(horizontal=True, gap="small"):
            attributes = widgets.ask_attributes(dataset, "users")
    with st.expander("How much each counts", icon=":material/scale:"):
        st.caption("In picked items. With 3 for everybody, three picked items count as much as what is popular.")
        evidence = {
            origin: st.slider(
                label,
                0.0,
                MOST_EVIDENCE,
                EVIDENCE[origin],
                step=0.5,
                format="%.1f",
                key=widgets.widget(dataset, f"evidence {origin}"),
                persist_state="session",
            )
            for origin, label in ASKED.items()
        }
    return Newcomer(dict.fromkeys(picked, weight), text if reads else "", attributes), evidence


def _show(workspace: Workspace, workbench: Workbench, newcomer: Newcomer, evidence: dict[Origin, float]) -> None:
    dataset, scenario = workbench.dataset, state.current().scenario
    # the first time words are read the text model has to be loaded, which takes seconds
    with st.spinner("Reading the words" if newcomer.text.strip() else "Ranking the catalogue"):
        listed = recommend_newcomer(
            workbench.scorers,
            newcomer,
            workbench.fitted_on,
            scenario.fusion,
            scenario.k,
            evidence=evidence,
            resources=widgets.resources(workspace),
        )
        picks, effects = pick_effects(workbench.scorers, newcomer, listed, dataset.n_items)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(plain(f"{panels.trust_line(listed.trust)}{_missing(newcomer, listed)}"), width="stretch")
        exports.table_csv("newcomer", "List as CSV", lambda: tables.newcomer_table(listed, dataset))
    if not newcomer.items and not newcomer.text.strip() and not newcomer.attributes:
        st.info("Nothing is known yet, so this is what everybody gets. Pick an item or say a few words.")
    stamp = f"items={len(newcomer.items)};words={newcomer.text.strip()};attributes={dict(newcomer.attributes)}"
    components.ranked_list(panels.newcomer_panel(dataset, listed, picks, effects, stamp), key="newcomer_list")
    with st.expander("Who has a say", icon=":material/groups:"):
        st.dataframe(
            panels.voice_rows(listed, HELPERS | parts.labels(workbench)),
            hide_index=True,
            key="voices",
            column_config={
                "Weight": st.column_config.NumberColumn(format="percent", help="All weights together are 100 %."),
                "Adds to the first": st.column_config.NumberColumn(format="%.3f"),
            },
        )


def _missing(newcomer: Newcomer, listed: NewcomerList) -> str:
    """What is known and yet has no say."""
    silent = [panels.ORIGIN_LABELS[origin].lower() for origin in listed.unheard(newcomer)]
    return f" No scorer makes anything of: {', '.join(silent)}." if silent else ""
