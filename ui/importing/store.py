"""The draft of this page in the workspace: found by the link, changed in one place, forgotten after some days."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from recengine.errors import StoreError
from recengine.workspace import Workspace
from recengine.workspace.drafts import new_draft_id
from ui.importing.draft import Draft

PARAMETER = "draft"
LATEST = "draft of an import"
NEW = "id of a new draft of an import"


def opened(workspace: Workspace) -> tuple[Draft, str]:
    """The draft that the link asks for, else the session's, else a new one; and what of the link is no use."""
    linked = st.query_params.get(PARAMETER)
    asked = linked or st.session_state.get(LATEST)
    problem = ""
    if asked:
        try:
            found = workspace.draft(asked)
            if found is not None:
                draft = Draft.from_json({**found, "id": asked})
                _remember(asked)
                return draft, ""
        except StoreError as error:
            problem = str(error)
        begin_anew()
        if linked and not problem:
            problem = "draft: the one of this link is gone; unused ones are kept for two weeks. This is a new one."
    return Draft(st.session_state.setdefault(NEW, new_draft_id())), problem


def change(workspace: Workspace, draft: Draft, how: Callable[[Draft], Draft]) -> Draft:
    """The draft after a change, which is kept. Another tab may have changed it since: what is kept is what counts.

    Raises `StoreError` where the workspace cannot be written.
    """
    found = workspace.draft(draft.id)
    changed = how(draft if found is None else Draft.from_json({**found, "id": draft.id}))
    workspace.save_draft(draft.id, changed.to_json())
    _remember(draft.id)
    return changed


def begin_anew() -> None:
    """Leave the draft, which stays under its link, and show an empty one."""
    for key in (LATEST, NEW):
        st.session_state.pop(key, None)
    if PARAMETER in st.query_params:
        del st.query_params[PARAMETER]


def show(draft: Draft) -> None:
    """Make a draft that was just kept the one that is shown."""
    _remember(draft.id)


def _remember(draft: str) -> None:
    st.session_state.pop(NEW, None)
    st.session_state[LATEST] = draft
    if st.query_params.get(PARAMETER) != draft:
        st.query_params[PARAMETER] = draft
