"""Clone a running system: the weights that reproduce its uploaded lists best."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from recengine.models import scorer_label
from recengine.scenario import Scenario
from recengine.tuning import AGREEMENTS
from recengine.workspace import WeightClone
from ui import actions, jobs, state
from ui.frame import Open
from ui.models.offers import possible_recipes, with_scorer
from ui.text import plain
from ui.weights import verbs
from ui.weights.panels import load_button
from ui.weights.words import scorer_names

UPLOADED = "external"
PINNED = "told: pinned"


def show_clone(page: Open) -> None:
    """Choose an uploaded table of scores; a job finds the weights."""
    scenario = state.current().scenario
    if st.session_state.pop(PINNED, False):
        st.toast("The baseline stands for that system now.", icon=":material/keep:")
    possible = possible_recipes(page.workspace, page.dataset)
    uploaded = {name: recipe for name, recipe in possible.items() if recipe.name == UPLOADED}
    st.markdown(
        "Another system runs already? Upload its scores or lists, and get the weights of your scorers that reproduce "
        "them best: a baseline that you can move on from."
    )
    if not uploaded:
        st.info("No scores of another system fit this dataset. Upload them first.", icon=":material/upload_file:")
        link = state.current().choosing("part", "upload").params()
        st.page_link("pages/models.py", label="Upload scores", icon=":material/upload_file:", query_params=link)
        return
    with st.container(horizontal=True, vertical_alignment="bottom"):
        copied = st.selectbox(
            "System",
            list(uploaded),
            format_func=lambda name: scorer_label(name, uploaded[name]),
            key="system to clone",
            width=320,
        )
        by = st.selectbox(
            "Alike by",
            list(AGREEMENTS),
            format_func=lambda name: AGREEMENTS[name],
            key="alike by",
            width=220,
            help="Rank-biased overlap counts the top of the lists more; overlap is the share of items in common.",
        )
        asked = scenario if copied in scenario.scorers else with_scorer(scenario, copied, uploaded[copied])
        command = verbs.clone(page.workspace, page.dataset, asked, copied, by)
        job = command.latest(page.workspace)
        done = job is not None and job.state == "done"
        if job is None or job.is_over:
            st.button(
                "Find its weights",
                type="secondary" if done else "primary",
                icon=":material/content_copy:",
                key="clone",
                disabled=done,
                on_click=actions.attempt,
                args=(lambda: verbs.submit(page.workspace, asked, command),),
            )
    if job is None:
        return
    if job.state != "done":
        jobs.job_panel(page.workspace.jobs, job, where="clone")
        return
    _show(page, page.workspace.clone_weights(page.dataset, asked, copied, by=by), by)


def _show(page: Open, answer: WeightClone, by: str) -> None:
    clone = answer.clone
    with st.grid(3, min_column_width=200):
        for name, label in AGREEMENTS.items():
            reached, before = clone.agreement[name], clone.before[name]
            with st.container(border=True, gap=None, height="stretch"):
                st.metric(label, f"{reached.mean:.3f}", f"{reached.mean - before.mean:+.3f}")
                st.caption(
                    plain(
                        f"{reached.low:.3f} to {reached.high:.3f}, n = {reached.n:,} users; {before.mean:.3f} with the "
                        "weights of before. 1: the same lists."
                    )
                )
    called = scorer_names(page.workbench)
    st.dataframe(
        [
            {"Scorer": called.get(name, name), "Weight": weight, f"{AGREEMENTS[by]} alone": clone.alone.get(name)}
            for name, weight in clone.weights.items()
        ],
        hide_index=True,
        key="clone weights",
        column_config={"Weight": st.column_config.NumberColumn(format="percent")},
    )
    st.caption(f"Found with {clone.setting.normalization} scores; no opinion counts as {clone.setting.neutral}.")
    best = _for_these_scorers(answer)
    if best is None:
        st.caption("The session shows other scorers now; choose those of this answer on the Models page.")
        return
    with st.container(horizontal=True):
        st.button(
            "Use as baseline",
            type="primary",
            icon=":material/keep:",
            key="clone as baseline",
            help="What the sliders show is then compared with it.",
            on_click=_pin,
            args=(best,),
        )
        load_button("Load onto the sliders", best, key="load clone")


def _for_these_scorers(answer: WeightClone) -> Scenario | None:
    """The answer as weights of the scorers that the session shows."""
    now = state.current().scenario
    weights = answer.clone.weights
    if not {name for name, weight in weights.items() if weight} <= set(now.scorers):
        return None
    setting = answer.clone.setting
    known = {name: weight for name, weight in weights.items() if name in now.scorers}
    return replace(now.with_weights(known), normalization=setting.normalization, neutral=setting.neutral)


def _pin(baseline: Scenario) -> None:
    state.keep(replace(state.current(), baseline=baseline))
    st.session_state[PINNED] = True
