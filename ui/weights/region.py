"""The weights that are as good as the best: shaded, and the most diverse and the fairest among them, ready to load."""

from __future__ import annotations

import streamlit as st

from recengine.reports import figures
from recengine.reports.words import measure_label, share
from recengine.scenario import default_gaps
from recengine.tuning import find_measure
from recengine.workspace import WeightRegion, WeightSearch
from ui import actions, charts, exports, jobs
from ui.frame import Open
from ui.text import plain
from ui.weights import verbs
from ui.weights.measures import settings_table
from ui.weights.panels import load_button, setting_columns
from ui.weights.words import scorer_names

CHOSEN = "region chosen"
CORNERS = 3
ABOUT = (
    "Many weights are as good as the best: user by user, the difference is within chance. Among those something else "
    "may choose."
)


def show_region(page: Open, search: WeightSearch) -> None:
    """Asked for around the best weights of a search; a job finds it."""
    objective = find_measure(search.found.goal.objective)
    if not objective.per_user:
        return
    st.subheader("As good as the best", anchor=False)
    picks = ("coverage", "+novelty", *default_gaps(page.dataset))
    command = verbs.indifference(page.workspace, page.dataset, search.best, metric=objective.text, picks=picks)
    job = command.latest(page.workspace)
    if job is None or job.state != "done":
        with st.container(horizontal=True, vertical_alignment="center"):
            st.caption(ABOUT, width="stretch")
            if job is None or job.is_over:
                st.button(
                    "Which weights are as good?",
                    icon=":material/blur_on:",
                    key="find region",
                    on_click=actions.attempt,
                    args=(lambda: verbs.submit(page.workspace, search.best, command),),
                )
        if job is not None:
            jobs.job_panel(page.workspace.jobs, job, where="region")
        return
    answer = page.workspace.indifference(page.dataset, search.best, metric=objective.text, picks=picks)
    _show(page, answer, search.found.goal.k)


def _show(page: Open, answer: WeightRegion, k: int) -> None:
    region = answer.region
    labels = scorer_names(page.workbench)
    called = [labels.get(name, name) for name in region.among]
    alike = int(region.alike.sum())
    said = f"{alike:,} of {len(region.points):,} settings cannot be told from the best by "
    said += measure_label(region.metric, k)
    if region.interval is not None:
        low, high = region.interval
        said += f": {called[0]} from {share(low, 0)} to {share(high, 0)}, the rest {called[1]}"
    st.markdown(plain(f"{said}. {ABOUT}"))
    if len(region.among) == CORNERS and region.step is not None:
        kept = st.session_state.get(CHOSEN)
        chosen = kept[1] if kept is not None and kept[0] == answer.key else None
        charts.show_to_click(
            figures.region_figure(region, labels=called, chosen=chosen, k=k, theme=charts.PAGE),
            alt=figures.region_alt(region, labels=called),
            key="region",
            on_point=lambda number: st.session_state.update({CHOSEN: (answer.key, number)}),
        )
        if chosen is not None:
            load_button("Load the chosen mix onto the sliders", answer.at(chosen), key="load region point")
    rows = {"Best": region.best}
    for text, number in region.picks.items():
        measure = find_measure(text)
        rows[f"{'Most' if measure.higher_is_better else 'Least'} {measure.label}"] = number
    st.dataframe(
        settings_table(region.points, rows, labels, k),
        hide_index=True,
        key="picks",
        column_config=setting_columns(region.points, labels, k),
    )
    with st.container(horizontal=True):
        for name, number in rows.items():
            load_button(plain(f"Load {name[0].lower()}{name[1:]}"), answer.at(number), key=f"load {name}")
        everything = {str(number + 1): number for number in range(len(region.points)) if region.alike[number]}
        exports.table_csv("as-good", "All of them as CSV", lambda: settings_table(region.points, everything, labels, k))
