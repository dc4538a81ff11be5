"""What an import has stored: counts, all that was done to the rows, and the ways on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from recengine.errors import RecengineError
from recengine.workspace import DatasetEntry, Workspace
from ui.text import plain

STUDIO = "pages/studio.py"
WAYS = (
    ("pages/data_quality.py", "See what is wrong with it", "fact_check"),
    ("pages/profiles.py", "Look at a user or an item", "person_search"),
    ("pages/split.py", "See how it is split", "call_split"),
    ("pages/models.py", "Choose scorers", "model_training"),
)


def show(workspace: Workspace, name: str, pages: set[str]) -> None:
    """The dataset stored under `name`. pages: those that can be linked to."""
    try:
        entry = workspace.dataset_entry(name)
    except RecengineError as error:
        st.error(plain(str(error)), icon=":material/error:")
        return
    with st.container(border=True):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.subheader(f"{plain(entry.name)} is stored", anchor=False, width="stretch")
            st.badge("Done", icon=":material/check_circle:", color="green")
        _show_counts(entry)
        st.markdown("\n".join(f"- {plain(line)}" for line in deeds(entry.report)))
        with st.container(horizontal=True, vertical_alignment="center"):
            link = {"dataset": entry.name}
            if st.button(
                "Fit the default scorers",
                type="primary",
                icon=":material/play_arrow:",
                key="fit the default scorers",
                help="Opens the Studio, which fits them and then shows lists.",
            ):
                st.switch_page(STUDIO, query_params=link)
            for path, label, icon in WAYS:
                if path in pages:
                    st.page_link(path, label=label, icon=f":material/{icon}:", query_params=link, width="content")


def deeds(report: Mapping[str, Any]) -> list[str]:
    """What was read, left out, cleaned and decided, a sentence each."""
    read = ", ".join(f"{count:,} rows of {table}" for table, count in report.get("rows_read", {}).items())
    lines = [f"Read: {read}."] if read else []
    lines += [f"Left out: {count:,} {reason}." for reason, count in report.get("dropped", {}).items() if count]
    steps = report.get("steps", ())
    lines += [str(step["says"]) for step in steps]
    if not steps:
        lines.append("No step of cleaning touched a row.")
    if report.get("positive_reason"):
        lines.append(f"What counts as liked: {report['positive_reason']}")
    lines += [str(note) for note in report.get("notes", ())]
    return lines


def _show_counts(entry: DatasetEntry) -> None:
    figures = {
        "Users": entry.n_users,
        "Items": entry.n_items,
        "Interactions": entry.n_interactions,
        "Of them liked": entry.n_positives,
    }
    with st.grid(4, min_column_width=140):
        for label, value in figures.items():
            with st.container(border=True):
                st.metric(label, f"{value:,}")
