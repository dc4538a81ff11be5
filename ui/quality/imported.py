"""What the import did: what was read, which steps were applied and can be taken back, what was left out."""

from __future__ import annotations

from typing import Any

import streamlit as st

from recengine.data import Dataset
from recengine.data.importing.plan import ImportPlan
from recengine.workspace import DatasetEntry, Workspace
from ui import actions, overview
from ui.importing.cleaning import title
from ui.quality import fixing, words
from ui.text import plain

RULE = "value.rule"
RULES = {"log": "Values count by their logarithm", "one": "Every value counts as 1"}
"""What a fix, or a guess, may have set of the mapping, which can be taken back like a step."""


def show(workspace: Workspace, dataset: Dataset, plan: ImportPlan | None, entry: DatasetEntry, *, busy: bool) -> None:
    """Sources, steps, losses, mapping, language."""
    report = entry.report
    for line in (words.sources_line(report), words.rows_line(report), overview.language_line(entry)):
        if line:
            st.markdown(plain(line))
    if plan is None:
        st.info(
            "No plan of this import is stored, as with every sample, so no step can be added or taken back here.",
            icon=":material/lock:",
        )
    else:
        _steps(workspace, dataset, plan, report, busy=busy)
        st.page_link(
            "pages/import_data.py",
            label="Change this import",
            icon=":material/edit:",
            query_params={"edit": dataset.name},
            help="Opens its files, mapping and cleaning. What is stored stays until you import again.",
            width="content",
        )
    st.subheader("What it found and left out", anchor=False)
    st.markdown("\n".join(f"- {plain(line)}" for line in overview.import_lines(entry)))
    st.subheader("Which column is what", anchor=False)
    mapping = report.get("mapping", {})
    st.dataframe(
        {"Role": list(mapping), "Column or setting": [str(value) for value in mapping.values()]},
        hide_index=True,
        key="mapping",
        height="content" if len(mapping) < 12 else 420,
    )
    st.caption("Spelt as on the command line: --map role=column.")
    st.caption(f"Fingerprint {entry.fingerprint}")


def _steps(workspace: Workspace, dataset: Dataset, plan: ImportPlan, report: Any, *, busy: bool) -> None:
    st.subheader("Steps of cleaning", anchor=False, help="In their order. Each can be taken back at any time.")
    rule = RULES.get(plan.mapping.get(RULE, ""))
    if not plan.cleaning and rule is None:
        st.caption("No step is applied: everything was imported as it was.")
    records = {one["text"]: one for one in report.get("steps", [])}
    for place, text in enumerate(plan.cleaning):
        record = records.get(text)
        with st.container(border=True, horizontal=True, vertical_alignment="center", key=f"step_{place}"):
            with st.container(gap=None, width="stretch"):
                st.markdown(f"**{place + 1}. {plain(title(text))}**")
                if record is not None:
                    st.caption(plain(record["says"]))
            rest = [other for at, other in enumerate(plan.cleaning) if at != place]
            _take_back(workspace, dataset, fixing.changed(plan, rest), f"step {place}", busy=busy)
    if rule is not None:
        with st.container(border=True, horizontal=True, vertical_alignment="center", key="rule_of_values"):
            st.markdown(f"**{plain(rule)}**", width="stretch")
            _take_back(workspace, dataset, fixing.changed(plan, plan.cleaning, {RULE: "as-is"}), "rule", busy=busy)


def _take_back(workspace: Workspace, dataset: Dataset, changed: ImportPlan, key: str, *, busy: bool) -> None:
    st.button(
        "Take back",
        icon=":material/undo:",
        key=f"take back {key}",
        disabled=busy,
        help="Imports again without it, as a job.",
        on_click=actions.attempt,
        args=(lambda: fixing.start(workspace, dataset, changed),),
    )
