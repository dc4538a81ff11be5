"""Data quality: what is wrong with the data, whether it matters, and what mends it."""

import json

import streamlit as st

from recengine.data.quality import SEVERITIES, QualityReport
from ui import choices, compute, exports, state
from ui.frame import notice, open_dataset
from ui.quality import findings, fixing, imported, pictures, tables, words
from ui.text import plain

PARTS = {"findings": "Findings", "charts": "Charts", "tables": "Tables", "import": "What the import did"}


def show_summary(report: QualityReport) -> None:
    """The answer in one sentence, how many findings of each severity, and the way to take all of it away."""
    st.markdown(f"#### {plain(words.headline(report))}")
    counts = report.by_severity
    with st.grid(4, min_column_width=150):
        for severity in SEVERITIES:
            heading, icon, color, meaning = words.SEVERITY[severity]
            with st.container(border=True):
                st.metric(f":{color}[{icon}] {heading}", f"{counts[severity]:,}", help=meaning)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(plain(words.looked_at(report)), width="stretch")
        exports.table_csv("data-quality", "Findings as CSV", lambda: words.findings_table(report))
        st.download_button(
            "Report as JSON",
            lambda: json.dumps(report.to_json(), ensure_ascii=False, indent=2).encode(),
            "data-quality.json",
            "application/json",
            on_click="ignore",
            type="tertiary",
            icon=":material/download:",
            key="file data-quality.json",
        )


page = open_dataset("pages/data_quality.py")
with notice():
    entry = page.workspace.dataset_entry(page.dataset.name)
    plan = page.workspace.dataset_plan(page.dataset.name)
    busy = fixing.follow(page.workspace, page.dataset)
    scenario = state.current().scenario
    with st.spinner("Looking the data through"):
        report = compute.quality(page.dataset, entry, scenario.split, scenario.seed)
    show_summary(report)
    part = choices.choose("Show", PARTS, "quality", "findings", show_label=False)
    if part == "findings":
        findings.show(page.workspace, page.dataset, plan, report, busy=busy)
    elif part == "charts":
        pictures.show(report)
    elif part == "tables":
        tables.show(report)
    else:
        imported.show(page.workspace, page.dataset, plan, entry, busy=busy)
state.write_link(state.current())
