"""Searches for better settings, as values for the page. No Streamlit but for the looks of columns."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

import polars as pl
from streamlit.column_config import NumberColumn, TextColumn

from recengine.data import Dataset
from recengine.errors import RecengineError
from recengine.models import Recipe, recipes
from recengine.ranking import METRICS
from recengine.reports.figures.models import TRIAL_NAMES
from recengine.reports.words import metric_label, metric_value
from recengine.tuning import Study, ask, search_space
from recengine.workspace import StudyEntry
from ui.models.offers import changed_settings, settings_words

COLUMNS = {
    "Trial": NumberColumn(width="small"),
    "Time (s)": NumberColumn(format="%.1f"),
    "Settings": TextColumn(width="large"),
}


def tunable(named: Mapping[str, Recipe], dataset: Dataset) -> dict[str, Recipe]:
    """Those with settings to search that can be fitted on the dataset."""
    return {
        scorer: recipe for scorer, recipe in named.items() if search_space(recipe) and recipe.obstacle(dataset) is None
    }


def objectives() -> dict[str, str]:
    """Metrics in which one direction is better, by what they are called."""
    return {
        key: f"{metric.label} · {metric.variant}"
        for key, metric in METRICS.items()
        if metric.higher_is_better is not None
    }


def title(entry: StudyEntry) -> str:
    """What a study asks, in short."""
    question = entry.study.question
    label = recipes()[question.recipe].label if question.recipe in recipes() else question.recipe
    cut = [f"seed {question.seed}", *([f"{question.folds} folds"] if question.folds > 1 else [])]
    fixed = dict(question.fixed)
    return (
        f"{label}: {metric_label(question.objective, question.k)}, split {question.split}, {', '.join(cut)}"
        + (f", {settings_words(fixed)} fixed" if fixed else "")
        + f" · {entry.started:%Y-%m-%d %H:%M}"
    )


def scorer_of(entry: StudyEntry, named: Mapping[str, Recipe], dataset: Dataset) -> str | None:
    """A name whose recipe asks the same, so that its search can go on; None where there is none any more."""
    question = entry.study.question
    for scorer, recipe in named.items():
        if recipe.name != question.recipe:
            continue
        try:
            same = ask(
                recipe,
                dataset,
                objective=question.objective,
                split=question.split,
                seed=question.seed,
                folds=question.folds,
                k=question.k,
                prune=question.prune,
            )
        except RecengineError:
            continue
        if same.key == question.key:
            return scorer
    return None


def summary(study: Study) -> list[tuple[str, str, str]]:
    """Label, value and meaning of the figures above the chart."""
    question, best = study.question, study.best
    counts: Counter[str] = Counter(trial.state for trial in study.trials)
    states = ", ".join(f"{counts[state]} {name.lower()}" for state, name in TRIAL_NAMES.items() if counts[state])
    name = metric_label(question.objective, question.k)
    start = next((trial for trial in study.trials if trial.value is not None), None)
    return [
        ("Trials", f"{len(study.trials)}", states or "none yet"),
        (
            f"Best {name}",
            metric_value(question.objective, None if best is None else best.value),
            "none is complete yet" if best is None else f"trial {best.number}",
        ),
        (
            "At the start",
            metric_value(question.objective, None if start is None else start.value),
            "settings that the search started from",
        ),
        ("Time", f"{sum(trial.seconds for trial in study.trials):,.1f} s", "of all trials together"),
    ]


def best_words(study: Study) -> str:
    """The settings of the best trial that are not the defaults."""
    recipe = study.best_recipe
    if recipe is None:
        return "No trial is complete yet."
    changed = changed_settings(recipe)
    return f"Best settings: {settings_words(changed)}." if changed else "The defaults are the best so far."


def saved_as(study: Study, named: Mapping[str, Recipe]) -> str | None:
    """The name under which the best settings are saved already, or the plain name where they are the defaults."""
    best = study.best_recipe
    if best is None:
        return None
    same = (scorer for scorer, recipe in named.items() if recipe.name == best.name)
    return next((scorer for scorer in same if named[scorer].settings() == best.settings()), None)


def table(study: Study) -> pl.DataFrame:
    """A row a trial, the latest first."""
    question = study.question
    name = metric_label(question.objective, question.k)
    return pl.DataFrame(
        [
            {
                "Trial": trial.number,
                "State": TRIAL_NAMES[trial.state] if trial.repeats is None else f"As trial {trial.repeats}",
                name: trial.value,
                "Time (s)": trial.seconds,
                "Settings": settings_words(trial.settings),
                "Why": trial.reason,
            }
            for trial in reversed(study.trials)
        ],
        schema={
            "Trial": pl.Int64,
            "State": pl.String,
            name: pl.Float64,
            "Time (s)": pl.Float64,
            "Settings": pl.String,
            "Why": pl.String,
        },
    )


def export(study: Study) -> pl.DataFrame:
    """A row a trial with a column a setting."""
    return pl.DataFrame(
        [
            {
                "trial": trial.number,
                "state": trial.state,
                "value": trial.value,
                "seconds": trial.seconds,
                "repeats": trial.repeats,
                "reason": trial.reason,
                **trial.settings,
            }
            for trial in study.trials
        ],
        infer_schema_length=None,
    )
