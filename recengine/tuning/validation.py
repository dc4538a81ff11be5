"""How good a recipe is on positives that are neither learnt from nor of the test part: what choices are made on."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from recengine.arrays import Positions, Scores, Values, read_only
from recengine.data import Dataset, Fold, fold_splits, parse_split, split_dataset
from recengine.data.splits.folds import MAX_FOLDS
from recengine.data.splits.split import check_seed
from recengine.errors import RecipeError, ScenarioError
from recengine.evaluation import Change, Figure, Resamples, change, user_figures
from recengine.fusion import check_k
from recengine.fusion.memory import block_size
from recengine.models import Curve, HasCurves, Learns, Recipe, Resources, Scorer, estimated_memory, refuse_if_too_large
from recengine.models.training import Stopwatch
from recengine.progress import Cancel, Progress, never, silent, stop_if_asked, within
from recengine.ranking import METRICS, Rankings, compute_metrics, take, top_k
from recengine.storage import digest

VERSION = 1
"""Changes whenever the same recipe and data give another validation."""
SHARE_OF_FITTING = 0.8
"""Of the progress bar; the rest is scoring."""


@dataclass(frozen=True)
class Validation:
    """A recipe measured on what it has not learnt from, as far as no part of that is the test part.

    recipe, settings: what was fitted. per_user[metric] (n_users,) float64, read-only, by the user's position: NaN where
    undefined, and for users without a positive to measure on; over folds, the mean of the user's folds. Two recipes
    validated on the same question are compared user by user. table[metric]: figures over users, or of all lists
    together (coverage, Gini; over folds their mean).
    folds: how many fits; seconds are of all of them, memory (bytes, an estimate) and losses of one.
    losses: after each round of the first fit, empty where it has none; loss_name says which. curves: what else it
    measured after each.
    """

    recipe: str
    settings: Mapping[str, Any]
    per_user: Mapping[str, Values]
    table: Mapping[str, Figure]
    folds: int
    fit_seconds: float
    score_seconds: float
    memory: int
    device: str
    losses: tuple[float, ...] = ()
    loss_name: str = ""
    curves: tuple[Curve, ...] = field(default=(), compare=False)


@dataclass(frozen=True)
class Measured:
    """One fit on one fold: metrics by user, (n_users,) each, and those of all lists together."""

    per_user: Mapping[str, Values]
    overall: Mapping[str, float]
    fit_seconds: float
    score_seconds: float
    device: str
    losses: tuple[float, ...]
    loss_name: str
    curves: tuple[Curve, ...]


def validation_key(recipe: Recipe, dataset: str, *, split: str, seed: int, folds: int, k: int, device: str) -> str:
    """SHA-256 of everything that a validation depends on. dataset: its fingerprint; device: its kind."""
    return digest(
        {
            "validation": VERSION,
            "dataset": dataset,
            "split": parse_split(split).text,
            "seed": seed,
            "folds": folds,
            "k": k,
            "device": device,
            "recipe": {"name": recipe.name, "version": recipe.version, "settings": recipe.settings()},
        }
    )


def check_cut(split: str, seed: int, folds: int) -> None:
    """Whether there is such a cut; folds are cut by chance and by pair, so they need the split "random".

    Raises `ScenarioError`.
    """
    spec = parse_split(split)
    check_seed(seed)
    if not 1 <= folds <= MAX_FOLDS:
        raise ScenarioError(f"folds must be from 1 (the validation part) to {MAX_FOLDS}, got {folds}. Change it.")
    if folds > 1 and spec.method != "random":
        raise ScenarioError(f'folds: {folds} need the split "random", got "{spec}". Use 1, or that split.')


def validation_folds(dataset: Dataset, split: str = "random", *, seed: int = 0, folds: int = 1) -> list[Fold]:
    """What is fitted on and measured on: the validation part with one fold, else every positive but the test part's.

    Raises `ScenarioError` where `check_cut` does, `DataError` for a split that needs times.
    """
    check_cut(split, seed, folds)
    parts = split_dataset(dataset, split, seed=seed)
    if folds == 1:
        return [Fold(parts.train, parts.validation)]
    return list(fold_splits(parts.full_train, folds, seed=seed))


def validate(
    recipe: Recipe,
    dataset: Dataset,
    *,
    split: str = "random",
    seed: int = 0,
    folds: int = 1,
    k: int = 10,
    resources: Resources = Resources(),
    progress: Progress = silent,
    cancel: Cancel = never,
) -> Validation:
    """Fit without the validation part, rank what each user has not seen there, and measure on the validation part.

    folds: above 1, positives of train and validation are cut anew, and each fold is measured on once (`fold_splits`).
    Raises `RecipeError` where the recipe cannot be fitted, `ScenarioError` for a split, k or number of folds that
    cannot be, `CancelledError`.
    """
    check_k(k, dataset.n_items)
    parts = validation_folds(dataset, split, seed=seed, folds=folds)
    measured = []
    for number, part in enumerate(parts):
        bar = within(progress, number / folds, (number + 1) / folds)
        measured.append(measure_fold(recipe, part, seed=seed, k=k, resources=resources, progress=bar, cancel=cancel))
    per_user, overall = merged(measured)
    figures = user_figures(per_user, Resamples.draw(dataset.n_users, seed=seed))
    n = max((figure.n for figure in figures.values()), default=0)
    figures |= {key: Figure(value, None, None, n, METRICS[key].variant) for key, value in overall.items()}
    return Validation(
        recipe=recipe.name,
        settings=recipe.settings(),
        per_user=per_user,
        table={key: figures[key] for key in METRICS if key in figures},
        folds=folds,
        fit_seconds=sum(one.fit_seconds for one in measured),
        score_seconds=sum(one.score_seconds for one in measured),
        memory=estimated_memory(recipe, parts[0].train),
        device=measured[0].device,
        losses=measured[0].losses,
        loss_name=measured[0].loss_name,
        curves=measured[0].curves,
    )


def paired(validation: Validation, baseline: Validation, *, seed: int = 0) -> dict[str, Change]:
    """What `validation` has more than `baseline`, metric by metric over the same users, with paired intervals.

    Both must be of the same dataset, split, seed, folds and k.
    """
    n_users = len(next(iter(validation.per_user.values())))
    return change(validation.per_user, baseline.per_user, Resamples.draw(n_users, seed=seed))


def measure_fold(
    recipe: Recipe,
    fold: Fold,
    *,
    seed: int,
    k: int,
    keys: Iterable[str] = tuple(METRICS),
    resources: Resources = Resources(),
    progress: Progress = silent,
    cancel: Cancel = never,
) -> Measured:
    """Fit on one fold's train and measure `keys` on its validation, over the users who have a positive there."""
    stop_if_asked(cancel)
    train, relevant = fold.train, fold.validation.matrix
    if obstacle := recipe.obstacle(train):
        raise RecipeError(obstacle)
    refuse_if_too_large(recipe, train, resources)
    progress(0.0, "Fitting")
    with Stopwatch() as watch:
        scorer = recipe.fit(
            train, seed=seed, resources=resources, progress=within(progress, 0.0, SHARE_OF_FITTING), cancel=cancel
        )
    fitted = time.perf_counter()
    users = np.flatnonzero(np.diff(relevant.indptr)).astype(np.int32)
    rankings = rank_unseen(scorer, train, users, k, within(progress, SHARE_OF_FITTING, 1.0), cancel)
    by_user, overall = compute_metrics(rankings, relevant, train.popularity(), train.n_users, tuple(keys))
    scored = time.perf_counter()
    if len(users) == 0:
        overall = dict.fromkeys(overall, float("nan"))
    per_user = {key: _spread(values, users, train.n_users) for key, values in by_user.items()}
    losses, loss_name = (scorer.losses, scorer.loss_name) if isinstance(scorer, Learns) else ((), "")
    return Measured(
        per_user,
        overall,
        watch.seconds,
        scored - fitted,
        scorer.device,
        tuple(float(loss) for loss in losses),
        loss_name,
        tuple(scorer.curves) if isinstance(scorer, HasCurves) else (),
    )


def rank_unseen(
    scorer: Scorer,
    train: Dataset,
    users: Positions,
    k: int,
    progress: Progress = silent,
    cancel: Cancel = never,
) -> Rankings:
    """The best k items that each of `users` has not seen in `train`, scored in blocks of users."""
    size = block_size(1, train.n_items)
    items = np.full((len(users), k), -1, dtype=np.int32)
    values: Scores = np.full((len(users), k), np.nan, dtype=np.float32)
    for start in range(0, len(users), size):
        stop_if_asked(cancel)
        progress(start / len(users), f"Ranking for {len(users):,} users")
        block = slice(start, start + size)
        scores = np.array(scorer.score(users[block]), dtype=np.float32)
        scores[train.seen[users[block]].nonzero()] = np.nan
        items[block] = top_k(scores, k)
        values[block] = take(scores, items[block], np.nan)
    progress(1.0, f"Ranked for {len(users):,} users")
    return Rankings(users, read_only(items), read_only(values))


def merged(measured: Sequence[Measured]) -> tuple[dict[str, Values], dict[str, float]]:
    """Several folds as one: for each user the mean of the folds that have a value, of all lists the plain mean."""
    first = measured[0]
    per_user = {key: read_only(_mean(np.stack([one.per_user[key] for one in measured]))) for key in first.per_user}
    overall = {key: float(_mean(np.array([[one.overall[key]] for one in measured]))[0]) for key in first.overall}
    return per_user, overall


def _mean(rows: Values) -> Values:
    """Mean over the first axis of what is not NaN, without a warning where nothing is."""
    defined = ~np.isnan(rows)
    with np.errstate(invalid="ignore"):
        mean: Values = np.where(defined, rows, 0.0).sum(axis=0) / defined.sum(axis=0)
    return mean


def _spread(values: Values, users: Positions, n_users: int) -> Values:
    spread = np.full(n_users, np.nan)
    spread[users] = values
    return read_only(spread)
