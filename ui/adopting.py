"""From a choice of scorers to the session's scenario: at once where all is stored, else when its fit has ended."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from recengine.errors import StoreError
from recengine.jobs import Job
from recengine.scenario import Scenario
from ui import commands, jobs, state
from ui.frame import OpenDataset, notice

JOB = "job"
"""The choice in the link that names the job that the page waits for."""
ADOPTED = "told: adopted"


def start(page: OpenDataset, scenario: Scenario) -> None:
    """Use `scenario`, after fitting what is missing of it. Raises `StoreError` where nothing can be written."""
    key = page.workspace.save_scenario(scenario)
    if page.workspace.is_stored(scenario):
        _adopt(page, scenario, key)
        return
    job = commands.fit(page.workspace, page.dataset, scenario).submit(page.workspace)
    state.keep(state.current().choosing(JOB, job.id))


def follow(page: OpenDataset) -> None:
    """The fit that this session waits for, if it does: how far it is, why it gave nothing, or its scenario in use."""
    if st.session_state.pop(ADOPTED, False):
        st.toast("Fitted, and used in the Studio from now on.", icon=":material/check_circle:")
    job = _job(page)
    if job is None:
        return
    if job.state == "done":
        with notice():
            _adopt(page, *_scenario(page, job))
            st.rerun()
    with st.container(horizontal=True, vertical_alignment="center"):
        said = "are not fitted" if job.is_over else "are being fitted"
        st.markdown(f"**These scorers {said}.** The Studio keeps the ones it has.", width="content")
        if job.is_over:
            st.button("Close", icon=":material/close:", key="close fit", on_click=_close)
    jobs.job_panel(page.workspace.jobs, job, where="fit")


def _job(page: OpenDataset) -> Job | None:
    """The job that the link names, or the one that took its place when it was started again."""
    asked = dict(state.current().choices).get(JOB)
    if not asked:
        return None
    listed = page.workspace.jobs.list()
    job = next((job for job in listed if job.id == asked and job.verb == "fit"), None)
    if job is None:
        return None
    return next(other for other in listed if (other.verb, other.arguments) == (job.verb, job.arguments))


def _scenario(page: OpenDataset, job: Job) -> tuple[Scenario, str]:
    """What a fit was of. Raises `StoreError` or `ScenarioError` where its scenario is gone."""
    key = Path(job.arguments[-1]).stem
    scenario = page.workspace.load_scenario(key)
    if scenario.dataset != page.dataset.fingerprint:
        raise StoreError("job: it fitted scorers for another dataset. Choose that dataset.")
    return scenario, key


def _adopt(page: OpenDataset, scenario: Scenario, key: str) -> None:
    part = dict(state.current().choices).get("part")
    state.adopt(scenario, key, page.dataset)
    state.keep(state.current().choosing("part", part))
    st.session_state[ADOPTED] = True


def _close() -> None:
    state.keep(state.current().choosing(JOB, None))
