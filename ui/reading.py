"""What all users' figures leave out where a re-ranker would have to read pairs of texts for long; having it read."""

from __future__ import annotations

import streamlit as st

from recengine.data import Dataset
from recengine.fusion.pair_scores import Unread
from recengine.jobs import Job
from recengine.models.training.cost import rough_time
from recengine.scenario import Scenario, Workbench, reading_labels, reads_pairs
from recengine.workspace import Workspace
from ui import actions, commands, compute, jobs
from ui.text import plain
from ui.view import View


def note(workspace: Workspace, workbench: Workbench, view: View, *, beside: bool = True) -> None:
    """Nothing where everything is read; else what is left out, how long it would take, and the job that reads it.

    beside: the figures are compared with the view's baseline, which may have to be read too.
    """
    asked = [one for one in ([view.scenario, view.baseline] if beside else [view.scenario]) if reads_pairs(one)]
    if not asked:
        # most moves of a slider: not even a look into a cache
        return
    own = next((one for one in asked if compute.left_to_read(workbench, one) is not None), None)
    left = compute.left_to_read(workbench, *asked)
    if left is None:
        return
    scenario = own or view.scenario
    command = commands.evaluate(workspace, workbench.dataset, scenario)
    job = command.latest(workspace)
    with st.container(border=True, gap="small", key="reading"):
        st.markdown(f":material/hourglass_top: {plain(left_out(scenario, left))}")
        if job is not None and not job.is_over:
            jobs.job_panel(workspace.jobs, job, where="reading")
            return
        if job is not None and job.state in ("failed", "dead"):
            jobs.job_panel(workspace.jobs, job, where="reading")
        st.button(
            f"Read {left.users:,} users ({rough_time(left.seconds)})",
            icon=":material/play_arrow:",
            key="read all",
            help="As a job, beside this page. It can be cancelled; what was read until then is kept, so that the next "
            "one goes on from there.",
            on_click=actions.attempt,
            args=(lambda: submit(workspace, workbench.dataset, scenario),),
        )


def tell_left_out(scenario: Scenario) -> None:
    """On a page that tries many weights, each of which would ask for other pairs."""
    if reads_pairs(scenario):
        left_out = reading_labels(scenario).lower()
        st.caption(
            f":material/info: {plain(f'Weights are tried without the {left_out} here: each would have it read anew.')}"
        )


def left_out(scenario: Scenario, left: Unread) -> str:
    """What the figures of all users are without, and why."""
    return (
        f"Figures of all users, and their lists, are without the {reading_labels(scenario).lower()}; one user's list "
        f"has it. {to_read(scenario, left)}"
    )


def to_read(scenario: Scenario, left: Unread) -> str:
    """ "The click model has 931 of 943 users still to read, 2.7 s each: about 40 minutes." """
    pace = f"{left.seconds_a_user:.1f} s" if left.seconds_a_user >= 0.1 else f"{1000 * left.seconds_a_user:.0f} ms"
    return (
        f"The {reading_labels(scenario).lower()} has {left.users:,} of {left.of:,} users still to read, {pace} each: "
        f"{rough_time(left.seconds)}."
    )


def submit(workspace: Workspace, dataset: Dataset, scenario: Scenario) -> Job:
    """Have the lists of all users read and measured by a job. Raises `StoreError`."""
    workspace.save_scenario(scenario)
    return commands.evaluate(workspace, dataset, scenario).submit(workspace)
