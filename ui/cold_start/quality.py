"""How good the lists of new users are, on the Cold start page: measured on users held out whole."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from recengine.coldstart import NewcomerQuality, measure_newcomers
from recengine.data import Dataset
from recengine.reports import cold_start_tables as tables
from recengine.reports.figures.newcomers import NAMES, newcomer_quality_alt, newcomer_quality_figure
from recengine.scenario import Scenario, Workbench
from recengine.workspace import Workspace
from ui import actions, charts, commands, compute, exports, jobs, parts, state
from ui.cold_start import widgets
from ui.cold_start.user import HELPERS
from ui.frame import notice
from ui.text import plain

FIGURES = {
    "method": "Method",
    "items_known": "Items known",
    "mean": "Mean",
    "low": "Low",
    "high": "High",
    "n": "Users",
}
SPLIT = "cold-users"
ABOUT = (
    "A fifth of the users is held out whole, and the scorers are fitted on the others. Of each held-out user some "
    "items are made known, and the list is measured on the items that are not: the same users, items to find and "
    "candidates at every amount."
)


def quality(workspace: Workspace, workbench: Workbench) -> None:
    """Quality by the amount known: fitted and measured when asked for."""
    dataset = workbench.dataset
    scenario = cold_scenario(state.current().scenario)
    st.caption(ABOUT)
    with notice():
        if not (compute.is_ready(scenario) or workspace.is_stored(scenario)):
            _fit(workspace, dataset, scenario)
            return
        _measured(workspace, dataset, scenario)


def cold_scenario(scenario: Scenario) -> Scenario:
    """The scenario with users held out whole."""
    return replace(scenario, split=SPLIT, all_data=False)


def _fit(workspace: Workspace, dataset: Dataset, scenario: Scenario) -> None:
    """Have the scorers fitted without the users to measure on, as a job."""
    command = commands.fit(workspace, dataset, scenario)
    job = command.latest(workspace)
    if job is not None:
        jobs.job_panel(workspace.jobs, job, where="cold")
        if not job.is_over:
            return

    def submit() -> None:
        workspace.save_scenario(scenario)
        command.submit(workspace)

    st.button(
        "Fit without a fifth of the users",
        type="primary",
        icon=":material/play_arrow:",
        key="fit_cold",
        on_click=actions.attempt,
        args=(submit,),
    )


def _measured(workspace: Workspace, dataset: Dataset, scenario: Scenario) -> None:
    with st.spinner("Measuring the lists of held-out users"):
        bench = compute.workbench(workspace, dataset, scenario, lambda share, text: None)
        found = _quality(bench.key, scenario, _workspace=workspace, _workbench=bench)
    labels = HELPERS | parts.labels(bench)
    called = labels | NAMES
    with st.container(horizontal=True, vertical_alignment="center"):
        st.subheader("How good by how much is known?", anchor=False, width="stretch")
        table = tables.newcomer_quality_table(found, called)
        exports.table_csv("newcomer_quality", "Quality as CSV", lambda: table)
    charts.show(
        newcomer_quality_figure(found, labels=labels, theme=charts.PAGE),
        alt=newcomer_quality_alt(found, labels=labels),
        key="newcomer_quality",
    )
    with st.expander("The figures", icon=":material/table_rows:"):
        st.dataframe(
            table.rename(FIGURES),
            hide_index=True,
            key="newcomer_figures",
            column_config={name: st.column_config.NumberColumn(format="%.4f") for name in ("Mean", "Low", "High")},
        )
    words = next((one for one in found.words or () if one), None)
    said = f"{len(found.users):,} held-out users, lists of {found.k}, mean with 95 % interval."
    if words:
        said += f" For words stand a user's favourite categories, such as {words!r}."
    st.caption(plain(said))


@st.cache_resource(max_entries=8, show_spinner=False, hash_funcs={Scenario: lambda scenario: scenario.key})
def _quality(key: str, scenario: Scenario, *, _workspace: Workspace, _workbench: Workbench) -> NewcomerQuality:
    return measure_newcomers(
        _workbench.scorers,
        _workbench.fitted_on,
        _workbench.split.test.matrix,
        scenario.fusion,
        k=scenario.k,
        seed=scenario.seed,
        resources=widgets.resources(_workspace),
    )
