"""The ways in: files dropped on the page, files in folders of this machine, statements over a database."""

from __future__ import annotations

import streamlit as st

from recengine.data.sources import FolderFile, allowed_folders, folder_files
from recengine.data.sources.folders import VARIABLE as FOLDERS_VARIABLE
from recengine.workspace import Workspace
from ui import actions
from ui.frame import notice
from ui.importing import database, store
from ui.importing.draft import Draft
from ui.models.offers import memory_words
from ui.text import plain

UPLOADS = "how often files were uploaded"
"""Part of the uploader's key: it is made anew once its files are kept, so that they do not stay in memory."""
PICKED = "files of folders"


def ways_in(workspace: Workspace, draft: Draft) -> None:
    """Everything that can bring a table."""
    upload, folders, databases = st.tabs(
        ["My files", "Files on this machine", "A database"], on_change="rerun", key="way in"
    )
    if upload.open:
        with upload:
            _uploader(workspace, draft)
    if folders.open:
        with folders:
            _folders(workspace, draft)
    if databases.open:
        with databases:
            database.show(workspace, draft)


def _uploader(workspace: Workspace, draft: Draft) -> None:
    times = st.session_state.setdefault(UPLOADS, 0)
    files = st.file_uploader(
        "Drop files here: interactions and, if there are any, items and users",
        accept_multiple_files=True,
        key=f"import files {times}",
    )
    st.caption(
        "As they are: CSV, TSV and the like in any encoding, JSON Lines, Parquet, Arrow, Excel; also packed with gzip, "
        "zstd or zip. Nothing is stored as a dataset before you say so."
    )
    if not files:
        return
    with notice(), st.spinner(f"Keeping {len(files)} file{'' if len(files) == 1 else 's'}"):
        paths = [workspace.keep_upload(file.name, file) for file in files]
        store.change(workspace, draft, lambda now: now.with_files(paths))
        st.session_state[UPLOADS] = times + 1
        st.rerun()


def _folders(workspace: Workspace, draft: Draft) -> None:
    """Files that are read where they lie, however large."""
    folders = allowed_folders()
    if not folders:
        st.caption(
            f"Files that are too large to upload are read where they lie, in the folders that {FOLDERS_VARIABLE} names "
            "when the studio is started. It names none."
        )
        return
    with st.spinner("Looking into the folders"):
        files = {str(file.path): file for file in folder_files(folders)}
    if not files:
        st.caption(plain(f"There is no file in {', '.join(map(str, folders))}."))
        return
    several = len(folders) > 1
    st.multiselect(
        f"Files in {plain(', '.join(map(str, folders)))}",
        list(files),
        format_func=lambda path: _called(files[path], several=several),
        key=PICKED,
        placeholder="Choose files",
    )

    def add() -> None:
        paths = [path for path in st.session_state[PICKED] if path in files]
        store.change(workspace, draft, lambda now: now.with_files(paths))
        st.session_state[PICKED] = []

    st.button(
        "Add these files",
        icon=":material/add:",
        key="add files",
        disabled=not st.session_state[PICKED],
        on_click=actions.attempt,
        args=(add,),
    )


def _called(file: FolderFile, *, several: bool) -> str:
    where = f"{file.folder.name}/{file.name}" if several else file.name
    return f"{where} ({memory_words(file.size)})"
