"""Uploading the scores of another system, and what each upload covers."""

from __future__ import annotations

import streamlit as st

from recengine.data import SCORE_ROLES, Coverage, Dataset, Source, measure_coverage, stored_scores
from recengine.errors import RecengineError
from recengine.reports.coverage import UNSEEN, coverage_lines
from recengine.workspace import Workspace, import_scores, scores_name
from recengine.workspace.shelf import SCORE_TABLES
from ui import exports
from ui.frame import OpenDataset, notice
from ui.models import cards
from ui.models.uploaded import COLUMNS, coverage_table
from ui.text import plain

TYPES = ("csv", "tsv", "txt", "gz", "parquet", "run", "trec")
SAID = "what the last upload of scores brought"
FILE = "scores file"
NAME = "scores name"


def show_uploads(page: OpenDataset) -> None:
    """The way in, and a table of what is there."""
    with st.container(border=True):
        st.markdown(
            "A table with a user, an item and a score or a rank in each row: CSV, TSV, Parquet, or a TREC run. "
            "It becomes a scorer like any other: choose it, compare it, mix it."
        )
        file = st.file_uploader("File with scores", type=list(TYPES), key=FILE, on_change=_suggest_name)
        with st.container(horizontal=True, vertical_alignment="bottom"):
            name = st.text_input("Name", key=NAME, max_chars=40, help="It is called external:NAME.", width=320)
            wanted = st.button(
                "Add these scores", type="primary", icon=":material/upload:", disabled=file is None, key="add scores"
            )
        columns = _asked_columns()
        if wanted and file is not None:
            with notice(), st.spinner("Reading the scores"):
                _add(page, file.name, file.getvalue(), name, columns)
        if SAID in st.session_state:
            st.success(plain(st.session_state.pop(SAID)), icon=":material/check_circle:")
    _show_coverage(page)


def _suggest_name() -> None:
    file = st.session_state.get(FILE)
    if file is not None:
        st.session_state[NAME] = scores_name(file.name)


def _asked_columns() -> dict[str, str]:
    """Which column is what, for a file whose header does not use the common names."""
    with st.expander("Columns", icon=":material/view_column:"):
        st.caption("Left empty, a column is found by common names, such as user_id, movie_id, score, rank.")
        with st.container(horizontal=True):
            asked = {
                role: st.text_input(f"Column of the {role}", key=f"scores column {role}", width=200)
                for role in SCORE_ROLES
            }
    return {role: column.strip() for role, column in asked.items() if column.strip()}


def _add(page: OpenDataset, file_name: str, content: bytes, name: str, columns: dict[str, str]) -> None:
    made = import_scores(page.workspace, page.dataset, Source.memory(file_name, content), name.strip(), columns)
    cards.pick(made.scorer)
    said = " ".join(coverage_lines(made.table, made.coverage, page.dataset))
    st.session_state[SAID] = f"Added {made.scorer}. {said} It is ticked under Choose."
    st.rerun()


def _show_coverage(page: OpenDataset) -> None:
    found, problems = {}, []
    for scorer, recipe in page.workspace.saved_recipes().items():
        key = str(recipe.settings().get("scores", ""))
        if recipe.name != "external" or not key:
            continue
        try:
            found[scorer] = _coverage(key, page.dataset.fingerprint, _workspace=page.workspace, _dataset=page.dataset)
        except RecengineError as error:  # of another dataset, or damaged
            problems.append(f"{scorer}: {error}")
    if not found and not problems:
        st.info("No scores are uploaded yet.", icon=":material/upload_file:")
        return
    if found:
        table = coverage_table(found)
        with st.container(horizontal=True, vertical_alignment="center"):
            st.caption(f"Where such a system scores nothing, it has no opinion. {UNSEEN}", width="stretch")
            exports.table_csv("coverage", "Coverage as CSV", lambda: table)
        st.dataframe(table, hide_index=True, column_config=COLUMNS, key="coverage")
    if problems:
        with st.expander(f"Not of this dataset: {len(problems)}"):
            for problem in problems:
                st.caption(plain(problem))


@st.cache_resource(max_entries=32, show_spinner=False)
def _coverage(key: str, fingerprint: str, *, _workspace: Workspace, _dataset: Dataset) -> Coverage:
    return measure_coverage(stored_scores(_workspace.root / SCORE_TABLES / key), _dataset)
