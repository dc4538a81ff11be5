"""Studio: move the weights, and at once see the list, the reasons and the quality change."""

from dataclasses import replace

import streamlit as st

from recengine.errors import RecengineError
from recengine.scenario import Workbench
from ui import components, compute, exports, panels, state, widgets
from ui.frame import notice, open_page
from ui.text import plain
from ui.view import View


@st.fragment(key="studio")
def studio(workbench: Workbench) -> None:
    """The sliders and all that they change. It runs alone, so it holds as few elements as it can."""
    controls, results = st.columns([1, 4], gap="medium")
    with controls, notice():
        view = move_weights(workbench, state.current())
    with results, notice():
        outcome = compute.outcome(workbench, view.scenario)
        baseline = compute.outcome(workbench, view.baseline)
        user = workbench.dataset.user_position[view.user]
        row = compute.user_row(workbench, view.scenario, user)
        before = compute.user_row(workbench, view.baseline, user)
        history = compute.user_history(workbench, user)
        data = panels.results_panel(workbench, view, outcome, baseline, row, before, history)
        components.results(data, on_explain=explain)
    state.keep(view)
    state.write_link(view)


def move_weights(workbench: Workbench, view: View) -> View:
    """The view with the sliders' weights; the one before where they rank nothing."""
    weights = {name: widgets.weight_slider(name, fitted.label) for name, fitted in workbench.fitted.items()}
    try:
        view = replace(view, scenario=view.scenario.with_weights(weights))
    except RecengineError as error:
        st.error(plain(str(error)), icon=":material/error:")
    components.weight_mix(panels.mix_panel(workbench, view.scenario, view.baseline))
    return view


def explain() -> None:
    """To the page that says why the clicked item is here."""
    item = components.explained_item()
    if item is not None:
        st.switch_page("pages/explain.py", query_params=replace(state.current(), item=item).params())


page = open_page("pages/studio.py")
with st.container(horizontal=True, vertical_alignment="center"):
    widgets.choose_user(page.workbench)
    widgets.choose_settings(page.workbench)
    widgets.baseline_buttons()
    exports.studio_exports(page.workbench)
studio(page.workbench)
