"""The stages of an import one after the other, and the draft that they share."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from recengine.workspace import Workspace
from ui import actions
from ui.frame import notice
from ui.importing import beginning, bring, cleaning, finishing, mapping, proposal, reading, store
from ui.importing.draft import STAGES, Draft, Stage
from ui.importing.reading import Brought
from ui.text import plain

WORDS: dict[Stage, str] = {
    "bring": "1 Data",
    "map": "2 Columns",
    "clean": "3 Cleaning",
    "import": "4 Import",
}
"""Short, so that all four stand beside each other on a narrow screen."""
DEEDS: dict[Stage, str] = {
    "bring": "bring data",
    "map": "map columns",
    "clean": "clean rows",
    "import": "import",
}
CHOICE = "stage of the import"
EDIT = "edit"
"""In a link: the dataset whose import is to be changed."""


def show(workspace: Workspace, pages: set[str]) -> None:
    """The stage that the draft is at, with the ways to the others. pages: those that can be linked to."""
    draft, problem = _opened(workspace)
    if problem:
        st.warning(plain(problem), icon=":material/link_off:")
    _choose_stage(workspace, draft)
    with st.spinner("Looking at the tables"):
        found = reading.brought(workspace, draft)
    stage = draft.stage if found.tables else "bring"
    with notice():  # with the way back below it
        _show_stage(workspace, draft, found, stage, pages)
    _ways_on(workspace, draft, found, stage)


def _show_stage(workspace: Workspace, draft: Draft, found: Brought, stage: Stage, pages: set[str]) -> None:
    if stage == "bring":
        bring.show(workspace, draft, found)
    elif lacking := ([] if found.of("interactions") and stage == "map" else proposal.missing(draft, found)):
        st.warning("  \n".join(plain(line) for line in lacking), icon=":material/rule:")
    elif stage == "map":
        mapping.show(workspace, draft, found)
    elif stage == "clean":
        cleaning.show(workspace, draft, found)
    else:
        finishing.show(workspace, draft, found, pages)


def _opened(workspace: Workspace) -> tuple[Draft, str]:
    """The draft to show; a link may ask for one of the import that made a dataset."""
    asked = st.query_params.get(EDIT)
    if asked is not None:
        del st.query_params[EDIT]
        draft = beginning.edit(workspace, asked) if asked in workspace.dataset_names() else None
        if draft is not None:
            return draft, ""
        return store.opened(workspace)[
            0
        ], f"edit: nothing tells how {asked[:60]!r} was imported. Bring its files again."
    return store.opened(workspace)


def _choose_stage(workspace: Workspace, draft: Draft) -> None:
    st.session_state[CHOICE] = draft.stage
    with st.container(horizontal=True, vertical_alignment="center"):
        st.segmented_control(
            "Stage",
            STAGES,
            format_func=lambda stage: WORDS[stage],
            key=CHOICE,
            required=True,
            label_visibility="collapsed",
            on_change=_go,
            args=(workspace, draft),
            disabled=draft.is_empty,
        )
        if not draft.is_empty:
            st.button(
                "New import",
                icon=":material/add:",
                type="tertiary",
                key="new import",
                on_click=store.begin_anew,
                help="Leave this one under its link and begin another.",
            )


def _ways_on(workspace: Workspace, draft: Draft, found: Brought, stage: Stage) -> None:
    place = STAGES.index(stage)
    with st.container(horizontal=True, horizontal_alignment="right"):
        if place:
            st.button(
                "Back",
                icon=":material/arrow_back:",
                key="back",
                on_click=_go,
                args=(workspace, draft, STAGES[place - 1]),
            )
        if place < len(STAGES) - 1 and found.tables:
            after = STAGES[place + 1]
            st.button(
                f"Next: {DEEDS[after]}",
                icon=":material/arrow_forward:",
                type="primary",
                key="next",
                disabled=(bool(proposal.missing(draft, found)) and place > 0) or not found.of("interactions"),
                on_click=_go,
                args=(workspace, draft, after),
            )


def _go(workspace: Workspace, draft: Draft, stage: Stage | None = None) -> None:
    wanted: Stage = stage or st.session_state[CHOICE]
    actions.attempt(lambda: store.change(workspace, draft, lambda now: replace(now, stage=wanted)))
