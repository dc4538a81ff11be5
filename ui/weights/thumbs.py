"""Judge by thumbs: mark items of a few lists good or bad, and get the weights that agree best, with their price."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import streamlit as st

from recengine.reports.words import measure_label, share
from recengine.scenario import PartComparison, Scenario, Workbench, compare_scenarios
from recengine.tuning import Thumb, ThumbedWeights, weigh_thumbs
from ui import compute, state
from ui.frame import Open
from ui.text import plain
from ui.weights.measures import change_words, measure_value
from ui.weights.panels import load_button, validation_workbench
from ui.weights.words import scorer_names

USERS = 3
ENOUGH = 20
LIKED = 4
GIVEN = "thumbs given"
LEARNED = "thumbs learned"
PRICED = ("ndcg", "recall", "coverage", "novelty")


def show_thumbs(page: Open) -> None:
    """Lists of a few users to judge, and what the judgement would change."""
    view = state.current()
    workbench = page.workbench
    given: dict[tuple[int, int], bool] = _given(workbench)
    users = _users(workbench, view.user)
    good = sum(given.values())
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(
            f"Mark what these users should get, and what not; about {ENOUGH} thumbs will do. "
            f"**{good} good, {len(given) - good} bad** so far.",
            width="stretch",
        )
        st.button("Other users", icon=":material/shuffle:", key="other users", on_click=_shuffle)
        st.button(
            "Clear", icon=":material/clear_all:", key="clear thumbs", disabled=not given, on_click=_clear, args=(given,)
        )
    rankings = compute.shown_outcome(workbench, view.scenario).lists.rankings
    labels = compute.user_labels(workbench.dataset)
    with st.grid(len(users), min_column_width=300):
        for user in users:
            items = rankings.items[rankings.users == user].ravel()
            with st.container(border=True, gap="xsmall"):
                st.markdown(f"**{plain(f'User {labels[user]}')}**")
                st.caption(plain(_taste(workbench, user)))
                for item in items[items >= 0].tolist():
                    _judge(workbench, given, user, item)
    _learn(page, view.scenario, given)


def _given(workbench: Workbench) -> dict[tuple[int, int], bool]:
    """The thumbs of this session on this workbench."""
    kept = st.session_state.get(GIVEN)
    if kept is None or kept[0] != workbench.key:
        kept = st.session_state[GIVEN] = (workbench.key, {})
        st.session_state.pop(LEARNED, None)
    thumbs: dict[tuple[int, int], bool] = kept[1]
    return thumbs


def _users(workbench: Workbench, shown: str) -> Sequence[int]:
    """The user that is shown, and others drawn from those with a list."""
    first = workbench.dataset.user_position[shown]
    drawn = np.random.default_rng(st.session_state.get("thumbs turn", 0)).permutation(workbench.dataset.n_users)
    return [first, *[user for user in drawn.tolist() if user != first][: USERS - 1]]


def _taste(workbench: Workbench, user: int) -> str:
    """What the user liked last, to judge by."""
    liked = [row["title"] for row in compute.user_history(workbench, user) if row["positive"]]
    return f"Liked last: {' · '.join(liked[:LIKED])}" if liked else "Nothing is known of what this user likes."


def _judge(workbench: Workbench, given: dict[tuple[int, int], bool], user: int, item: int) -> None:
    key = f"thumb {user} {item}"
    if key not in st.session_state and (user, item) in given:
        st.session_state[key] = int(given[user, item])
    with st.container(horizontal=True, vertical_alignment="center"):
        st.text(workbench.dataset.titles[item], width="stretch")
        st.feedback("thumbs", key=key, on_change=lambda: _note(given, user, item, st.session_state[key]))


def _note(given: dict[tuple[int, int], bool], user: int, item: int, value: int | None) -> None:
    if value is None:
        given.pop((user, item), None)
    else:
        given[user, item] = bool(value)


def _clear(given: dict[tuple[int, int], bool]) -> None:
    for user, item in given:
        st.session_state.pop(f"thumb {user} {item}", None)
    given.clear()
    st.session_state.pop(LEARNED, None)


def _shuffle() -> None:
    st.session_state["thumbs turn"] = st.session_state.get("thumbs turn", 0) + 1


def _learn(page: Open, scenario: Scenario, given: dict[tuple[int, int], bool]) -> None:
    thumbs = tuple(Thumb(user, item, good) for (user, item), good in given.items())
    if st.button(
        "Find the weights that agree",
        type="primary",
        icon=":material/thumbs_up_down:",
        key="learn thumbs",
        disabled=not thumbs,
    ):
        st.session_state[LEARNED] = (scenario.key, thumbs)
    kept = st.session_state.get(LEARNED)
    if kept is None:
        return
    asked, judged = kept
    if asked != scenario.key and judged == thumbs:
        st.caption("The sliders moved since; fit again to start from there.")
        return
    bench = page.workbench
    learned = weigh_thumbs(bench.pool, bench.source, scenario.fusion, judged)
    best = scenario.with_weights(learned.weights)
    _say(learned, scorer_names(bench), dict(zip(scenario.scorers, scenario.fusion.effective, strict=True)))
    load_button("Load onto the sliders", best, key="load thumbs", primary=True)
    st.subheader("Its price for everybody", anchor=False)
    validation = validation_workbench(page, scenario)
    if validation is not None:
        _price("Validation part", compare_scenarios(validation, best, {"start": scenario}, PRICED), scenario.k)
    _price("Test part", compare_scenarios(bench, best, {"start": scenario}, PRICED), scenario.k)


def _say(learned: ThumbedWeights, called: dict[str, str], before: dict[str, float]) -> None:
    dropped = f"; {learned.dropped} on items already seen are left out" if learned.dropped else ""
    with st.container(border=True, gap=None, width=420):
        gained = f"{learned.after - learned.before:+.0%}".replace("%", "\u00a0%") if learned.changed else None
        st.metric("Pairs in the right order", share(learned.after, 0), gained)
        st.caption(
            plain(
                f"{share(learned.before, 0)} before. {learned.pairs} pairs of a good and a bad item of {learned.users} "
                f"users, from {learned.good} good and {learned.bad} bad{dropped}."
            )
        )
    if not learned.changed:
        st.caption("No other weights agree better, so the weights of now stay.")
    st.dataframe(
        [{"Scorer": called[name], "Now": before[name], "Learned": weight} for name, weight in learned.weights.items()],
        hide_index=True,
        key="thumbs weights",
        column_config={name: st.column_config.NumberColumn(format="percent") for name in ("Now", "Learned")},
    )


def _price(part: str, compared: PartComparison, k: int) -> None:
    rows = [
        {
            part: measure_label(text, k),
            "Now": measure_value(text, compared.values["start"][text]),
            "Learned": measure_value(text, compared.values["found"][text]),
            "Change": _change(text, compared),
        }
        for text in PRICED
    ]
    st.dataframe(rows, hide_index=True, key=f"price {part}")
    st.caption(f"n = {compared.users:,} users.")


def _change(text: str, compared: PartComparison) -> str:
    found = compared.against["start"].get(text)
    if found is not None:
        return change_words(text, found)
    by = compared.values["found"][text] - compared.values["start"][text]
    return f"{by:+.4f}; {change_words(text, None)}"
