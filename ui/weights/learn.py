"""Learn from users: weights for everybody or per segment, learned as a job, ready for the sliders."""

from __future__ import annotations

from dataclasses import replace

import polars.selectors as cs
import streamlit as st

from recengine.errors import RecengineError
from recengine.fusion.strategies import SegmentWeights
from recengine.fusion.strategies.switching import HISTORY
from recengine.reports.words import measure_label
from recengine.scenario import Scenario
from recengine.tuning import Gain
from recengine.workspace import WeightsLearned, learned_key
from ui import actions, commands, exports, jobs, state
from ui.frame import Open
from ui.fusion.strategy_settings import small_categories
from ui.text import plain
from ui.weights import verbs
from ui.weights.learned import (
    CROSS_FITTED,
    EVERYBODY,
    choice_label,
    learned_table,
    learned_title,
    shrinkage_words,
    unheard_words,
    verdict_words,
)
from ui.weights.measures import change_words, measure_value
from ui.weights.panels import load_button
from ui.weights.words import scorer_names

METRIC = "ndcg"
WARM, HEAVY = 20, 100
"""Training interactions from which users are warm, and heavy, unless others are chosen."""
MOST = 1_000_000
ANSWERED = "learned before"
SHOWN = "learned shown"
HELP = """
The users of the validation part teach: weights are sought under which what they took there stands high in their lists
(a listwise loss, ListNet's). Segments may have weights of their own, drawn towards those for everybody the more, the
fewer users they have.
"""


def show_learn(page: Open) -> None:
    """The form, the job that runs, and what is stored."""
    scenario = state.current().scenario
    if len(scenario.scorers) < 2:
        st.info("There is only one scorer, so there is nothing to weigh. Add another on the Models page.")
        return
    if scenario.all_data:
        st.info("Fitted on all data, so nothing is left to learn from. Choose a split.", icon=":material/info:")
        return
    st.markdown("Which weights suit the users best, all of them or each kind of them?", help=HELP)
    answers = {answer.key: answer for answer in page.workspace.all_weights_learned(page.dataset)}
    answered = _ask(page, scenario, answers)
    job = commands.latest_of(page.workspace, "learn-weights", page.dataset.name)
    if job is not None and job.state != "done":
        jobs.job_panel(page.workspace.jobs, job, where="learn")
    if not answers:
        if job is None or job.is_over:
            st.caption("Nothing has been learned on this dataset yet.")
        return
    # the answer to what the form asks now is the one to look at
    if answered is not None and answered != st.session_state.get(ANSWERED):
        st.session_state[SHOWN] = answered
    st.session_state[ANSWERED] = answered
    key = st.selectbox(
        "Learned",
        list(answers),
        format_func=lambda key: learned_title(answers[key]),
        key=SHOWN,
        persist_state="session",
    )
    _show(page, answers[key])


def _ask(page: Open, scenario: Scenario, answers: dict[str, WeightsLearned]) -> str | None:
    """The form; the key of what is known of its question already."""
    with st.container(border=True):
        with st.container(horizontal=True, vertical_alignment="bottom"):
            choice = st.selectbox(
                "Weights for",
                [EVERYBODY, HISTORY, *small_categories(page.dataset)],
                format_func=choice_label,
                key="learn for",
                width=280,
                help="Segments by the length of the history, or the groups of a user attribute.",
                persist_state="session",
            )
            segments = None if choice == EVERYBODY else SegmentWeights(by=choice)
            if choice == HISTORY:
                tip = "Training interactions from which a user is {}."
                warm = st.number_input("Warm from", 1, MOST, WARM, key="warm from", width=140, help=tip.format("warm"))
                heavy = st.number_input(
                    "Heavy from", 1, MOST, HEAVY, key="heavy from", width=140, help=tip.format("heavy")
                )
                segments = SegmentWeights(by=HISTORY, at=f"{warm},{heavy}")
            key, problem = None, None
            try:
                key = learned_key(scenario, segments)
            except RecengineError as error:
                problem = str(error)
            known = key in answers
            # no callback: that would ask what the form said at the run before
            if st.button(
                "Learn weights",
                type="secondary" if known else "primary",
                icon=":material/school:",
                key="learn weights",
                disabled=known or problem is not None,
                help="This has been learned: see below." if known else None,
            ):
                actions.attempt(lambda: _submit(page, scenario, segments))
                st.rerun()
        if problem is not None:
            st.error(plain(problem), icon=":material/error:")
        st.caption(
            plain(
                f"Learned on the validation part with seed {scenario.seed}, for the weighted sum of the scorers before "
                "any re-ranking. The test part is looked at once, at the end."
            )
        )
    return key if known else None


def _submit(page: Open, scenario: Scenario, segments: SegmentWeights | None) -> None:
    # the same job, whatever the desk makes of the scorers
    start = scenario.with_strategy("weighted-sum").with_rerankers([])
    verbs.submit(page.workspace, start, verbs.learn_weights(page.workspace, page.dataset, start, segments))


def _show(page: Open, answer: WeightsLearned) -> None:
    learned, test, k = answer.learned, answer.test, answer.scenario.k
    label = measure_label(METRIC, k)
    per_segment = learned.segments_gain
    with st.grid(2 if per_segment is None else 3, min_column_width=230):
        _gained(f"{label}, validation{'' if per_segment is None else ': everybody'}", learned.gain)
        if per_segment is not None:
            _gained(f"{label}, validation: per segment", per_segment)
        against = test.against.get("start", {}).get(METRIC)
        _figure(
            f"{label}, test: looked at once",
            measure_value(METRIC, test.values["found"][METRIC]),
            f"{'' if per_segment is None else 'per segment; '}before "
            f"{measure_value(METRIC, test.values['start'][METRIC])}; {change_words(METRIC, against)}, "
            f"n = {test.users:,} users",
        )
    st.markdown(plain(verdict_words(answer)))
    st.caption(plain(CROSS_FITTED))
    table = learned_table(answer, scorer_names(page.workbench))
    st.dataframe(
        table.with_columns(cs.float().round(3)),
        placeholder="",
        hide_index=True,
        key="learned weights",
        column_config={name: st.column_config.NumberColumn(name, format="percent") for name in table.columns[2:]}
        | {
            "learned from": st.column_config.NumberColumn(
                format="localized", help="Users with a relevant item among the candidates."
            )
        },
    )
    if learned.strategy is not None and learned.strength is not None:
        facts = page.workbench.source.known(learned.strategy.label)
        unheard = unheard_words(list(learned.segments), learned.strategy, learned.strategy.segments(facts)[1])
        st.caption(plain(" ".join(filter(None, (shrinkage_words(learned.strength), unheard)))))
    with st.container(horizontal=True):
        load_button(
            "Load onto the sliders", _onto_the_desk(answer.everybody), key="load learned", primary=per_segment is None
        )
        if learned.strategy is not None:
            load_button(
                "Use weights per segment", _onto_the_desk(answer.best), key="load learned segments", primary=True
            )
        exports.table_csv("learned", "Weights as CSV", lambda: table)
        with st.popover("Delete", icon=":material/delete:", key="delete learned"):
            st.markdown("It is forgotten; it can be learned again.")
            st.button(
                "Delete what was learned",
                type="primary",
                key="delete learned now",
                on_click=actions.attempt,
                args=(lambda: page.workspace.delete_weight_search(answer.key),),
            )


def _onto_the_desk(scenario: Scenario) -> Scenario:
    """With the length and the re-rankers of now: nothing was learned about them."""
    now = state.current().scenario
    return replace(scenario, k=now.k, rerankers=now.rerankers)


def _gained(name: str, gain: Gain) -> None:
    told = f"before {measure_value(METRIC, gain.before)}; {change_words(METRIC, gain.change)}"
    _figure(name, measure_value(METRIC, gain.after), f"{told}, n = {gain.change.n:,} users")


def _figure(name: str, value: str, meaning: str) -> None:
    with st.container(border=True, gap=None, height="stretch"):
        st.metric(plain(name), value)
        st.caption(plain(meaning))
