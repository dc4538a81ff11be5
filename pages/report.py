"""Report: what to show to others, as a file."""

import html
import shlex

import streamlit as st

from recengine.reports import SECTIONS
from recengine.scenario import Scenario, Workbench
from ui import commands, compute, exports, reading, reporting, shown, state, uploads
from ui.frame import Open, notice, open_page
from ui.reporting import Written
from ui.text import plain

PREVIEW_HEIGHT = 900
ADOPTED = "adopted file"
# a frame in Streamlit's frame: the report's script runs, but cannot reach the studio
FRAME = (
    "<style>html, body, iframe {{ margin: 0; border: 0; width: 100%; height: 100%; display: block }}</style>"
    '<iframe title="Report" sandbox="allow-scripts" srcdoc="{}"></iframe>'
)


def choose_sections() -> tuple[str, ...]:
    """Which sections the report has, in its own order."""
    st.session_state.setdefault("sections", list(SECTIONS))
    chosen = st.pills(
        "Sections",
        list(SECTIONS),
        selection_mode="multi",
        format_func=lambda key: SECTIONS[key],
        key="sections",
        wrap=True,
        persist_state="session",
    )
    return tuple(key for key in SECTIONS if key in chosen)


def offer_files(workbench: Workbench, scenario: Scenario, report: Written | None) -> None:
    """Downloads: the report once it is written, the others built when they are clicked."""
    st.download_button(
        "Download report",
        data=report.content if report else b"",
        file_name=f"{workbench.dataset.name}-report.html",
        mime="text/html",
        on_click="ignore",
        type="primary",
        icon=":material/download:",
        disabled=report is None,
        help="One HTML file of about 5 MB for any browser. It needs no network and prints to PDF.",
        width="stretch",
        key="report file",
    )
    with st.container(gap=None):
        left = compute.left_to_read(workbench, scenario)
        if left is None:
            exports.lists_csv(lambda: compute.outcome(workbench, scenario), workbench.dataset)
            exports.table_csv(
                "metrics", "Metrics as CSV", lambda: exports.metrics_table(compute.outcome(workbench, scenario))
            )
        else:
            st.caption(
                plain(
                    f"{reading.to_read(scenario, left)} The report reads them first; after it, lists and "
                    "metrics are here as CSV."
                )
            )
        exports.scenario_json(lambda: scenario)


def show_command(workbench: Workbench, sections: tuple[str, ...]) -> None:
    """How to write the same report without a browser."""
    chosen = "" if len(sections) == len(SECTIONS) else f" --sections {','.join(sections)}"
    st.caption("The same report from the command line, with the scenario's file:")
    st.code(
        f"python -m recengine report --dataset {shlex.quote(workbench.dataset.name)} "
        f"--scenario scenario.json --out report.html{chosen}",
        language="bash",
        wrap_lines=True,
    )


def open_scenario(page: Open) -> None:
    """A scenario file, which then becomes the current view; what it names is fitted when the page opens anew."""
    file = st.file_uploader("Open a scenario file", type="json", max_upload_size=1, key="scenario upload")
    if file is None or st.session_state.get(ADOPTED) == file.file_id:
        return
    with notice():
        scenario = uploads.read_scenario(file.name, file.getvalue(), page.dataset, page.workspace)
        state.adopt(scenario, page.workspace.save_scenario(scenario), page.dataset)
        st.session_state[ADOPTED] = file.file_id
        st.rerun()


def preview(report: Written) -> None:
    """The report as it is, in a frame of its own, with the time it was written."""
    with st.container(horizontal=True, vertical_alignment="center"):
        visible = st.toggle("Preview", value=True, key="preview", persist_state="session", width="stretch")
        st.caption(f"Written {report.at:%Y-%m-%d %H:%M} UTC, {report.n_bytes / 1e6:.1f} MB", width="content")
    if visible:
        content = report.content().decode("utf-8")
        with st.container(border=True):
            st.iframe(FRAME.format(html.escape(content)), height=PREVIEW_HEIGHT, alt="Preview of the report")


page = open_page("pages/report.py")
shown.scenario_line(page.workbench)
controls, report = st.columns([1, 2.8], gap="medium")
with controls, notice():
    scenario = page.view.scenario
    sections = choose_sections()
    command = commands.report(page.workspace, page.dataset, scenario, sections)
    written = reporting.written(command) if sections else None
    offer_files(page.workbench, scenario, written)
    show_command(page.workbench, sections)
    open_scenario(page)
with report, notice():
    if not sections:
        st.info("Choose at least one section.", icon=":material/checklist:")
    elif written is None:
        left = compute.left_to_read(page.workbench, scenario)
        long = "" if left is None else f"{reading.to_read(scenario, left)} The report needs them all."
        reporting.follow(page.workspace, scenario, command, long=long)
    else:
        preview(written)
