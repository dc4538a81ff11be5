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
from ui.fusion.pool_depth import pool_line
from ui.fusion.rerankers import Chain, reranker_chain, tell_prices
from ui.fusion.strategy_settings import WIDE, strategy_settings
from ui.fusion.taught import taught_panel
from ui.text import plain
from ui.view import View


def combining_panel(workspace: Workspace, workbench: Workbench) -> None:
    """Strategy and re-rankers to choose; what cannot be is told, and the view stays as it is.

    What the chosen strategy must be taught first is fitted by a job: the page runs anew and waits for it.
    """
    view = state.current()
    panel = st.expander("How scores are combined", icon=":material/merge:", key="combining", on_change=_opened)
    if not panel.open:
        return
    # as chosen just now, which the view is told of below
    wide = st.session_state.get(_strategy_key(), view.scenario.strategy) in WIDE
    with panel:
        left, right = st.columns([1, 1 if wide else 2], gap="medium")
        with left.container(gap="xsmall"):
            strategy, settings = _choose_strategy(workbench, view.scenario)
            below = st.container(gap="xsmall")
        with right:
            rerankers, prices = reranker_chain(workbench, view.scenario)
    if not _adopt(workbench, view, strategy, settings, rerankers):
        st.rerun(scope="app")
    # of what is shown from now on, not of what was shown before
    scenario = state.current().scenario
    try:
        outcome = compute.shown_outcome(workbench, scenario, state.current().baseline)
    except RecengineError:
        # the desk tells why, and shows the last good list
        return
    with below:
        taught_panel(workbench, scenario.fusion.strategy)
        pool_line(workspace, workbench, outcome)
    tell_prices(workbench, scenario, outcome, prices)


def _adopt(workbench: Workbench, view: View, strategy: str, settings: dict[str, Any], rerankers: Chain) -> bool:
    """Make what the widgets show the view; what cannot be is told, and the view stays. False where another workbench is
    needed for it.
    """
    try:
        scenario = replace(view.scenario.with_strategy(strategy, settings), rerankers=rerankers)
        here = workbench_key(scenario, device_kind()) == workbench.key
        if here:
            check_fits(workbench, scenario)
            # what only the users or items of the dataset can tell, told before the list is touched
            compute.user_row(workbench, scenario, workbench.dataset.user_position[view.user])
    except RecengineError as error:
        st.error(plain(f"{error} The list is as it was before."), icon=":material/error:")
        return True
    if scenario != view.scenario:
        state.remember()
        state.keep(view.moved(scenario))
    return here


def _strategy_key() -> str:
    return f"strategy {state.generation()}"


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
        key=_strategy_key(),
    )
    kind = STRATEGIES[name]
    st.caption(plain(kind.about))
    st.caption(f":material/verified: {plain(kind.certificate)}")
    if not kind.weighs:
        st.caption("The weights of the sliders do not matter here.")
    chosen = dict(scenario.strategy_settings)
    now = chosen if name == scenario.strategy else {}
    settings = strategy_settings(name, now, workbench, scenario.fusion, f"strategy {made} {name}")
    if not kind.learns or (name, settings) == (scenario.strategy, chosen):
        return name, settings
    st.caption("It learns from the validation part first, by scorers that do not know it: that can take a minute.")
    if st.button("Learn and use it", icon=":material/school:", type="primary", key=f"learn {made}"):
        return name, settings
    return scenario.strategy, chosen
