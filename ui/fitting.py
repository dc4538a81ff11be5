"""From a scenario to its workbench: at once where all of it is stored, else by a job that the page waits for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import NoReturn

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from recengine.data import Dataset
from recengine.device import device_kind
from recengine.errors import StoreError
from recengine.fusion import STRATEGIES
from recengine.jobs import Job
from recengine.models import Recipe
from recengine.progress import Progress
from recengine.scenario import Scenario, Workbench, default_scenario, workbench_key
from recengine.workspace import Workspace
from ui import actions, commands, compute, jobs, state
from ui.models import sending
from ui.text import plain
from ui.view import View, default_view

WAITED = "job waited for"
FITTED = "view that was fitted"
LOST = (
    "The fit has ended, but not all of it is in the workspace: part of it was deleted, or the job ran on another kind "
    "of device."
)


def workbench(workspace: Workspace, dataset: Dataset, view: View) -> Workbench:
    """The workbench of the view; where it is not stored, the page shows the job that fits it and ends here.

    A fit that ended without a result is told with its reason and the ways on; nothing is started again unasked.
    """
    if not compute.is_ready(view.scenario):
        job = commands.fit(workspace, dataset, view.scenario).latest(workspace)
        if job is not None and not job.is_over:
            _wait(workspace, job)
        if not workspace.is_stored(view.scenario):
            _fit(workspace, dataset, view, job)
    made = _loaded(workspace, dataset, view)
    st.session_state.pop(WAITED, None)
    st.session_state[FITTED] = view
    return made


def submit(workspace: Workspace, dataset: Dataset, view: View) -> Job:
    """Have the view's scenario fitted by a job. Raises `StoreError` where the workspace cannot be written."""
    workspace.save_scenario(view.scenario)
    return commands.fit(workspace, dataset, view.scenario).submit(workspace)


def ways_back(workspace: Workspace, dataset: Dataset, view: View) -> dict[str, View]:
    """Other views of the dataset by what they are called: what the session showed last, the dataset's default."""
    default = default_view(dataset, default_scenario(dataset))
    ways = {"Use the default scorers": default}
    last = st.session_state.get(FITTED)
    if last is not None and last.start.dataset == dataset.fingerprint and workspace.is_stored(last.scenario):
        ways = {"Back to what was shown": last, **ways}
    tried, ways_on = {_fit_key(view)}, {}
    for called, way in ways.items():
        if _fit_key(way) not in tried:
            tried.add(_fit_key(way))
            ways_on[called] = way
    return ways_on


def _fit_key(view: View) -> str:
    return workbench_key(view.scenario, device_kind())


def _fit(workspace: Workspace, dataset: Dataset, view: View, job: Job | None) -> NoReturn:
    """Show the job that fits the view; it is submitted unless the last one ended without a result."""
    if job is None or (job.state == "done" and job.id != st.session_state.get(WAITED)):
        sent = sending.to_be_fitted(workspace, view.scenario)
        if sent:
            _ask_to_send(workspace, dataset, view, sent)
        _wait(workspace, submit(workspace, dataset, view))
    lost = job.state == "done"
    st.warning(LOST if lost else "The scorers of this view are not fitted.", icon=":material/model_training:")
    with st.container(horizontal=True, gap="small"):
        if lost:
            _fit_again(workspace, dataset, view)
        for called, way in ways_back(workspace, dataset, view).items():
            st.button(called, icon=":material/undo:", key=f"way {called}", on_click=state.show, args=(way,))
        st.page_link("pages/models.py", label="Choose other scorers", icon=":material/model_training:")
    jobs.job_panel(workspace.jobs, job, where="fit")
    st.stop()


def _ask_to_send(workspace: Workspace, dataset: Dataset, view: View, sent: Mapping[str, Recipe]) -> NoReturn:
    """Nothing is sent to a language model before the analyst has seen what."""
    st.warning("Fitting the scorers of this view sends texts to a language model.", icon=":material/outgoing_mail:")
    with st.container(horizontal=True, gap="small"):
        st.button(
            "Fit and send",
            type="primary",
            icon=":material/send:",
            key="fit and send",
            on_click=actions.attempt,
            args=(lambda: _send(workspace, dataset, view, sent),),
        )
        for called, way in ways_back(workspace, dataset, view).items():
            st.button(called, icon=":material/undo:", key=f"way {called}", on_click=state.show, args=(way,))
    sending.show_sending(workspace, dataset, sent, view.scenario)
    st.stop()


def _send(workspace: Workspace, dataset: Dataset, view: View, sent: Mapping[str, Recipe]) -> None:
    sending.agree(workspace, dataset, sent, view.scenario)
    submit(workspace, dataset, view)


def _wait(workspace: Workspace, job: Job) -> NoReturn:
    st.session_state[WAITED] = job.id
    jobs.job_panel(workspace.jobs, job, where="fit")
    st.caption("The page goes on by itself when this is done. It runs outside this page: leave or reload as you like.")
    st.stop()


def _loaded(workspace: Workspace, dataset: Dataset, view: View) -> Workbench:
    """The stored workbench; what is damaged is told, and can be fitted again."""
    try:
        with _progress("Opening the dataset and its fitted scorers") as progress:
            made = compute.workbench(workspace, dataset, view.scenario, progress)
            _open_baseline(workspace, dataset, view.baseline, progress)
            return made
    except StoreError as error:
        st.error(plain(str(error)), icon=":material/error:")
        _fit_again(workspace, dataset, view)
        st.stop()


def _open_baseline(workspace: Workspace, dataset: Dataset, baseline: Scenario, progress: Progress) -> None:
    """What the baseline's strategy learned, which the view's own workbench need not have."""
    if STRATEGIES[baseline.strategy].learns and not compute.is_ready(baseline) and workspace.is_stored(baseline):
        # one that is damaged is told where the baseline is shown
        with suppress(StoreError):
            compute.workbench(workspace, dataset, baseline, progress)


def _fit_again(workspace: Workspace, dataset: Dataset, view: View) -> None:
    st.button(
        "Fit again",
        icon=":material/restart_alt:",
        key="fit_again",
        on_click=actions.attempt,
        args=(lambda: submit(workspace, dataset, view),),
    )


@contextmanager
def _progress(text: str) -> Iterator[Progress]:
    """A progress bar that is gone afterwards."""
    bar = st.progress(0.0, text)
    try:
        yield lambda share, said: _advance(bar, share, said)
    finally:
        bar.empty()


def _advance(bar: DeltaGenerator, share: float, said: str) -> None:
    bar.progress(min(max(share, 0.0), 1.0), plain(said))
