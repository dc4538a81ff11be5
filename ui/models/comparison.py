"""Scorers side by side on the validation part, as values for the page. No Streamlit but for the looks of columns."""

from __future__ import annotations

import math
from collections.abc import Mapping

import polars as pl
from streamlit.column_config import NumberColumn, TextColumn

from recengine.data import Dataset
from recengine.models import Recipe, make_recipe, scorer_label
from recengine.ranking import METRICS
from recengine.reports.words import UNDEFINED, direction, metric_interval, metric_label, metric_value
from recengine.scenario import Scenario
from recengine.tuning import Validation, paired
from recengine.workspace import Workspace
from ui.models.offers import memory_words, settings_words

COLUMNS = {
    "Scorer": TextColumn(width="medium"),
    "Against the best": TextColumn(
        help="Mean difference to the best scorer over the same users, with its paired 95 % interval. An interval "
        "without 0 is more than chance in the choice of users explains."
    ),
    "Fit (s)": NumberColumn(format="%.2f", help="Time of one fit without the validation part."),
    "Ranking (s)": NumberColumn(format="%.2f", help="Time to rank all users who are measured."),
    "Memory": TextColumn(help="At the peak of a fit; an estimate from above."),
    "Settings": TextColumn(width="large"),
}


def measured(
    workspace: Workspace, dataset: Dataset, recipes: Mapping[str, Recipe], scenario: Scenario
) -> dict[str, Validation]:
    """What is stored of `recipes`, measured as the scenario cuts the data."""
    found = {
        scorer: workspace.validated(dataset, recipe, split=scenario.split, seed=scenario.seed, k=scenario.k)
        for scorer, recipe in recipes.items()
    }
    return {scorer: validation for scorer, validation in found.items() if validation is not None}


def ranked(validations: Mapping[str, Validation], metric: str) -> dict[str, Validation]:
    """The best first; where no direction is better the highest first, undefined last."""
    sign = -1.0 if METRICS[metric].higher_is_better is False else 1.0

    def place(scorer: str) -> tuple[bool, float]:
        mean = validations[scorer].table[metric].mean
        return math.isnan(mean), -sign * mean

    return {scorer: validations[scorer] for scorer in sorted(validations, key=place)}


def metrics(validations: Mapping[str, Validation]) -> dict[str, str]:
    """The metrics that all of them have, by what each is called."""
    return {
        key: f"{metric.label} · {metric.variant}"
        for key, metric in METRICS.items()
        if all(key in validation.table for validation in validations.values())
    }


def table(validations: Mapping[str, Validation], metric: str, k: int, seed: int) -> pl.DataFrame:
    """A row a scorer, in the order given, whose first is what the others are compared with."""
    best = next(iter(validations.values()))
    return pl.DataFrame(
        [
            {
                "Scorer": label(scorer, validation),
                metric_label(metric, k): metric_value(metric, validation.table[metric].mean),
                "95 % interval": metric_interval(metric, validation.table[metric]),
                "Against the best": _difference(validation, best, metric, seed),
                "Fit (s)": validation.fit_seconds,
                "Ranking (s)": validation.score_seconds,
                "Memory": memory_words(validation.memory),
                "Fitted on": validation.device,
                "Settings": settings_words(validation.settings),
            }
            for scorer, validation in validations.items()
        ]
    )


def export(validations: Mapping[str, Validation], seed: int) -> pl.DataFrame:
    """Every metric of every scorer as numbers, a row each."""
    rows = []
    for scorer, validation in validations.items():
        best = {key: next(iter(ranked(validations, key).values())) for key in validation.table}
        for key, figure in validation.table.items():
            change = paired(validation, best[key], seed=seed).get(key)
            rows.append(
                {
                    "scorer": scorer,
                    "metric": key,
                    "variant": figure.variant,
                    "mean": figure.mean,
                    "low": figure.low,
                    "high": figure.high,
                    "n": figure.n,
                    "difference_to_best": None if change is None else change.mean,
                    "difference_low": None if change is None else change.low,
                    "difference_high": None if change is None else change.high,
                    "fit_seconds": validation.fit_seconds,
                    "score_seconds": validation.score_seconds,
                    "memory_bytes": validation.memory,
                    "device": validation.device,
                    "settings": settings_words(validation.settings),
                }
            )
    return pl.DataFrame(rows, infer_schema_length=None)


def reading(validations: Mapping[str, Validation], metric: str, k: int, seed: int) -> str:
    """The comparison in one sentence: who is best, and who cannot be told from it."""
    if METRICS[metric].higher_is_better is None:
        return f"{metric_label(metric, k)}: {direction(metric)}."
    first, *others = validations
    best = validations[first]
    alike = []
    for scorer in others:
        change = paired(validations[scorer], best, seed=seed).get(metric)
        if change is not None and change.low <= 0 <= change.high:
            alike.append(label(scorer, validations[scorer]))
    said = (
        f"{label(first, best)} is best with {metric_label(metric, k)} {metric_value(metric, best.table[metric].mean)}"
    )
    if not others or metric not in best.per_user:
        return f"{said}."
    if not alike:
        return f"{said}; every difference to it is more than chance explains."
    return f"{said}; not told apart from it by these users: {', '.join(alike)}."


def label(scorer: str, validation: Validation) -> str:
    """How a measured scorer is called."""
    return scorer_label(scorer, make_recipe(scorer, dict(validation.settings)))


def _difference(validation: Validation, best: Validation, metric: str, seed: int) -> str:
    if validation is best:
        return "the best" if METRICS[metric].higher_is_better is not None else UNDEFINED
    change = paired(validation, best, seed=seed).get(metric)
    if change is None or math.isnan(change.mean):
        return UNDEFINED
    layout = METRICS[metric].format
    return f"{change.mean:+{layout}} ({change.low:+{layout}} to {change.high:+{layout}})"
