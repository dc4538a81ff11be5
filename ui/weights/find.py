"""Find weights: what is wanted, the search as a job, and what it found, ready for the sliders."""

from __future__ import annotations

import streamlit as st

from recengine.reports import figures
from recengine.reports.words import measure_label, share
from recengine.scenario import Scenario
from recengine.tuning import find_measure
from recengine.workspace import WeightSearch
from ui import actions, charts, commands, exports, jobs, state
from ui.frame import Open
from ui.text import plain
from ui.weights import verbs
from ui.weights.measures import (
    bounds,
    change_words,
    goals,
    limit_text,
    measure_value,
    points_table,
    search_title,
    settings_table,
)
from ui.weights.panels import load_button, setting_columns
from ui.weights.region import show_region
from ui.weights.words import scorer_names

EVALUATIONS, SECONDS = "Settings", "Seconds"
MAX_EVALUATIONS = 100_000
FLOOR, CEILING = "at least", "at most"
CHOSEN = "front chosen"
CAUTION = (
    "The best of many looks at the same users is a little too good there. The figure on the test part is from one "
    "single look: it is the one to tell others."
)


def show_find(page: Open) -> None:
    """The form, the search that runs, and the searches that are stored."""
    scenario = state.current().scenario
    if len(scenario.scorers) < 2:
        st.info("There is only one scorer, so there is nothing to weigh. Add another on the Models page.")
        return
    if scenario.all_data:
        st.info("Fitted on all data, so nothing is left to choose weights on. Choose a split.", icon=":material/info:")
        return
    _ask(page, scenario)
    job = commands.latest_of(page.workspace, "find-weights", page.dataset.name)
    if job is not None and job.state != "done":
        jobs.job_panel(page.workspace.jobs, job, where="find")
    searches = {search.key: search for search in page.workspace.weight_searches(page.dataset)}
    if not searches:
        if job is None or job.is_over:
            st.caption("No search has run on this dataset yet.")
        return
    # a search that has just ended is the one to look at
    newest = next(iter(searches))
    if st.session_state.get("newest search") != newest:
        st.session_state["newest search"] = newest
        st.session_state["search shown"] = newest
    key = st.selectbox(
        "Search",
        list(searches),
        format_func=lambda key: search_title(searches[key]),
        key="search shown",
        persist_state="session",
    )
    _results(page, searches[key])


def _ask(page: Open, scenario: Scenario) -> None:
    possible, limitable = goals(page.dataset, scenario.k), bounds(page.dataset, scenario.k)
    with st.container(border=True):
        with st.grid(3, min_column_width=240):
            objective = st.selectbox(
                "Maximise",
                list(possible),
                format_func=lambda text: possible[text],
                key="weights objective",
                help="What is best, on the validation part; a gap and Gini are made small.",
                persist_state="session",
            )
            front = st.multiselect(
                "Pareto front of",
                list(possible),
                ["ndcg", "coverage"],
                format_func=lambda text: possible[text],
                max_selections=3,
                key="weights front",
                help="Two or three: every setting to which no other is preferred by all of them. None: no front.",
                persist_state="session",
            )
            limited = st.multiselect(
                "Floors and ceilings on",
                list(limitable),
                format_func=lambda text: limitable[text],
                key="weights limits",
                persist_state="session",
            )
        floors, ceilings = _limits(limited, limitable)
        with st.container(horizontal=True, vertical_alignment="bottom"):
            kind = st.segmented_control(
                "Stop after",
                (EVALUATIONS, SECONDS),
                default=EVALUATIONS,
                required=True,
                key="weights effort",
                persist_state="session",
            )
            evaluations, seconds = None, None
            if kind == EVALUATIONS:
                evaluations = int(
                    st.number_input(
                        "Settings to look at", 10, MAX_EVALUATIONS, 1000, step=100, key="settings wanted", width=190
                    )
                )
            else:
                seconds = float(st.number_input("Seconds", 1.0, 3600.0, 30.0, key="seconds wanted", width=190))
            command = verbs.find_weights(
                page.workspace,
                page.dataset,
                scenario,
                objective=objective,
                floors=floors,
                ceilings=ceilings,
                front=front,
                evaluations=evaluations,
                seconds=seconds,
            )
            # no callback: that would ask what the form said at the run before
            if st.button(
                "Find weights",
                type="primary",
                icon=":material/travel_explore:",
                key="find weights",
                disabled=len(front) == 1,
                help="One metric makes no front: choose another, or none." if len(front) == 1 else None,
            ):
                actions.attempt(lambda: verbs.submit(page.workspace, scenario, command))
                st.rerun()
        st.caption(
            plain(
                f"Searched on the validation part with seed {scenario.seed}, from the weights of now; strategy, "
                "normalisation and re-rankers stay. The test part is looked at once, at the end."
            )
        )


def _limits(limited: list[str], called: dict[str, str]) -> tuple[list[str], list[str]]:
    """A row for each: at least or at most how much."""
    sides: dict[str, list[str]] = {FLOOR: [], CEILING: []}
    for text in limited:
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(plain(called[text]), width=280)
            lower = find_measure(text).attribute is not None or find_measure(text).metric == "gini"
            side = st.segmented_control(
                "Side",
                (FLOOR, CEILING),
                default=CEILING if lower else FLOOR,
                required=True,
                key=f"side {text}",
                label_visibility="collapsed",
            )
            bound = st.number_input(
                f"Bound on {plain(called[text])}",
                value=0.1,
                step=0.01,
                format="%.4g",
                key=f"bound {text}",
                label_visibility="collapsed",
                width=150,
            )
        sides[side or FLOOR].append(limit_text(text, float(bound)))
    return sides[FLOOR], sides[CEILING]


def _results(page: Open, search: WeightSearch) -> None:
    found, goal = search.found, search.found.goal
    points, objective = found.points, goal.objective
    label, labels = measure_label(objective, goal.k), scorer_names(page.workbench)
    alone = points.scorers[int(points.weights[found.single].argmax())]
    with st.grid(3, min_column_width=230):
        _figure(
            f"{label}, validation",
            measure_value(objective, float(points.values[objective][found.best])),
            f"found against before: {change_words(objective, found.against_start)}",
        )
        _figure(
            f"{label}, validation: {labels.get(alone, alone)} alone",
            measure_value(objective, float(points.values[objective][found.single])),
            f"found against it: {change_words(objective, found.against_single)}",
        )
        against = search.test.against.get("start", {}).get(find_measure(objective).metric)
        _figure(
            f"{label}, test: looked at once",
            measure_value(objective, search.test.values["found"][objective]),
            f"before {measure_value(objective, search.test.values['start'][objective])}; "
            f"{change_words(objective, against)}, n = {search.test.users:,} users",
        )
    st.caption(
        plain(
            f"{len(points):,} settings in {found.seconds:.1f} s, {found.evaluations_a_minute:,.0f} a minute, "
            f"n = {found.users:,} users. {CAUTION}"
        )
    )
    rows = {"Found": found.best, "Before": found.start, "Best scorer alone": found.single}
    st.dataframe(
        settings_table(points, rows, labels, goal.k),
        hide_index=True,
        key="found weights",
        column_config=setting_columns(points, labels, goal.k),
    )
    with st.container(horizontal=True):
        load_button("Load onto the sliders", search.best, key="load best", primary=True)
        exports.table_csv("settings", "All settings as CSV", lambda: points_table(points))
        with st.popover("Delete", icon=":material/delete:", key="delete search"):
            st.markdown("Its settings are forgotten; it can be run again.")
            st.button(
                "Delete this search",
                type="primary",
                key="delete search now",
                on_click=actions.attempt,
                args=(lambda: page.workspace.delete_weight_search(search.key),),
            )
    if len(found.front) > 1:
        _front(search, labels)
    show_region(page, search)


def _figure(name: str, value: str, meaning: str) -> None:
    with st.container(border=True, gap=None, height="stretch"):
        st.metric(plain(name), value)
        st.caption(plain(meaning))


def _front(search: WeightSearch, labels: dict[str, str]) -> None:
    """The front; a click chooses a point, a button loads it."""
    found, goal = search.found, search.found.goal
    names = ", ".join(find_measure(text).label for text in goal.front)
    st.subheader(plain(f"Pareto front of {names}"), anchor=False)
    kept = st.session_state.get(CHOSEN)
    chosen = kept[1] if kept is not None and kept[0] == search.key else None
    typed = f"front point {search.key}"

    def choose(place: int) -> None:
        st.session_state[CHOSEN] = (search.key, place)

    def choose_typed() -> None:
        number = st.session_state[typed]
        st.session_state[CHOSEN] = None if number is None else (search.key, number - 1)

    charts.show_to_click(
        figures.front_figure(found, labels=labels, chosen=chosen, theme=charts.PAGE),
        alt=figures.front_alt(found),
        key="front",
        on_point=choose,
    )
    st.caption(
        plain(
            f"{len(found.front)} settings to which no other of {len(found.points):,} is preferred by all of {names}; "
            f"they cover {share(found.hypervolume or 0, 0)} of the area seen. Validation part. Click on one, or give "
            "its number."
        )
    )
    # the click's choice, for the keyboard too
    st.session_state[typed] = None if chosen is None else chosen + 1
    st.number_input(
        "Point of the front",
        1,
        len(found.front),
        None,
        key=typed,
        on_change=choose_typed,
        width=190,
        placeholder=f"1 to {len(found.front):,}",
        help=f"Number 1 is the best by {find_measure(goal.front[0]).label}.",
    )
    numbers = {f"{place}": number for place, number in enumerate(found.front, start=1)}
    if chosen is not None:
        row = {f"Point {chosen + 1}": found.front[chosen]}
        st.dataframe(
            settings_table(found.points, row, labels, goal.k),
            hide_index=True,
            key="front point",
            column_config=setting_columns(found.points, labels, goal.k),
        )
        load_button("Load this point onto the sliders", search.at(found.front[chosen]), key="load point", primary=True)
    exports.table_csv("front", "Front as CSV", lambda: settings_table(found.points, numbers, labels, goal.k))
