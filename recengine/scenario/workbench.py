"""What no weight changes: all that runs of scenarios over the same fitted scorers share."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any, Literal, Protocol, TypeAlias

import numpy as np
from scipy.sparse import csr_matrix

from recengine.arrays import Mask, Positions, Values
from recengine.data import Dataset, Split, split_dataset
from recengine.device import device_kind
from recengine.errors import ScenarioError
from recengine.evaluation import Resamples, item_slices
from recengine.fusion import Facts, Pool, Source, build_pool
from recengine.fusion.pair_scores import KeepsPairs, PairScores
from recengine.fusion.strategies import Learned, Lesson, Taught
from recengine.fusion.strategies.learned import FOLDS
from recengine.models import Resources, Scorer, ScoresPairs, refuse_if_too_large, scorer_label
from recengine.models.base import Recipe
from recengine.models.training import Stopwatch, TrainedRecipe
from recengine.progress import Cancel, Progress, named, never, silent, stop_if_asked, within
from recengine.scenario.scenario import Scenario
from recengine.storage import digest

POOL_VERSION = 3
"""Changes whenever the same scorers give another pool."""
Part: TypeAlias = tuple[Source, Positions]
"""A part of the catalogue, and the users whose lists are made of it."""
Measured = Literal["test", "validation"]
"""What lists are measured on: the test part, by scorers that know all of train, or the validation part, by scorers that
know train without it. Weights and whatever else is chosen are looked for on validation alone."""
SHARE_OF_FITTING = 0.8
"""Of the progress bar; the rest is the pools."""
SHARE_OF_TEACHING = 0.5
"""Of the progress bar, where the strategy learns."""
QUICK_SECONDS = 5.0
"""That the bar reckons for any fit, beside what a network has to compute at `NOMINAL_SPEED`."""
NOMINAL_SPEED = 5e9
"""Additions and multiplications a second; only how they compare matters."""


@dataclass(frozen=True)
class Fitted:
    """A scorer with how it came about. settings: of its recipe. device: in words. seconds: that the fit took."""

    scorer: Scorer
    label: str
    settings: Mapping[str, Any]
    device: str
    seconds: float


@dataclass(frozen=True)
class Slice:
    """A part of the catalogue, ranked and measured alone.

    relevant (n_users, n_items): the test positives among its items; the pool is of the users who have one, and
    resamples are for as many.
    """

    source: Source
    pool: Pool
    relevant: csr_matrix
    resamples: Resamples


@dataclass(frozen=True)
class Workbench:
    """A dataset, its split, the fitted scorers and their pools; held once a process and never written to.

    key: what all of it was made from, SHA-256. measured: the part that lists are measured on. fitted_on: the dataset
    part that the scorers know (their history).
    relevant (n_users, n_items): the positives of the measured part; empty under `all_data`.
    source and pool: over the whole catalogue. slices["long-tail" | "cold"]: those with a test positive.
    popularity (n_items,) int32: training users of each item. resamples: bootstrap counts, drawn once.
    """

    key: str
    measured: Measured
    dataset: Dataset
    split: Split
    fitted_on: Dataset
    fitted: Mapping[str, Fitted]
    source: Source
    pool: Pool
    slices: Mapping[str, Slice]
    relevant: csr_matrix
    popularity: Positions
    resamples: Resamples

    @property
    def scorers(self) -> Mapping[str, Scorer]:
        """The fitted scorers, in the order of the pool."""
        return {name: fitted.scorer for name, fitted in self.fitted.items()}

    @property
    def device(self) -> str:
        """What each scorer was fitted on, in words."""
        return "; ".join(f"{name}: {fitted.device}" for name, fitted in self.fitted.items())


class Store(Protocol):
    """Where fitted scorers and pools are kept between runs; `make` is called for what is not there."""

    resources: Resources

    def fitted(
        self, made_from: Mapping[str, Any], recipe: Recipe, train: Dataset, make: Callable[[], Fitted]
    ) -> Fitted:
        """The scorer stored under the digest of `made_from`, every choice that it depends on, or the one just made."""

    def pool(self, key: str, make: Callable[[Path | None], Pool]) -> Pool:
        """The pool stored under `key`, or the one just made, stored. `make` gets the folder to write big arrays to."""

    def taught(self, made_from: Mapping[str, Any], strategy: Learned, make: Callable[[], Taught]) -> Taught:
        """What `strategy` was taught, stored under the digest of `made_from`, or just now, stored."""

    def pairs(self, made_from: Mapping[str, Any], train: Dataset) -> KeepsPairs | None:
        """Where scores of pairs by the scorer of `made_from` are kept; None where they are not."""


class NoStore:
    """A `Store` that keeps nothing: everything is made anew."""

    def __init__(self, resources: Resources | None = None) -> None:
        self.resources = resources or Resources(device=device_kind())

    def fitted(
        self, made_from: Mapping[str, Any], recipe: Recipe, train: Dataset, make: Callable[[], Fitted]
    ) -> Fitted:
        """Make it."""
        return make()

    def pool(self, key: str, make: Callable[[Path | None], Pool]) -> Pool:
        """Make it."""
        return make(None)

    def taught(self, made_from: Mapping[str, Any], strategy: Learned, make: Callable[[], Taught]) -> Taught:
        """Make it."""
        return make()

    def pairs(self, made_from: Mapping[str, Any], train: Dataset) -> KeepsPairs | None:
        """Nowhere."""
        return None


def workbench_key(scenario: Scenario, device: str, measured: Measured = "test") -> str:
    """SHA-256 of every choice that a fit, a pool or what a strategy is taught depends on.

    Weights, normalisation and k are none of them, nor is a strategy that learns nothing.
    """
    facts = _made_from(scenario, device, measured) | {"depth": scenario.pool_depth, "pool": POOL_VERSION}
    strategy = scenario.fusion.strategy
    if isinstance(strategy, Learned):
        facts["taught"] = _taught_made_from(scenario, strategy, device, measured)
    return digest(facts)


def fit_key(scenario: Scenario, recipe: Recipe, device: str, measured: Measured = "test") -> str:
    """SHA-256 under which `recipe`, fitted as `scenario` says, is stored."""
    return digest(_fit_made_from(scenario, recipe, device, measured))


def build_workbench(
    dataset: Dataset,
    scenario: Scenario,
    *,
    measured: Measured = "test",
    store: Store | None = None,
    progress: Progress = silent,
    cancel: Cancel = never,
) -> Workbench:
    """Split, fit and pool what `scenario` names, taking from `store` what it has.

    A strategy that learns is taught on the validation part, by scorers that know train without it, which are fitted
    too. Where that part is what lists are measured on, it is cross-fitted: each user is scored by what the others
    taught.

    Raises `ScenarioError` when the scenario is of another dataset, is fitted on everything and measured on validation,
    or names a strategy that finds nothing to learn from; whatever a fit raises.
    """
    if scenario.all_data and measured == "validation":
        raise ScenarioError("scenario: fitted on all data, so no validation part is left. Choose a split.")
    if scenario.dataset != dataset.fingerprint:
        raise ScenarioError(
            f"scenario: made for dataset {scenario.dataset[:12]}…, this is {dataset.name!r} "
            f"({dataset.fingerprint[:12]}…). Choose that dataset, or make the scenario anew."
        )
    store = store or NoStore()
    strategy, all_of_it = scenario.fusion.strategy, progress
    if isinstance(strategy, Learned):
        progress = within(progress, 0, 1 - SHARE_OF_TEACHING)
    split = split_dataset(dataset, scenario.split, seed=scenario.seed)
    train = dataset if scenario.all_data else split.full_train if measured == "test" else split.train
    recipes = scenario.recipes()
    fitted = {}
    ends = SHARE_OF_FITTING * _shares_of_fitting(recipes.values(), train)
    for position, (name, recipe) in enumerate(recipes.items()):
        stop_if_asked(cancel)
        part = within(progress, float(ends[position]), float(ends[position + 1]))
        label = scorer_label(name, recipe)
        # two names of one recipe share what is stored
        fitted[name] = replace(_fit(recipe, train, scenario, measured, store, named(part, label), cancel), label=label)
    scorers = {name: entry.scorer for name, entry in fitted.items()}
    popularity = train.popularity()
    relevant = split.test.matrix if measured == "test" else split.validation.matrix
    if scenario.all_data:
        relevant = _among(relevant, np.zeros(dataset.n_items, dtype=np.bool_))
    learned: dict[Hashable, Taught] = {}
    # the lesson may need the pool, so what was taught is put in below
    facts = Facts(train, scorers, learned, _pairs(scenario, scorers, train, measured, store))
    parts: dict[str, Part] = {
        "": (Source(scorers, train.seen, facts=facts), np.arange(dataset.n_users, dtype=np.int32))
    }
    for name, mask in item_slices(popularity).items():
        users = np.flatnonzero(_among(relevant, mask).getnnz(axis=1)).astype(np.int32)
        # nobody else's list among these items is measured or shown
        if len(users):
            parts[name] = (Source(scorers, train.seen, mask, facts), users)
    pools = {}
    for position, (name, (source, users)) in enumerate(parts.items()):
        stop_if_asked(cancel)
        start = SHARE_OF_FITTING + (1 - SHARE_OF_FITTING) * position / len(parts)
        bar = within(progress, start, start + (1 - SHARE_OF_FITTING) / len(parts))
        key = _pool_key(scenario, store.resources.device, measured, name, source.eligible)
        pools[name] = store.pool(key, _pool_maker(source, users, scenario.pool_depth, bar, cancel))
    if isinstance(strategy, Learned):
        bar = within(all_of_it, 1 - SHARE_OF_TEACHING, 1.0)
        if measured == "validation":
            lesson: Callable[[], Lesson] = partial(Lesson, pools[""], facts, relevant, scenario.seed, FOLDS)
        else:
            lesson = partial(_lesson, dataset, scenario, store, within(bar, 0, SHARE_OF_FITTING), cancel)
        made_from = _taught_made_from(scenario, strategy, store.resources.device, measured)
        learned[strategy] = store.taught(
            made_from, strategy, _teacher(strategy, lesson, within(bar, SHARE_OF_FITTING, 1), cancel)
        )
    all_of_it(1.0, "Ready")
    return Workbench(
        key=workbench_key(scenario, store.resources.device, measured),
        measured=measured,
        dataset=dataset,
        split=split,
        fitted_on=train,
        fitted=fitted,
        source=parts[""][0],
        pool=pools[""],
        slices={
            name: Slice(
                source,
                pools[name],
                _among(relevant, source.eligible),
                Resamples.draw(len(users), seed=scenario.seed),
            )
            for name, (source, users) in parts.items()
            if source.eligible is not None
        },
        relevant=relevant,
        popularity=popularity,
        resamples=Resamples.draw(dataset.n_users, seed=scenario.seed),
    )


def _pairs(
    scenario: Scenario, scorers: Mapping[str, Scorer], train: Dataset, measured: Measured, store: Store
) -> dict[str, PairScores]:
    """What is known of the pairs of each scorer that reads pair by pair."""
    recipes, device = scenario.recipes(), store.resources.device
    return {
        name: PairScores(
            scorer, train.n_items, store.pairs(_fit_made_from(scenario, recipes[name], device, measured), train)
        )
        for name, scorer in scorers.items()
        if isinstance(scorer, ScoresPairs)
    }


def _shares_of_fitting(recipes: Iterable[Recipe], train: Dataset) -> Values:
    """From 0 to 1, (1 + number of recipes,): where on the bar each fit begins and ends, by how long it may take."""
    sizes = train.n_users, train.n_items, train.matrix.nnz
    work = [recipe.operations(*sizes) if isinstance(recipe, TrainedRecipe) else 0.0 for recipe in recipes]
    ends = np.cumsum([0.0, *(QUICK_SECONDS + each / NOMINAL_SPEED for each in work)])
    shares: Values = ends / ends[-1]
    return shares


def _fit(
    recipe: Recipe,
    train: Dataset,
    scenario: Scenario,
    measured: Measured,
    store: Store,
    progress: Progress,
    cancel: Cancel,
) -> Fitted:
    def make() -> Fitted:
        refuse_if_too_large(recipe, train, store.resources)
        progress(0.0, "Fitting")
        with Stopwatch() as watch:
            scorer = recipe.fit(train, seed=scenario.seed, resources=store.resources, progress=progress, cancel=cancel)
        progress(1.0, f"Fitted on {scorer.device} in {watch.seconds:.1f} s")
        return Fitted(scorer, recipe.label, recipe.settings(), scorer.device, watch.seconds)

    return store.fitted(_fit_made_from(scenario, recipe, store.resources.device, measured), recipe, train, make)


def _pool_maker(
    source: Source, users: Positions, depth: int, progress: Progress, cancel: Cancel
) -> Callable[[Path | None], Pool]:
    def make(folder: Path | None) -> Pool:
        progress(0.0, "Gathering candidates")
        return build_pool(source, users=users, depth=depth, folder=folder, progress=progress, cancel=cancel)

    return make


def _teacher(
    strategy: Learned, lesson: Callable[[], Lesson], progress: Progress, cancel: Cancel
) -> Callable[[], Taught]:
    return lambda: strategy.teach(lesson(), progress=progress, cancel=cancel)


def _lesson(dataset: Dataset, scenario: Scenario, store: Store, progress: Progress, cancel: Cancel) -> Lesson:
    """The validation part of `scenario`, for lists that are measured on the test part, or on nothing."""
    plain = _of_the_lesson(scenario)
    made = build_workbench(dataset, plain, measured="validation", store=store, progress=progress, cancel=cancel)
    return Lesson(made.pool, made.source.known(scenario.strategy), made.relevant, scenario.seed)


def _of_the_lesson(scenario: Scenario) -> Scenario:
    return replace(scenario, strategy="weighted-sum", strategy_settings=(), rerankers=(), all_data=False)


def _among(relevant: csr_matrix, eligible: Mask) -> csr_matrix:
    kept = relevant.copy()
    kept.data = kept.data * eligible[kept.indices]
    kept.eliminate_zeros()
    return kept


def _cut(scenario: Scenario, measured: Measured) -> dict[str, Any]:
    known = "all" if scenario.all_data else "train" if measured == "test" else "train without validation"
    return {
        "dataset": scenario.dataset,
        "split": scenario.split,
        "seed": scenario.seed,
        "part": known,
    }


def _recipe_facts(recipe: Recipe) -> dict[str, Any]:
    return {"name": recipe.name, "version": recipe.version, "settings": recipe.settings()}


def _fit_made_from(scenario: Scenario, recipe: Recipe, device: str, measured: Measured) -> dict[str, Any]:
    return _cut(scenario, measured) | {"device": device, "recipe": _recipe_facts(recipe)}


def _made_from(scenario: Scenario, device: str, measured: Measured) -> dict[str, Any]:
    recipes = {name: _recipe_facts(recipe) for name, recipe in scenario.recipes().items()}
    # names and their order stand in the pool too
    return _cut(scenario, measured) | {"device": device, "scorers": list(recipes), "recipes": recipes}


def _taught_made_from(scenario: Scenario, strategy: Learned, device: str, measured: Measured) -> dict[str, Any]:
    return _made_from(_of_the_lesson(scenario), device, "validation") | {
        "depth": scenario.pool_depth,
        "pool": POOL_VERSION,
        "strategy": {"name": strategy.name, "version": strategy.version, "settings": strategy.settings()},
        "folds": FOLDS if measured == "validation" else 1,
    }


def _pool_key(scenario: Scenario, device: str, measured: Measured, name: str, eligible: Mask | None) -> str:
    slice_facts = {"slice": name, "items": None if eligible is None else np.flatnonzero(eligible).tolist()}
    facts = _made_from(scenario, device, measured) | {"depth": scenario.pool_depth, "pool": POOL_VERSION}
    return digest(facts | slice_facts)
