"""What to search: a scorer, what is best, and when to stop."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import streamlit as st

from recengine.models import Recipe
from recengine.tuning import DEFAULT_TRIALS, MAX_TRIALS, Budget, ask, search_space
from ui import actions, commands, state
from ui.frame import OpenDataset
from ui.models import sending
from ui.models.offers import labels
from ui.models.studies import objectives, tunable
from ui.text import plain

TRIALS, MINUTES = "Trials", "Minutes"
MAX_MINUTES = 24 * 60.0
MAX_FOLDS = 10
SAVED_AS = "tuned"


def ask_for_study(page: OpenDataset, possible: Mapping[str, Recipe]) -> None:
    """A form; its button submits the job."""
    can = tunable(possible, page.dataset)
    if not can:
        st.info("No scorer that can be fitted on these data has settings to search.", icon=":material/tune:")
        return
    called, goals = labels(can), objectives()
    with st.container(border=True):
        with st.grid(6, min_column_width=170):
            scorer = st.selectbox(
                "Scorer", list(can), format_func=lambda name: called[name], key="tuned scorer", persist_state="session"
            )
            goal = st.selectbox(
                "Objective",
                list(goals),
                format_func=lambda key: goals[key],
                key="objective",
                help="What is best, on the validation part. The test part is never looked at.",
                persist_state="session",
            )
            budget = _budget()
            seed = st.number_input("Seed", 0, 2**31 - 1, state.current().scenario.seed, key="tuning seed")
            folds = st.number_input(
                "Folds",
                1,
                MAX_FOLDS,
                1,
                key="folds",
                help="For small data: every positive but the test part's is measured on once, in so many fits a trial.",
            )
        space = ", ".join(name.replace("_", " ") for name in search_space(can[scorer]))
        st.caption(plain(f"Searched: {space}. The first trial has the settings of {called[scorer]}."))
        st.button(
            "Tune",
            type="primary",
            icon=":material/travel_explore:",
            key="tune",
            on_click=actions.attempt,
            args=(lambda: _submit(page, scorer, can[scorer], goal, budget, int(seed), int(folds)),),
        )


def _budget() -> Budget:
    """Trials in all, or minutes of this run."""
    kind = st.segmented_control(
        "Stop after", (TRIALS, MINUTES), default=TRIALS, required=True, key="budget kind", persist_state="session"
    )
    if kind == MINUTES:
        minutes = st.number_input("Minutes", 0.1, MAX_MINUTES, 5.0, key="minutes wanted")
        return Budget(None, float(minutes))
    trials = st.number_input(
        "Trials in all", 1, MAX_TRIALS, DEFAULT_TRIALS, key="trials wanted", help="Those of an earlier run count too."
    )
    return Budget(int(trials))


def _submit(
    page: OpenDataset, scorer: str, recipe: Recipe, objective: str, budget: Budget, seed: int, folds: int
) -> None:
    scenario = state.current().scenario
    question = ask(
        recipe, page.dataset, objective=objective, split=scenario.split, seed=seed, folds=folds, k=scenario.k
    )
    sending.agree(page.workspace, page.dataset, {scorer: recipe}, replace(scenario, seed=seed), "validation")
    commands.tune(page.dataset, scorer, question, save=SAVED_AS, budget=budget).submit(page.workspace)
