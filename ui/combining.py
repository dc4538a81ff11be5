"""How the scorers' opinions become one list: the strategy with its settings, and the chain of re-rankers."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import streamlit as st

from recengine.device import device_kind
from recengine.errors import RecengineError
from recengine.fusion import STRATEGIES
from recengine.scenario import Scenario, Workbench, check_fits, workbench_key
from recengine.workspace import Workspace
from ui import compute, state
from ui.pool_depth import pool_line
from ui.reranker_panel import reranker_chain
from ui.strategy_settings import WIDE, strategy_settings
from ui.taught_panel import taught_panel
from ui.text import plain


def combining_panel(workspace: Workspace, workbench: Workbench) -> None:
    """Strategy and re-rankers to choose; what cannot be is told, and the view stays as it is.

    What the chosen strategy must be taught first is fitted by a job: the page runs anew and waits for it.
    """
    view = state.current()
    panel = st.expander("How scores are combined", icon=":material/merge:", key="combining", on_change=_opened)
    if not panel.open:
        return
    with panel:
        left, right = st.columns([1, 1 if view.scenario.strategy in WIDE else 2], gap="medium")
        with left.container(gap="xsmall"):
            strategy, settings = _choose_strategy(workbench, view.scenario)
            taught_panel(workbench, view.scenario.fusion.strategy)
            pool_line(workspace, workbench, compute.outcome(workbench, view.scenario))
        with right:
            rerankers = reranker_chain(workbench, view.scenario)
    try:
        scenario = replace(view.scenario.with_strategy(strategy, settings), rerankers=rerankers)
        if workbench_key(scenario, device_kind()) == workbench.key:
            check_fits(workbench, scenario)
            # what only the users or items of the dataset can tell, told before the list is touched
            compute.user_row(workbench, scenario, workbench.dataset.user_position[view.user])
    except RecengineError as error:
        st.error(plain(f"{error} The list is as it was before."), icon=":material/error:")
        return
    if scenario == view.scenario:
        return
    state.remember()
    state.keep(view.moved(scenario))
    if workbench_key(scenario, device_kind()) != workbench.key:
        st.rerun(scope="app")


def _opened() -> None:
    """What was typed while it was open before is in the scenario: the widgets start from there."""
    state.renew_widgets()


def _choose_strategy(workbench: Workbench, scenario: Scenario) -> tuple[str, dict[str, Any]]:
    """Name and settings that the widgets show."""
    made = state.generation()
    names = list(STRATEGIES)
    name = st.selectbox(
        "Strategy",
        names,
        index=names.index(scenario.strategy),
        format_func=lambda one: STRATEGIES[one].label,
        key=f"strategy {made}",
    )
    kind = STRATEGIES[name]
    st.caption(plain(kind.about))
    st.caption(f":material/verified: {plain(kind.certificate)}")
    if not kind.weighs:
        st.caption("The weights of the sliders do not matter here.")
    chosen = dict(scenario.strategy_settings)
    now = chosen if name == scenario.strategy else {}
    settings = strategy_settings(name, now, workbench, f"strategy {made} {name}")
    if not kind.learns or (name, settings) == (scenario.strategy, chosen):
        return name, settings
    st.caption("It learns from the validation part first, by scorers that do not know it: that can take a minute.")
    if st.button("Learn and use it", icon=":material/school:", type="primary", key=f"learn {made}"):
        return name, settings
    return scenario.strategy, chosen
