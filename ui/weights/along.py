"""Along one weight: every metric as a curve, and the weights at which the selected user's list changes."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from recengine.ranking import METRICS
from recengine.reports import figures, weight_tables
from recengine.reports.figures.weights import PARTS
from recengine.reports.words import direction
from recengine.scenario import Scenario, Workbench
from recengine.simulation import Sweep, is_exact
from ui import charts, compute, exports, state
from ui.frame import Open
from ui.text import plain
from ui.view import MAX_WEIGHT
from ui.weights.panels import choose_part, load_button
from ui.weights.words import (
    FIRST_METRICS,
    breakpoints_line,
    flat_line,
    metric_names,
    on_the_same_line,
    scorer_names,
    sweep_line,
    with_weight,
)

CHOSEN = "weight chosen"
OF = "weight chosen of"
CURVE_WIDTH = 380
CHANGE_COLUMNS = {
    "weight": st.column_config.NumberColumn("At weight", format="%.4f", width="small"),
    "in": st.column_config.TextColumn("In", width="medium"),
    "out": st.column_config.TextColumn("Out", width="medium"),
    "places": st.column_config.TextColumn("Places", width="large", help="Item: place before → place after"),
}


def show_along(page: Open) -> None:
    """Choose the scorer and the metrics; a click on a curve, or a number, chooses a weight."""
    view = state.current()
    called = scorer_names(page.workbench)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        scorer = st.selectbox(
            "Weight of",
            list(called),
            format_func=lambda name: called[name],
            key="swept scorer",
            width=260,
            persist_state="session",
        )
        measured = choose_part(page)
    names = metric_names(view.scenario.k)
    metrics = st.multiselect(
        "Metrics",
        list(names),
        FIRST_METRICS,
        format_func=lambda key: names[key],
        key="swept metrics",
        persist_state="session",
    )
    if measured is None:
        return
    if not metrics:
        st.info("Choose at least one metric.", icon=":material/show_chart:")
        return
    top = max(state.top(), dict(view.scenario.weights)[scorer])
    with st.spinner("Following every change of a list"):
        found = compute.sweep(measured, view.scenario, scorer, top, tuple(metrics))
    label = called[scorer]
    st.caption(plain(sweep_line(found, label)))
    chosen = _choose(view.scenario, scorer, label, found)
    baseline = on_the_same_line(view.scenario, view.baseline, scorer)
    with st.grid(2, min_column_width=CURVE_WIDTH):
        for metric in metrics:
            with st.container(gap="xsmall"):
                _curve(found, metric, names[metric], label, baseline, chosen)
    _changes(page.workbench, view.scenario, scorer, label, top)


def _choose(scenario: Scenario, scorer: str, label: str, found: Sweep) -> float:
    """The weight that is looked at, and the button that uses it; it starts at the one of now."""
    if st.session_state.get(OF) != (scorer, found.current) or CHOSEN not in st.session_state:
        st.session_state[OF] = (scorer, found.current)
        st.session_state[CHOSEN] = float(found.current)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        chosen = st.number_input(
            "Weight to look at",
            0.0,
            MAX_WEIGHT,
            step=0.01,
            format="%.4g",
            key=CHOSEN,
            width=170,
            help="Or click on a curve. The other weights stay as they are.",
        )
        if chosen > 0 or any(weight for name, weight in scenario.weights if name != scorer):
            load_button(
                "Use this weight",
                with_weight(scenario, scorer, chosen),
                key="use weight",
                primary=True,
                clicked=lambda: with_weight(state.current().scenario, scorer, st.session_state[CHOSEN]),
            )
        st.caption(
            "Line: now. Dashed: baseline, if it is on this line. Dotted: chosen. Shaded: within 1\u00a0% of the best."
        )
    return float(chosen)


def _curve(found: Sweep, metric: str, name: str, label: str, baseline: float | None, chosen: float) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(
            f"**{plain(name)}**",
            width="stretch",
            help=f"{METRICS[metric].explanation} {direction(metric).capitalize()}.",
        )
        exports.table_csv(f"weight-{metric}", "CSV", lambda: weight_tables.sweep_table(found, metric))
    parts = found.stretches(metric, PARTS)

    def choose(number: int) -> None:
        st.session_state[CHOSEN] = round(float(parts.start[number] + parts.end[number]) / 2, 6)

    charts.show_to_click(
        figures.sweep_figure(found, metric, label=label, baseline=baseline, chosen=chosen, theme=charts.PAGE),
        alt=figures.sweep_alt(found, metric, label=label),
        key=f"curve {metric}",
        on_point=choose,
    )
    st.caption(plain(f"{flat_line(found, metric, label)} n = {found.n[metric]:,} users; {METRICS[metric].variant}."))


def _changes(workbench: Workbench, scenario: Scenario, scorer: str, label: str, top: float) -> None:
    """Where the selected user's list changes."""
    st.subheader("One user's list", anchor=False)
    dataset, labels = workbench.dataset, compute.user_labels(workbench.dataset)
    chosen = st.selectbox(
        "User",
        dataset.user_ids,
        key="user",
        format_func=lambda identifier: labels[dataset.user_position[identifier]],
        width=320,
    )
    state.keep(replace(state.current(), user=chosen))
    if not is_exact(scenario.fusion):
        st.caption(
            "The strategy, or a re-ranker, leaves no exact breakpoints. Choose a weighted sum without re-rankers in "
            "the Studio to see at which weights the list of one user changes."
        )
        return
    found = compute.breakpoints(workbench, scenario, dataset.user_position[chosen], scorer, top)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(plain(breakpoints_line(found, chosen, label)), width="stretch")
        exports.table_csv("breakpoints", "CSV", lambda: weight_tables.breakpoints_table(found, dataset))
    st.dataframe(
        weight_tables.breakpoints_table(found, dataset),
        hide_index=True,
        column_config=CHANGE_COLUMNS,
        key="breakpoints",
        height=320,
    )
