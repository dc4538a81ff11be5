"""Verbs: tune, compare."""

from __future__ import annotations

import argparse
import math
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from recengine.cli.output import emit, progress_lines, table
from recengine.data import parse_split
from recengine.device import device_kind
from recengine.errors import EncoderError, RecipeError
from recengine.evaluation import Change
from recengine.models import make_recipe, recipes, scorer_label
from recengine.progress import named, within
from recengine.ranking import find_metric
from recengine.tuning import DEFAULT_TRIALS, Budget, Study, Validation, ask, higher_is_better, paired
from recengine.workspace import Workspace

FLOORS = ("popularity", "random")
"""Always compared with: what needs no taste at all."""


def tune(asked: argparse.Namespace) -> None:
    """Search better settings of one model; the best become a recipe of their own."""
    workspace = Workspace.open()
    dataset = workspace.load_dataset(asked.dataset)
    recipe = workspace.recipe(asked.model)
    # mistakes are said before hours of work
    name = f"{recipe.name}:{asked.save}"
    make_recipe(name)
    trials = DEFAULT_TRIALS if asked.trials is None and asked.minutes is None else asked.trials
    budget = Budget(trials, asked.minutes)
    question = ask(
        recipe,
        dataset,
        objective=asked.objective,
        split=asked.split,
        seed=asked.seed,
        folds=asked.folds,
        k=asked.k,
    )
    study = workspace.tune(dataset, recipe, question, budget=budget, progress=progress_lines())
    best, best_recipe = study.best, study.best_recipe
    if best is None or best_recipe is None:
        raise RecipeError(
            f"{recipe.name}: none of {len(study.trials)} trials could be fitted; the first: {study.trials[0].reason}"
        )
    workspace.save_recipe(name, best_recipe)
    # None where another recipe of the family began the study and the budget left no trial for this one
    start = next((trial for trial in study.trials if trial.settings == recipe.settings()), None)
    document = {
        "dataset": dataset.name,
        "fingerprint": dataset.fingerprint,
        "model": asked.model,
        "objective": asked.objective,
        "split": question.split,
        "seed": asked.seed,
        "folds": asked.folds,
        "k": asked.k,
        "study": question.key,
        "trials": [trial.to_json() for trial in study.trials],
        "best": {"settings": best.settings, "value": best.value, "trial": best.number},
        "default": start and {"settings": start.settings, "value": start.value, "trial": start.number},
        "saved": name,
    }

    def text() -> str:
        return (
            _study_text(study)
            + f"\nSaved as {name}. See it on the test part: python -m recengine evaluate "
            + (f"--dataset {dataset.name} --models {name},{recipe.name},popularity")
        )

    emit(document, as_json=asked.json, text=text, device=device_kind())


def compare(asked: argparse.Namespace) -> None:
    """Models side by side on the validation part, each against the best, user by user."""
    objective, sign = find_metric(asked.objective), 1.0 if higher_is_better(asked.objective) else -1.0
    split = parse_split(asked.split).text
    workspace = Workspace.open()
    dataset = workspace.load_dataset(asked.dataset)
    wanted = [name.strip() for name in asked.models.split(",")]
    asked_recipes = {name: workspace.recipe(name) for name in wanted}
    asked_recipes |= {name: make_recipe(name) for name in FLOORS if name in recipes() and name not in wanted}
    progress = progress_lines()
    measured: dict[str, Validation] = {}
    problems: dict[str, str] = {}
    for number, (name, recipe) in enumerate(asked_recipes.items()):
        bar = within(progress, number / len(asked_recipes), (number + 1) / len(asked_recipes))
        bar = named(bar, scorer_label(name, recipe))
        try:
            measured[name] = workspace.validate(
                dataset, recipe, split=split, seed=asked.seed, folds=asked.folds, k=asked.k, progress=bar
            )
        except (RecipeError, EncoderError) as error:
            problems[name] = " ".join(str(error).split())
    if not measured:
        raise RecipeError(next(iter(problems.values())))
    ranked = sorted(
        measured, key=lambda name: _last_where_undefined(-sign * measured[name].table[asked.objective].mean)
    )
    best = measured[ranked[0]]
    differences = {name: paired(measured[name], best, seed=asked.seed) for name in ranked}
    document = {
        "dataset": dataset.name,
        "fingerprint": dataset.fingerprint,
        "objective": asked.objective,
        "split": split,
        "seed": asked.seed,
        "folds": asked.folds,
        "k": asked.k,
        "best": ranked[0],
        "models": {name: _validation_document(measured[name], differences[name]) for name in ranked},
        "problems": problems,
    }

    def text() -> str:
        rows = [_row(name, measured[name], differences[name], asked.objective) for name in ranked]
        header = [f"{objective.label}@{asked.k}", "mean", "95 % interval", "against the best", "fit", "memory"]
        notes = [f"{objective.variant}; validation part, split {split}, seed {asked.seed}", *problems.values()]
        return "\n".join([table(header, rows), *notes])

    emit(document, as_json=asked.json, text=text, device=device_kind())


def _last_where_undefined(value: float) -> float:
    return math.inf if math.isnan(value) else value


def _study_text(study: Study) -> str:
    best = study.best
    rows = [
        [
            f"{trial.number}{' *' if trial is best else ''}",
            "" if trial.value is None else f"{trial.value:.4f}",
            trial.state if trial.repeats is None else f"as {trial.repeats}",
            f"{trial.seconds:.1f} s",
            trial.reason or ", ".join(f"{key}={_short(value)}" for key, value in trial.settings.items()),
        ]
        for trial in study.trials
    ]
    objective = find_metric(study.question.objective)
    header = ["trial", f"{objective.label}@{study.question.k}", "state", "time", "settings"]
    note = f"The best of {len(study.trials)} looks at the same users is a little too good; the test part tells."
    return table(header, rows) + f"\n{note}"


def _short(value: Any) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def _validation_document(validation: Validation, difference: Mapping[str, Change]) -> dict[str, Any]:
    return {
        "settings": validation.settings,
        "table": {key: asdict(figure) for key, figure in validation.table.items()},
        "difference": {key: asdict(change) for key, change in difference.items()},
        "fit_seconds": validation.fit_seconds,
        "score_seconds": validation.score_seconds,
        "memory": validation.memory,
        "device": validation.device,
    }


def _row(name: str, validation: Validation, difference: Mapping[str, Change], objective: str) -> list[str]:
    figure = validation.table[objective]
    change = difference.get(objective)
    interval = "" if figure.low is None else f"{figure.low:.4f} to {figure.high:.4f}"
    against = (
        "" if change is None or change.mean == 0 else f"{change.mean:+.4f} ({change.low:+.4f} to {change.high:+.4f})"
    )
    return [
        name,
        f"{figure.mean:.4f}",
        interval,
        against,
        f"{validation.fit_seconds:.1f} s",
        f"{validation.memory / 2**20:,.0f} MiB",
    ]
