"""Models: which recommenders there are, how good each is, and what it costs."""

from collections.abc import Mapping
from dataclasses import replace

import streamlit as st

from recengine.models import Recipe, free_memory
from recengine.ranking import METRICS
from recengine.reports import figures
from recengine.reports.words import direction
from recengine.scenario import Scenario
from recengine.tuning import Validation
from recengine.workspace import FitEntry
from ui import actions, adopting, charts, choices, commands, exports, jobs, state
from ui.frame import OpenDataset, notice, open_dataset
from ui.models import (
    cards,
    comparison,
    comparison_form,
    fits,
    quantised,
    rounds_panel,
    sending,
    study_panel,
    tuning_form,
    uploading,
)
from ui.models.offers import (
    FLOORS,
    labels,
    memory_words,
    named_recipes,
    offers,
    plan,
    possible_recipes,
    scenario_with,
    settings_words,
)
from ui.text import plain

PARTS = {
    "choose": "Choose",
    "fitted": "Fitted",
    "compare": "Compare",
    "tune": "Tune",
    "upload": "Upload scores",
    "jobs": "Jobs",
}
VALIDATION_HELP = (
    "Each is fitted without the validation part, a tenth of training that the test part has nothing to do with, and "
    "ranks what each user has not seen. Choices made here leave the test part untouched."
)
OTHER_TRIALS = (
    "This is the first trial; others tell more or fewer items, in more or fewer words. Before one of them sends "
    "anything the search stops, shows it and asks."
)
LATEST = 8
"""Jobs that are over and shown without asking."""


def choose(page: OpenDataset) -> None:
    """Every scorer there is, and one click that fits what is missing of the choice and uses it."""
    scenario = state.current().scenario
    offered = offers(page.workspace, page.dataset, scenario, plain=cards.begin(scenario))
    chosen = cards.picked(offered)
    wanted = scenario_with(scenario, chosen) if chosen else scenario
    stored = page.workspace.is_stored(wanted)
    ready = stored and wanted.models == scenario.models
    unfitted = {name: recipe for name, recipe in chosen.items() if offered[name].fit is None}
    with st.container(border=True, horizontal=True, vertical_alignment="center"):
        with st.container(gap="xsmall", width="stretch"):
            st.markdown(plain(plan([offered[name] for name in chosen], stored=stored)))
            free = memory_words(free_memory())
            st.caption(plain(f"{free} of memory are free. A new scorer starts with the mean weight of the others."))
        st.button(
            "Fit and use" if unfitted else "Use",
            type="primary",
            icon=":material/model_training:" if unfitted else ":material/tune:",
            disabled=ready or not chosen,
            help="In the Studio and on every other page" if not ready else "These are in use.",
            key="fit and use",
            on_click=actions.attempt,
            args=(lambda: _fit_and_use(page, wanted, unfitted),),
        )
    sending.show_sending(page.workspace, page.dataset, unfitted, wanted)
    cards.cards(page, offered)


def _fit_and_use(page: OpenDataset, wanted: Scenario, unfitted: Mapping[str, Recipe]) -> None:
    sending.agree(page.workspace, page.dataset, unfitted, wanted)
    adopting.start(page, wanted)


def show_fitted(page: OpenDataset) -> None:
    """What is on disk for this dataset, split and seed; one of them in detail, to be deleted."""
    scenario, named = state.current().scenario, named_recipes(page.workspace)
    rounds_panel.stopped_runs(page)
    stored = fits.of_scenario(page.workspace.fits(), scenario)
    if not stored:
        st.info("Nothing is fitted for this dataset, split and seed yet.", icon=":material/model_training:")
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        size = memory_words(sum(fit.size for fit in stored))
        said = f"{len(stored)} fits, {size} on disk; split {scenario.split}, seed {scenario.seed}."
        st.caption(plain(said), width="stretch")
        exports.table_csv("fits", "Fits as CSV", lambda: fits.table(stored, scenario, named))
    st.dataframe(
        fits.table(stored, scenario, named),
        hide_index=True,
        column_config=fits.COLUMNS,
        key="fits",
        placeholder="\u2013",
    )
    by_key = {fit.key: fit for fit in stored}
    key = st.selectbox(
        "Look at",
        list(by_key),
        format_func=lambda key: f"{fits.label(by_key[key], named)}, fitted {by_key[key].fitted_at:%Y-%m-%d %H:%M}",
        key="fit looked at",
        width=420,
    )
    show_fit(page, by_key[key], in_use=key in fits.used(scenario))


def show_fit(page: OpenDataset, fit: FitEntry, *, in_use: bool) -> None:
    """All settings, its curves by round, and the way to be rid of it."""
    st.markdown(f"**Settings.** {plain(settings_words(fit.settings) or 'It has none.')}")
    if fit.losses:
        rounds_panel.show_rounds(fit.losses, fit.loss_name, fit.curves, key="fit curves")
    else:
        st.caption("It is computed at once, not learnt in rounds, so there is no loss to show.")
    quantised.show_quantised(page, fit)
    with st.popover("Delete", icon=":material/delete:", key="delete fit"):
        st.markdown("The Studio uses it and will fit it again." if in_use else "It can be fitted again at any time.")
        st.button(
            "Delete this fit",
            type="primary",
            key="delete fit now",
            on_click=actions.attempt,
            args=(lambda: page.workspace.delete_fit(fit.key),),
        )


def compare(page: OpenDataset) -> None:
    """Scorers side by side on the validation part, the floors always among them."""
    scenario = state.current().scenario
    possible = possible_recipes(page.workspace, page.dataset)
    chosen = comparison_form.choose_scorers(possible, scenario)
    recipes = {name: recipe for name, recipe in possible.items() if name in {*chosen, *FLOORS}}
    validations = comparison.measured(page.workspace, page.dataset, recipes, scenario)
    missing = [name for name in recipes if name not in validations]
    command = commands.compare(page.dataset, list(recipes), scenario)
    unmeasured = {name: recipes[name] for name in missing}
    if missing:
        with st.container(horizontal=True, vertical_alignment="center"):
            st.button(
                "Measure",
                type="primary",
                icon=":material/straighten:",
                key="measure",
                on_click=actions.attempt,
                args=(lambda: _measure(page, command, unmeasured),),
            )
            st.caption(plain(f"Not measured yet: {', '.join(labels(recipes)[name] for name in missing)}."))
        sending.show_sending(page.workspace, page.dataset, unmeasured, scenario, "validation")
    job = commands.latest_of(page.workspace, "compare", page.dataset.name)
    if job is not None and job.state != "done":
        jobs.job_panel(page.workspace.jobs, job, where="compare")
    if validations:
        show_comparison(validations, scenario)


def _measure(page: OpenDataset, command: commands.Command, unmeasured: Mapping[str, Recipe]) -> None:
    sending.agree(page.workspace, page.dataset, unmeasured, state.current().scenario, "validation")
    command.submit(page.workspace)


def show_comparison(validations: Mapping[str, Validation], scenario: Scenario) -> None:
    """One metric of each as dots with intervals, and what each costs."""
    k, seed = scenario.k, scenario.seed
    known = comparison.metrics(validations)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        metric = st.selectbox("Metric", list(known), format_func=lambda key: known[key], key="compared by", width=420)
        exports.table_csv("comparison", "Comparison as CSV", lambda: comparison.export(validations, seed))
    ranked = comparison.ranked(validations, metric)
    st.markdown(f"**{plain(comparison.reading(ranked, metric, k, seed))}**")
    called = {comparison.label(name, one): one.table[metric] for name, one in ranked.items()}
    floor = comparison.label("popularity", ranked["popularity"]) if "popularity" in ranked else None
    charts.show(
        figures.comparison_figure(called, metric=metric, k=k, floor=floor, theme=charts.PAGE),
        alt=figures.comparison_alt(called, metric=metric, k=k),
        key="comparison",
    )
    st.caption(plain(f"{METRICS[metric].explanation} {direction(metric).capitalize()}. Dot: mean with 95 % interval."))
    st.dataframe(
        comparison.table(ranked, metric, k, seed), hide_index=True, column_config=comparison.COLUMNS, key="compared"
    )
    st.caption(plain(f"Validation part, split {scenario.split}, seed {seed}, lists of {k}."), help=VALIDATION_HELP)


def tune(page: OpenDataset) -> None:
    """Search better settings of a scorer, and see how the search goes."""
    possible = possible_recipes(page.workspace, page.dataset)
    tuning_form.ask_for_study(page, possible)
    scorer, scenario = st.session_state.get("tuned scorer"), state.current().scenario
    if scorer in possible:
        seeded = replace(scenario, seed=int(st.session_state.get("tuning seed", scenario.seed)))
        tried = {scorer: possible[scorer]}
        sending.show_sending(page.workspace, page.dataset, tried, seeded, "validation", note=OTHER_TRIALS)
    job = commands.latest_of(page.workspace, "tune", page.dataset.name)
    if job is not None and job.state != "done":
        jobs.job_panel(page.workspace.jobs, job, where="tune")
    study_panel.show_studies(page, job)


def show_jobs(page: OpenDataset) -> None:
    """Every job of the workspace, whichever session asked for it."""
    listed = page.workspace.jobs.list()
    if not listed:
        st.info("No job has run yet. Fits, comparisons and searches of this page run as jobs.", icon=":material/list:")
        return
    over = [job for job in listed if job.is_over]
    every = len(over) <= LATEST or st.toggle(f"Show all {len(listed)}", key="every job")
    shown = [job for job in listed if not job.is_over or every or job in over[:LATEST]]
    jobs.job_list(page.workspace.jobs, shown)


page = open_dataset("pages/models.py")
with notice():
    adopting.follow(page)
    rounds_panel.follow_learning(page)
    part = choices.choose("Show", PARTS, "part", "choose", show_label=False)
    show = {
        "choose": choose,
        "fitted": show_fitted,
        "compare": compare,
        "tune": tune,
        "upload": uploading.show_uploads,
        "jobs": show_jobs,
    }
    show[part](page)
state.write_link(state.current())
