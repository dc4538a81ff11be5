"""Studio: move the weights, and at once see the list, the reasons and the quality change."""

from dataclasses import replace

import streamlit as st

from recengine.errors import RecengineError
from recengine.fusion import NEUTRALS, NORMALIZATIONS, fuse_row
from recengine.scenario import Workbench
from ui import components, compute, exports, panels, state, widgets
from ui.frame import notice, open_page
from ui.text import plain
from ui.view import MAX_K, View, chosen


@st.fragment(key="studio")
def studio(workbench: Workbench) -> None:
    """Everything that a slider changes, in one piece that runs alone."""
    state.restore_widgets(state.current())
    controls, results = st.columns([1, 3.6], gap="medium")
    strip = results.container()
    with controls:
        view = choose_weights(workbench)
    if view is None:
        return
    outcome = compute.outcome(workbench, view.scenario)
    baseline = compute.outcome(workbench, view.baseline)
    with results:
        view = widgets.choose_user(workbench, view, outcome, baseline)
        user = workbench.dataset.user_position[view.user]
        row = fuse_row(workbench.pool, workbench.source, view.scenario.fusion, user)
        before = fuse_row(workbench.pool, workbench.source, view.baseline.fusion, user)
        shown, behind = st.columns([2.2, 1], gap="medium")
        with shown:
            components.ranked_list(panels.list_panel(workbench, view, outcome, row, before), on_explain=explain)
            exports.list_csv(workbench, view, outcome)
        with behind:
            components.history(panels.history_panel(workbench, view, row))
            exports.history_csv(workbench, view)
    with strip:
        components.metric_strip(panels.metrics_panel(workbench, view, outcome, baseline))
    with controls, st.container(horizontal=True, gap="xsmall"):
        exports.metrics_csv(outcome)
        exports.scenario_json(view.scenario)
    state.keep(view)
    state.write_link(view)


def choose_weights(workbench: Workbench) -> View | None:
    """The view with the sliders' weights; None where they rank nothing."""
    view = state.current()
    st.subheader("Weights", anchor=False)
    top = state.top()
    weights = {
        name: st.slider(
            plain(fitted.label), 0.0, top, step=top / 20, key=f"w_{name}", on_change=state.remember, format="%.2f"
        )
        for name, fitted in workbench.fitted.items()
    }
    mix = st.container()
    left, right = st.columns(2)
    normalization = left.selectbox(
        "Normalisation", NORMALIZATIONS, key="norm", on_change=state.remember, help=widgets.NORMALIZATION_HELP
    )
    neutral = right.selectbox(
        "No opinion is", NEUTRALS, key="neutral", on_change=state.remember, help=widgets.NEUTRAL_HELP
    )
    k = left.number_input("List length k", 1, min(MAX_K, workbench.dataset.n_items), key="k", on_change=state.remember)
    widgets.baseline_buttons(view)
    try:
        scenario = chosen(view.scenario, weights=weights, normalization=normalization, neutral=neutral, k=int(k))
    except RecengineError as error:
        st.error(plain(str(error)), icon=":material/error:")
        return None
    with mix:
        components.weight_mix(panels.mix_panel(workbench, scenario, view.baseline))
    return view.moved(scenario)


def explain() -> None:
    """To the page that says why the clicked item is here."""
    item = components.explained_item()
    if item is not None:
        view = replace(state.current(), item=item)
        st.switch_page("pages/explain.py", query_params=view.params())


page = open_page("pages/studio.py")
with notice():
    studio(page.workbench)
