"""The stages of an import one after the other, and the draft that they share."""

from __future__ import annotations

import streamlit as st

from recengine.workspace import Workspace
from ui.text import plain


def show(workspace: Workspace) -> None:
    """The stage that the draft is at."""
    st.caption(f"Workspace: {plain(str(workspace.root.absolute()))}")
