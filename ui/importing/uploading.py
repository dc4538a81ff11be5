"""The ways in: files dropped on the page, files in folders of this machine, statements over a database."""

from __future__ import annotations

import streamlit as st

from recengine.workspace import Workspace
from ui.frame import notice
from ui.importing import store
from ui.importing.draft import Draft

UPLOADS = "how often files were uploaded"
"""Part of the uploader's key: it is made anew once its files are kept, so that they do not stay in memory."""


def ways_in(workspace: Workspace, draft: Draft) -> None:
    """Everything that can bring a table."""
    _uploader(workspace, draft)


def _uploader(workspace: Workspace, draft: Draft) -> None:
    round_ = st.session_state.setdefault(UPLOADS, 0)
    files = st.file_uploader(
        "Drop files here: interactions, and if there are any, items and users",
        accept_multiple_files=True,
        key=f"import files {round_}",
        help="CSV, TSV and the like in any encoding, JSON Lines, Parquet, Arrow, Excel; also packed with gzip, "
        "zstd or zip.",
    )
    if not files:
        return
    with notice(), st.spinner(f"Keeping {len(files)} file{'' if len(files) == 1 else 's'}"):
        paths = [workspace.keep_upload(file.name, file) for file in files]
        store.change(workspace, draft, lambda now: now.with_files(paths))
        st.session_state[UPLOADS] = round_ + 1
        st.rerun()
