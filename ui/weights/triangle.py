"""Triangle: a metric over all mixes of three scorers."""

from __future__ import annotations

import streamlit as st

from recengine.ranking import METRICS
from recengine.reports import figures, weight_tables
from recengine.reports.words import direction, metric_value
from recengine.scenario import Scenario, Workbench
from recengine.simulation import Triangle
from ui import charts, compute, exports, state
from ui.frame import Open
from ui.text import plain
from ui.weights.panels import choose_part, load_button
from ui.weights.words import metric_names, mix_line, mix_now, scorer_names, with_mix

CORNERS = 3
STEPS = {10: "10 %", 20: "5 %", 40: "2.5 %"}
MIX = "mix chosen"


def show_triangle(page: Open) -> None:
    """Choose three scorers, a metric and a step; a click on the map chooses a mix."""
    view = state.current()
    called = scorer_names(page.workbench)
    if len(called) < CORNERS:
        st.info("A triangle needs three scorers. Choose another on the Models page.", icon=":material/change_history:")
        return
    names = {key: name for key, name in metric_names(view.scenario.k).items() if key in compute.TRIANGLE}
    with st.container(horizontal=True, vertical_alignment="bottom"):
        heaviest = sorted(called, key=lambda name: -dict(view.scenario.weights)[name])[:CORNERS]
        corners = st.multiselect(
            "Three scorers",
            list(called),
            [name for name in called if name in heaviest],
            format_func=lambda name: called[name],
            max_selections=CORNERS,
            key="corners",
            persist_state="session",
        )
        metric = st.selectbox(
            "Metric",
            list(names),
            format_func=lambda key: names[key],
            key="triangle metric",
            width=240,
            persist_state="session",
        )
        parts = st.selectbox(
            "Step",
            list(STEPS),
            index=1,
            format_func=lambda number: STEPS[number],
            key="triangle parts",
            width=110,
            help="How far the mixes are apart",
            persist_state="session",
        )
        measured = choose_part(page)
    if measured is None:
        return
    if len(corners) != CORNERS:
        st.info("Choose exactly three scorers.", icon=":material/change_history:")
        return
    scorers = tuple(name for name in called if name in corners)
    found = _measured(measured, view.scenario, scorers, parts)
    labels = [called[name] for name in scorers]
    now = mix_now(view.scenario, scorers)
    chosen = _chosen(found)
    left, right = st.columns([3, 2], gap="medium")
    with left:
        st.markdown(
            f"**{plain(names[metric])}**", help=f"{METRICS[metric].explanation} {direction(metric).capitalize()}."
        )
        charts.show_to_click(
            figures.triangle_figure(found, metric, labels=labels, current=now, chosen=chosen, theme=charts.PAGE),
            alt=figures.triangle_alt(found, metric, labels=labels),
            key="triangle",
            on_point=lambda number: st.session_state.update({MIX: (found.scorers, found.parts, number)}),
        )
    with right:
        _say(view.scenario, found, metric, called, chosen)


def _measured(measured: Workbench, scenario: Scenario, scorers: tuple[str, ...], parts: int) -> Triangle:
    with st.spinner(f"Measuring {(parts + 1) * (parts + 2) // 2} mixes"):
        return compute.triangle(measured, scenario, scorers, parts)


def _chosen(found: Triangle) -> int | None:
    """The number of the mix that was clicked, if it was clicked on this very lattice."""
    kept = st.session_state.get(MIX)
    return kept[2] if kept is not None and kept[:2] == (found.scorers, found.parts) else None


def _say(scenario: Scenario, found: Triangle, metric: str, called: dict[str, str], chosen: int | None) -> None:
    """The mix that was clicked with all its metrics, and the table."""
    values = found.values[metric]
    others = [called[name] for name in scenario.scorers if name not in found.scorers]
    said = "Cross: the mix of now"
    if any(weight and name not in found.scorers for name, weight in scenario.weights):
        said += ", without the other scorers"
    alone = f" {', '.join(others)}: no weight here." if others else ""
    st.caption(plain(f"{figures.triangle_alt(found, metric, labels=[called[name] for name in found.scorers])}{alone}"))
    st.caption(plain(f"{said}. Dots: within 1 % of the best. n = {found.n[metric]:,} users."))
    if chosen is None:
        st.caption("Click on the map to choose a mix.")
    else:
        st.markdown(f"**{plain(mix_line(found, called, chosen))}**")
        st.metric(
            plain(metric_names(found.k)[metric]), metric_value(metric, float(values[chosen])), border=True, width=220
        )
        load_button("Use this mix", with_mix(scenario, found, chosen), key="use mix", primary=True)
    table = weight_tables.triangle_table(found)
    st.dataframe(
        table,
        hide_index=True,
        key="mixes",
        height=260,
        column_config={name: st.column_config.NumberColumn(called[name], format="percent") for name in found.scorers}
        | {key: st.column_config.NumberColumn(METRICS[key].label, format="%.4f") for key in found.values},
    )
    exports.table_csv("triangle", "Mixes as CSV", lambda: table)
