"""What the parts of the Weights page share: on what is measured, and how weights get onto the sliders."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import streamlit as st

from recengine.reports.words import measure_label
from recengine.scenario import Scenario, Workbench
from recengine.tuning import Points
from ui import actions, compute, jobs, state
from ui.frame import Open
from ui.text import plain
from ui.weights import verbs
from ui.weights.words import MEASURED

LOADED = "told: weights loaded"
MEASURED_HELP = (
    "**Test part**: the figures of the Studio. **Validation part**: by scorers that do not know it, for choosing. "
    "Whoever chooses weights by their figures on the test part finds them too good there: choose on validation, then "
    "look at the test part once."
)


def choose_part(page: Open) -> Workbench | None:
    """The workbench to measure on; None where the validation part's is not fitted, with the way to have it fitted."""
    scenario = state.current().scenario
    part = st.segmented_control(
        "Measured on",
        list(MEASURED),
        format_func=lambda name: MEASURED[name],
        default="test",
        required=True,
        key="weights measured on",
        help=MEASURED_HELP,
        persist_state="session",
    )
    if part == "test":
        st.caption(
            ":material/info: These are the figures of the test part. To choose a weight by its figure, look at the "
            "validation part: the best of many looks at the same users is too good on them."
        )
        return page.workbench
    return validation_workbench(page, scenario)


def validation_workbench(page: Open, scenario: Scenario) -> Workbench | None:
    """The workbench of the validation part, or the way to have it fitted."""
    if scenario.all_data:
        st.info("Fitted on all data, so nothing is left to choose weights on. Choose a split.", icon=":material/info:")
        return None
    if page.workspace.is_stored(scenario, "validation"):
        with st.spinner("Opening the scorers that do not know the validation part"):
            return compute.workbench(page.workspace, page.dataset, scenario, lambda share, text: None, "validation")
    command = verbs.fit_validation(page.workspace, page.dataset, scenario)
    job = command.latest(page.workspace)
    st.info(
        "For the validation part the scorers are fitted once more, without it. It has not been done yet.",
        icon=":material/model_training:",
    )
    if job is None or job.is_over:
        st.button(
            "Fit for the validation part",
            type="primary",
            icon=":material/model_training:",
            key="fit for validation",
            on_click=actions.attempt,
            args=(lambda: verbs.submit(page.workspace, verbs.validation_scenario(scenario), command),),
        )
    if job is not None and job.state != "done":
        jobs.job_panel(page.workspace.jobs, job, where="validation")
    return None


def use(scenario: Scenario) -> None:
    """Put the weights of a scenario on the sliders; for a callback."""
    state.remember()
    state.show(state.current().moved(scenario))
    st.session_state[LOADED] = True


def load_button(
    label: str, scenario: Scenario, *, key: str, primary: bool = False, clicked: Callable[[], Scenario] | None = None
) -> None:
    """A button that puts the weights of a scenario on the sliders; of no use where they are there already.

    clicked: the scenario at the moment of the click, where a widget may have changed it since it was drawn.
    """
    now = state.current().scenario
    there = scenario == now
    other = _bench(scenario) != _bench(now)
    why = "These are on the sliders." if there else "They are for other scorers, another split or another seed."
    st.button(
        label,
        icon=":material/tune:",
        type="primary" if primary else "secondary",
        key=key,
        disabled=there or other,
        help=why if there or other else "For the Studio and every other page; undo takes it back",
        on_click=actions.attempt,
        args=(lambda: use(clicked() if clicked is not None else scenario),),
    )


def _bench(scenario: Scenario) -> Scenario:
    """All that the fitted scorers depend on."""
    plain = scenario.only(scenario.scorers[0]).with_strategy("weighted-sum").with_rerankers([])
    return replace(plain, normalization="min-max", neutral="mean", k=1)


def setting_columns(points: Points, labels: Mapping[str, str], k: int) -> dict[str, Any]:
    """How a table of settings is shown: weights as shares, values with four digits."""
    shown: dict[str, Any] = {
        labels.get(name, name): st.column_config.NumberColumn(labels.get(name, name), format="percent")
        for name in points.scorers
    }
    for text in points.values:
        label = measure_label(text, k)
        shown[label] = st.column_config.NumberColumn(label, format="%.4f")
    return shown


def tell_loaded() -> None:
    """Say once that weights went onto the sliders."""
    if st.session_state.pop(LOADED, False):
        st.toast("On the sliders now. Undo in the Studio takes it back.", icon=":material/tune:")


def title(text: str) -> None:
    """A line of emphasis that may hold catalogue text."""
    st.markdown(f"**{plain(text)}**")
