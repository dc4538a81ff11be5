"""How the scorers' opinions become one list: the strategy with its settings, and the chain of re-rankers."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import streamlit as st

from recengine.device import device_kind
from recengine.errors import RecengineError
from recengine.fusion import STRATEGIES
from recengine.reports.words import combination
from recengine.scenario import Scenario, Workbench, workbench_key
from ui import state
from ui.reranker_panel import reranker_chain
from ui.settings_form import setting_widget
from ui.text import plain
from ui.view import View


def combining_panel(workbench: Workbench, view: View) -> View:
    """Strategy and re-rankers to choose; the view with them, or the one before where they cannot be.

    What the chosen strategy must be taught first is fitted by a job: the page runs anew and waits for it.
    """
    st.caption(plain(combination(view.scenario)))
    with st.expander("How scores are combined", icon=":material/merge:", key="combining"):
        left, right = st.columns(2, gap="large")
        with left:
            strategy, settings = _choose_strategy(view.scenario)
        with right:
            rerankers = reranker_chain(workbench, view.scenario)
    try:
        scenario = replace(view.scenario.with_strategy(strategy, settings), rerankers=rerankers)
        for reranker in scenario.fusion.rerankers:
            reranker.check(workbench.dataset, scenario.k)
    except RecengineError as error:
        st.error(plain(f"{error} The list is as it was before."), icon=":material/error:")
        return view
    if scenario == view.scenario:
        return view
    state.remember()
    view = view.moved(scenario)
    state.keep(view)
    if workbench_key(scenario, device_kind()) != workbench.key:
        st.rerun(scope="app")
    return view


def _choose_strategy(scenario: Scenario) -> tuple[str, dict[str, Any]]:
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
    st.markdown(plain(kind.about))
    st.caption(f":material/verified: {plain(kind.certificate)}")
    if not kind.weighs:
        st.caption("The weights of the sliders do not matter here.")
    now = dict(scenario.strategy_settings) if name == scenario.strategy else {}
    settings = {
        fact.name: setting_widget(fact, now.get(fact.name, fact.default), f"strategy {made} {name} {fact.name}")
        for fact in kind.facts()
    }
    return name, settings
