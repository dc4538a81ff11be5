"""Searches and what they found, kept up to date while one runs."""

from __future__ import annotations

import streamlit as st

from recengine.errors import StoreError
from recengine.jobs import Job
from recengine.models import scorer_label
from recengine.reports import figures
from recengine.reports.words import metric_label
from recengine.tuning import Budget
from recengine.workspace import StudyEntry
from ui import actions, adopting, charts, commands, exports, state
from ui.frame import OpenDataset, notice
from ui.models import studies
from ui.models.offers import named_recipes, with_scorer
from ui.text import plain

SECONDS_BETWEEN_LOOKS = 2.0
MORE = 10
"""Trials that a search goes on for, unless asked otherwise."""
SHOWN = "study shown"
CAUTION = (
    "The best of many looks at the same users is a little too good. The Overview tells what it has on the test part."
)


def show_studies(page: OpenDataset, job: Job | None) -> None:
    """The searches on this dataset; the chosen one with its trials. job: the latest search, which may run."""
    entries = {entry.key: entry for entry in page.workspace.studies(page.dataset)}
    active = job is not None and not job.is_over
    if not entries:
        if not active:
            st.info("No search has run on this dataset yet.", icon=":material/travel_explore:")
        else:
            # until the first trial is kept
            st.fragment(_until_there, run_every=SECONDS_BETWEEN_LOOKS, key="until study")(page)
        return
    if active and st.session_state.get("study job") != job.id:  # type: ignore[union-attr]
        st.session_state["study job"] = job.id  # type: ignore[union-attr]
        st.session_state.pop(SHOWN, None)
    key = st.selectbox(
        "Search", list(entries), format_func=lambda key: studies.title(entries[key]), key=SHOWN, persist_state="session"
    )
    st.fragment(_study, run_every=SECONDS_BETWEEN_LOOKS if active else None, key=f"study {key}")(page, key)
    with notice():
        _ways_on(page, entries[key], active=active)


def _until_there(page: OpenDataset) -> None:
    if page.workspace.studies(page.dataset):
        st.rerun()


def _study(page: OpenDataset, key: str) -> None:
    """The trials so far; read anew at every run."""
    try:
        study = page.workspace.study(key).study
    except StoreError as error:
        st.caption(plain(str(error)))
        return
    with st.grid(4, min_column_width=150):
        for label, value, meaning in studies.summary(study):
            with st.container(border=True, gap=None, height="stretch"):
                st.metric(plain(label), value)
                st.caption(plain(meaning))
    with notice():
        st.markdown(f"**{plain(studies.best_words(study))}** {CAUTION}")
    if not study.trials:
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        name = metric_label(study.question.objective, study.question.k)
        st.markdown(f"**{plain(name)} by trial**", width="stretch")
        exports.table_csv("trials", "Trials as CSV", lambda: studies.export(study))
    charts.show(figures.trials_figure(study, theme=charts.PAGE), alt=figures.trials_alt(study), key="trials chart")
    st.dataframe(
        studies.table(study),
        hide_index=True,
        column_config=studies.COLUMNS,
        key="trials",
        placeholder="\u2013",
    )


def _ways_on(page: OpenDataset, entry: StudyEntry, *, active: bool) -> None:
    """Use the best, search on, be rid of it. Nothing of it while a search runs."""
    named = named_recipes(page.workspace)
    study, best = entry.study, entry.study.best_recipe
    saved = studies.saved_as(study, named)
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        if best is not None and saved is None and not active:
            name = st.text_input("Save the best as", "tuned", key="save best as", width=160)
            st.button(
                "Save",
                icon=":material/save:",
                key="save best",
                on_click=actions.attempt,
                args=(lambda: page.workspace.save_recipe(f"{best.name}:{name.strip()}", best),),
            )
        if best is not None and saved is not None and not active:
            st.button(
                f"Use {plain(scorer_label(saved, best))} in the Studio",
                type="primary",
                icon=":material/tune:",
                key="use best",
                on_click=actions.attempt,
                args=(lambda: adopting.start(page, with_scorer(state.current().scenario, saved, best)),),
            )
        scorer = studies.scorer_of(entry, named, page.dataset)
        if scorer is not None and not active:
            more = st.number_input("More trials", 1, 1000, MORE, key="more trials", width=130)
            budget = Budget(len(study.trials) + int(more))
            save = saved.partition(":")[2] if saved and ":" in saved else "tuned"
            st.button(
                "Search on",
                icon=":material/resume:",
                key="search on",
                on_click=actions.attempt,
                args=(
                    lambda: commands.tune(page.dataset, scorer, study.question, save=save, budget=budget).submit(
                        page.workspace
                    ),
                ),
            )
        if not active:
            with st.popover("Delete", icon=":material/delete:", key="delete study"):
                st.markdown("Its trials are forgotten; recipes saved from it stay.")
                st.button(
                    "Delete this search",
                    type="primary",
                    key="delete study now",
                    on_click=actions.attempt,
                    args=(lambda: page.workspace.delete_study(entry.key),),
                )
