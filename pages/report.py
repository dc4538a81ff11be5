"""Report: what to show to others, as a file."""

import html
import shlex

import streamlit as st

from recengine.reports import SECTIONS
from recengine.scenario import Scenario, Workbench
from ui import compute, exports, shown, state, uploads
from ui.frame import Open, notice, open_page

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


def offer_files(workbench: Workbench, scenario: Scenario, sections: tuple[str, ...]) -> None:
    """Downloads, each built when it is clicked."""
    st.download_button(
        "Download report",
        data=lambda: compute.report_html(workbench, scenario, sections),
        file_name=f"{workbench.dataset.name}-report.html",
        mime="text/html",
        on_click="ignore",
        type="primary",
        icon=":material/download:",
        disabled=not sections,
        help="One HTML file of about 5 MB for any browser. It needs no network and prints to PDF.",
        width="stretch",
        key="report file",
    )
    with st.container(gap=None):
        exports.lists_csv(lambda: compute.outcome(workbench, scenario), workbench.dataset)
        exports.table_csv(
            "metrics", "Metrics as CSV", lambda: exports.metrics_table(compute.outcome(workbench, scenario))
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


def preview(workbench: Workbench, scenario: Scenario, sections: tuple[str, ...]) -> None:
    """The report as it will be, in a frame of its own."""
    if not sections:
        st.info("Choose at least one section.", icon=":material/checklist:")
    elif st.toggle("Preview", value=True, key="preview", persist_state="session"):
        with st.spinner("Writing the report"):
            report = compute.report_html(workbench, scenario, sections)
        with st.container(border=True):
            st.iframe(FRAME.format(html.escape(report)), height=PREVIEW_HEIGHT, alt="Preview of the report")


page = open_page("pages/report.py")
shown.scenario_line(page.workbench)
controls, report = st.columns([1, 2.8], gap="medium")
with controls, notice():
    sections = choose_sections()
    offer_files(page.workbench, page.view.scenario, sections)
    show_command(page.workbench, sections)
    open_scenario(page)
with report, notice():
    preview(page.workbench, page.view.scenario, sections)
