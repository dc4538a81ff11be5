"""The search for better settings: Optuna proposes, validation decides, every trial is kept."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from recengine.data import Dataset
from recengine.errors import RecipeError
from recengine.models import Recipe, Resources
from recengine.models.settings import Search
from recengine.progress import Cancel, Progress, never, silent, stop_if_asked, within
from recengine.ranking import METRICS
from recengine.tuning.budget import Budget
from recengine.tuning.proposals import contains, propose
from recengine.tuning.rungs import Rungs
from recengine.tuning.study import Question, Study, search_space, size
from recengine.tuning.trials import MAX_REASON, Trial, TrialFile, TrialState
from recengine.tuning.validation import Measured, measure_fold, merged, validation_folds

BREAKS_DOWN = (RecipeError, MemoryError, ArithmeticError, np.linalg.LinAlgError)
"""What settings may do to a fit; others may go well."""
Hopeless = Callable[[int, float], bool]
"""Told the number of a rung and the objective on it; whether the trial should end there."""


def tune(
    question: Question,
    recipe: Recipe,
    dataset: Dataset,
    *,
    budget: Budget | None = None,
    file: TrialFile | None = None,
    resources: Resources = Resources(),
    progress: Progress = silent,
    cancel: Cancel = never,
) -> Study:
    """Search the settings of `recipe` for the best objective; those that it has are tried first, and to the end.

    question: what `ask` made of the same recipe and dataset. file: where trials are kept, each when it is over, and
    from which a study goes on; without it they are lost when the search is stopped.

    A trial is pruned where it is worse than the median of the complete ones on the same share of the work (`Rungs`).
    One that cannot be fitted is kept as failed. Settings that were tried are not fitted again, and where every choice
    has been tried, the search is over before its budget. The same question, start and number of trials give the same
    trials, in one run or in several.

    Raises `CancelledError`, also between the steps of a trial, which then is not kept; `ScenarioError`, `StoreError`.
    """
    if (question.dataset, question.recipe) != (dataset.fingerprint, recipe.name):
        raise ValueError("question: asked of another recipe or dataset")
    budget = budget or Budget()
    trials = [] if file is None else file.read()
    space = search_space(recipe)
    progress(budget.spent(len(trials)), "Cutting the validation part")
    folds = validation_folds(dataset, question.split, seed=question.seed, folds=question.folds)
    # the defaults, so that whether there is a sample does not hang on where the search starts
    typical = type(recipe)(**dict(question.fixed))
    rungs = Rungs.of(folds, typical, seed=question.seed) if question.prune else Rungs(None, tuple(folds))
    bench = _Bench(question, type(recipe), rungs, resources, cancel)
    while budget.spent(len(trials)) < 1.0 and not _nothing_left(trials, recipe, space):
        stop_if_asked(cancel)
        settings, hopeless = _next(question, recipe, space, trials)
        earlier = _same(trials, settings)
        if earlier is None:
            bar = _bar(progress, budget, Study(question, tuple(trials)))
            trial = bench.run(len(trials), settings, hopeless, bar)
        else:
            trial = replace(earlier, number=len(trials), seconds=0.0, repeats=earlier.number)
        if file is not None:
            file.append(trial)
        trials.append(trial)
    study = Study(question, tuple(trials))
    progress(1.0, f"{len(trials)} trials{_best_words(study)}")
    return study


@dataclass(frozen=True)
class _Bench:
    """All that the trials of a run share."""

    question: Question
    make: type[Recipe]
    rungs: Rungs
    resources: Resources
    cancel: Cancel

    def run(self, number: int, settings: Mapping[str, Any], hopeless: Hopeless, progress: Progress) -> Trial:
        """Measure one choice of settings, rung by rung, for as long as there is hope."""
        started = time.perf_counter()
        values: list[float] = []

        def trial(state: TrialState, value: float | None = None, reason: str = "") -> Trial:
            seconds = time.perf_counter() - started
            return Trial(number, settings, value, state, seconds, tuple(values), reason)

        try:
            for rung, value in enumerate(self._values(self.make(**settings), progress)):
                if math.isnan(value):
                    return trial("failed", reason=f"{self.question.objective} is undefined: there is nobody to measure")
                values.append(value)
                if rung + 1 < self.rungs.n and hopeless(rung, value):
                    reason = f"{value:.4f} on part {rung + 1} of {self.rungs.n} is worse than most had there"
                    return trial("pruned", reason=reason)
        except BREAKS_DOWN as error:
            said = " ".join(str(error).split()) or type(error).__name__
            return trial("failed", reason=said[:MAX_REASON])
        return trial("complete", values[-1])

    def _values(self, recipe: Recipe, progress: Progress) -> Iterator[float]:
        """The objective on each rung, which is measured when it is asked for."""
        sampled = [] if self.rungs.sample is None else [self.rungs.sample]
        so_far: list[Measured] = []
        for rung, fold in enumerate((*sampled, *self.rungs.folds)):
            measured = measure_fold(
                recipe,
                fold,
                seed=self.question.seed,
                k=self.question.k,
                keys=[self.question.objective],
                resources=self.resources,
                progress=within(progress, rung / self.rungs.n, (rung + 1) / self.rungs.n),
                cancel=self.cancel,
            )
            if rung < len(sampled):
                yield self._objective([measured])
            else:
                so_far.append(measured)
                yield self._objective(so_far)

    def _objective(self, measured: Sequence[Measured]) -> float:
        """Its mean over users, as a validation has it."""
        per_user, overall = merged(measured)
        if self.question.objective in overall:
            return overall[self.question.objective]
        values = per_user[self.question.objective]
        values = values[~np.isnan(values)]
        return float(values.mean()) if len(values) else math.nan


def _next(
    question: Question, recipe: Recipe, space: Mapping[str, Search], trials: Sequence[Trial]
) -> tuple[dict[str, Any], Hopeless]:
    """Settings to try, and when to stop trying them."""
    if _same(trials, recipe.settings()) is None:
        return recipe.settings(), lambda rung, value: False
    proposal = propose(question, space, trials)

    def hopeless(rung: int, value: float) -> bool:
        proposal.report(value, rung)
        return proposal.should_prune()

    return {**recipe.settings(), **proposal.params}, hopeless


def _same(trials: Sequence[Trial], settings: Mapping[str, Any]) -> Trial | None:
    """The first trial of these settings."""
    return next((trial for trial in trials if trial.settings == settings), None)


def _nothing_left(trials: Sequence[Trial], recipe: Recipe, space: Mapping[str, Search]) -> bool:
    """Whether the start and every choice of the space have been tried."""
    n_choices = size(space)
    if n_choices is None or _same(trials, recipe.settings()) is None:
        return False
    tried = {tuple(trial.settings[name] for name in space) for trial in trials}
    inside = [all(map(contains, space.values(), choice)) for choice in tried]
    return sum(inside) >= n_choices


def _bar(progress: Progress, budget: Budget, study: Study) -> Progress:
    """The progress of the next trial within the budget: "trial 12 of 50: best 0.213"."""
    number = len(study.trials)
    text = budget.words(number) + _best_words(study)

    def report(share: float, _: str) -> None:
        progress(budget.spent(number + min(share, 0.99)), text)

    report(0.0, "")
    return report


def _best_words(study: Study) -> str:
    best = study.best
    if best is None or best.value is None:
        return ""
    return f": best {METRICS[study.question.objective].label} {best.value:.4f}"
