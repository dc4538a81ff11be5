"""Jobs on a page: a panel each, followed while they run, and a line about them in every header.

Nothing is looked up again by itself unless a job is active. When the last one ends the page runs anew.
"""

from __future__ import annotations

from datetime import UTC, datetime

import streamlit as st

from recengine.errors import StoreError
from recengine.jobs import Job, Jobs
from recengine.outgoing import Outgoing
from recengine.workspace import Workspace
from ui import actions, job_words
from ui.models import sending
from ui.text import plain
from ui.view import View

SECONDS_BETWEEN_LOOKS = 1.0
LOG_HEIGHT = 260
JOBS_PAGE = "pages/models.py"


def header_line(workspace: Workspace, view: View) -> None:
    """What is going on, in one line that keeps itself up to date, with the way to the jobs; nothing without."""
    if _any_active(workspace):
        st.fragment(_header_line, run_every=SECONDS_BETWEEN_LOOKS, key="jobs line")(workspace, view)


def job_panel(jobs: Jobs, job: Job, *, where: str = "") -> None:
    """A job with what can be done about it; followed while it is active, and then the page runs anew.

    where: what tells the widgets apart from those of the same job elsewhere on the page.
    """
    if job.is_over:
        _draw(jobs, job, where)
    else:
        st.fragment(_follow, run_every=SECONDS_BETWEEN_LOOKS, key=f"job {where} {job.id}")(jobs, job.id, where)


def job_list(jobs: Jobs, listed: list[Job]) -> None:
    """Jobs as panels: those that are active first, in the order in which they run, then the latest."""
    for job in [job for job in reversed(listed) if not job.is_over] + [job for job in listed if job.is_over]:
        job_panel(jobs, job, where="list")


def _header_line(workspace: Workspace, view: View) -> None:
    said = job_words.summary(workspace.jobs.list())
    if not said:
        st.rerun()
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="jobs_line"):
        st.caption(f":material/progress_activity: {plain(said)}", width="content")
        link = view.choosing("part", "jobs").params()
        st.page_link(JOBS_PAGE, label="Show jobs", icon=":material/list:", width="content", query_params=link)


def _follow(jobs: Jobs, job_id: str, where: str) -> None:
    try:
        job = jobs.get(job_id)
    except StoreError:  # deleted meanwhile
        st.rerun()
    if job.is_over:
        st.rerun()
    actions.tell()
    _draw(jobs, job, where)


def _draw(jobs: Jobs, job: Job, where: str) -> None:
    asked = jobs.asked(job.id) if job.state == "failed" and job.verb else None
    word, icon, color = job_words.STATES[job.state] if asked is None else job_words.ASKS
    key = f"{where} {job.id}"
    with st.container(border=True, gap="small"):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(f"**{plain(job.title)}**", width="stretch")
            st.badge(word, icon=icon, color=color)  # type: ignore[arg-type]
        if not job.is_over:
            st.progress(job.share, plain(job_words.progress(job)))
        said = job_words.reason(job)
        if said:
            st.markdown(plain(said))
        if asked is not None:
            sending.show_asked(asked)
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.caption(plain(job_words.times(job, datetime.now(UTC))), width="stretch")
            if not job.is_over:
                st.button(
                    "Cancel",
                    icon=":material/cancel:",
                    key=f"cancel {key}",
                    on_click=actions.attempt,
                    args=(lambda: jobs.cancel(job.id),),
                )
            elif asked is not None:
                st.button(
                    "Fit and send",
                    type="primary",
                    icon=":material/send:",
                    key=f"send {key}",
                    on_click=actions.attempt,
                    args=(lambda: _send(jobs, job, asked),),
                )
            elif job.state != "done" and job.verb:
                st.button(
                    "Start again",
                    icon=":material/restart_alt:",
                    key=f"again {key}",
                    on_click=actions.attempt,
                    args=(lambda: jobs.again(job.id),),
                )
            if job.is_over:
                st.button(
                    "Delete",
                    icon=":material/delete:",
                    key=f"delete {key}",
                    type="tertiary",
                    help="Forget this job and its log. What it stored stays.",
                    on_click=actions.attempt,
                    args=(lambda: jobs.delete(job.id),),
                )
        log = st.expander("Log", icon=":material/terminal:", key=f"log {key}", on_change="rerun")
        if log.open:
            log.code(jobs.log(job.id) or "Nothing was printed.", language=None, height=LOG_HEIGHT, wrap_lines=True)


def _send(jobs: Jobs, job: Job, asked: Outgoing) -> None:
    """What was shown, and from the beginning what the job is for; what it stored before is taken as it is."""
    jobs.agree(asked.key)
    jobs.again(job.id)


def _any_active(workspace: Workspace) -> bool:
    return any(not job.is_over for job in workspace.jobs.list())
