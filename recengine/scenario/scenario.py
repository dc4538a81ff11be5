"""A scenario: every choice of one run, as a value that can be stored, shared and run again."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any, TypeAlias

from recengine.data import Dataset, parse_split
from recengine.data.splits.split import MAX_SEED
from recengine.errors import RecengineError, ScenarioError
from recengine.fusion import (
    DEFAULT_DEPTH,
    DEFAULT_K,
    NEUTRALS,
    NORMALIZATIONS,
    Fusion,
    Neutral,
    Normalization,
    make_reranker,
    make_strategy,
)
from recengine.models import default_recipes, make_recipe
from recengine.models.base import Recipe
from recengine.storage import digest

FORMAT = "recengine-scenario"
VERSION = 2
READABLE = (1, 2)
"""Versions of the format that are read; the first one had the weighted sum alone and no re-rankers."""
Choice: TypeAlias = tuple[str, tuple[tuple[str, Any], ...]]
"""A name and its settings, sorted by name."""

DEFAULT_WEIGHTS: Mapping[str, float] = {"als": 0.7, "text": 0.2, "popularity": 0.1}
"""Best of 66 on the validation part of MovieLens-100K: NDCG@10 .2116, where ALS alone has .2101, which is within noise
(python -m benchmarks.default_weights)."""
MAX_DEPTH = 10_000
MAX_QUOTED = 80
"""Characters of a wrong value that an error repeats."""


@dataclass(frozen=True)
class Scenario:
    """What was run on what; hashable, checked when made.

    dataset: fingerprint. split: text of the cut (see `parse_split`), the shortest one. models: (name, settings as
    pairs) a scorer. weights: (scorer, raw weight >= 0), one a model, in the order of the models. strategy, with its
    settings: how the scorers' opinions become one ranking. rerankers: (name, settings as pairs), in the order in which
    they are applied. all_data: fit on everything, for lists to serve; nothing is left to measure them on.
    """

    dataset: str
    models: tuple[tuple[str, tuple[tuple[str, Any], ...]], ...]
    weights: tuple[tuple[str, float], ...]
    split: str = "random"
    seed: int = 0
    normalization: Normalization = "min-max"
    neutral: Neutral = "mean"
    strategy: str = "weighted-sum"
    strategy_settings: tuple[tuple[str, Any], ...] = ()
    rerankers: tuple[Choice, ...] = ()
    pool_depth: int = DEFAULT_DEPTH
    k: int = DEFAULT_K
    all_data: bool = False

    def __post_init__(self) -> None:
        """Check every choice, and write out the settings that are left at their defaults.

        Raises `ScenarioError` or `RecipeError`.
        """
        object.__setattr__(self, "split", parse_split(self.split).text)
        strategy = make_strategy(self.strategy, dict(self.strategy_settings))
        object.__setattr__(self, "strategy_settings", _pairs(strategy.settings()))
        rerankers = [make_reranker(name, dict(settings)) for name, settings in self.rerankers]
        object.__setattr__(self, "rerankers", tuple((one.name, _pairs(one.settings())) for one in rerankers))
        _check(self)
        strategy.check(self.scorers)

    @property
    def scorers(self) -> tuple[str, ...]:
        """Names of the scorers, in the order of pool and weights."""
        return tuple(name for name, _ in self.models)

    @property
    def fusion(self) -> Fusion:
        """The part of the scenario that a slider moves."""
        return Fusion(
            tuple(weight for _, weight in self.weights),
            self.normalization,
            self.neutral,
            make_strategy(self.strategy, dict(self.strategy_settings)),
            tuple(make_reranker(name, dict(settings)) for name, settings in self.rerankers),
        )

    @property
    def key(self) -> str:
        """SHA-256 of every choice."""
        return digest(self.to_json())

    def recipes(self) -> dict[str, Recipe]:
        """The recipe of each scorer."""
        return {name: make_recipe(name, dict(settings)) for name, settings in self.models}

    def with_weights(self, weights: Mapping[str, float]) -> Scenario:
        """The same scenario with other weights; a scorer that is not named gets 0."""
        unknown = [name for name in weights if name not in self.scorers]
        if unknown:
            raise ScenarioError(
                f"weights: there is no scorer {_quoted(unknown[0])}. Choose among {', '.join(self.scorers)}, or fit it "
                "first."
            )
        return replace(self, weights=tuple((name, weights.get(name, 0.0)) for name in self.scorers))

    def only(self, scorer: str) -> Scenario:
        """The same scenario with all the weight on one scorer."""
        return self.with_weights({scorer: 1.0})

    def with_strategy(self, name: str, settings: Mapping[str, Any] | None = None) -> Scenario:
        """The same scenario with another strategy."""
        return replace(self, strategy=name, strategy_settings=tuple((settings or {}).items()))

    def with_rerankers(self, rerankers: Sequence[tuple[str, Mapping[str, Any]]]) -> Scenario:
        """The same scenario with these re-rankers, (name, settings), in this order."""
        return replace(self, rerankers=tuple((name, tuple(settings.items())) for name, settings in rerankers))

    def to_json(self) -> dict[str, Any]:
        """A JSON object, keys as the field names; models and weights by scorer."""
        document: dict[str, Any] = {"format": FORMAT, "version": VERSION}
        document |= {field.name: getattr(self, field.name) for field in fields(self)}
        document["models"] = {name: dict(settings) for name, settings in self.models}
        document["weights"] = dict(self.weights)
        document["strategy_settings"] = dict(self.strategy_settings)
        document["rerankers"] = [{"name": name, **dict(settings)} for name, settings in self.rerankers]
        return document

    @classmethod
    def from_json(cls, document: object, source: str = "scenario") -> Scenario:
        """The scenario that `to_json` wrote, checked whole; one `ScenarioError` names `source` and the key."""
        try:
            return cls._read(document, source)
        except RecursionError as error:
            raise ScenarioError(
                f"{source}: nested deeper than any setting is. Download the scenario again from the Report page."
            ) from error

    @classmethod
    def _read(cls, document: object, source: str) -> Scenario:
        if not isinstance(document, dict) or document.get("format") != FORMAT:
            raise ScenarioError(
                f'{source}: not a scenario file, which is a JSON object with "format": "{FORMAT}". '
                "Download one from the Report page."
            )
        if document.get("version") not in READABLE:
            raise ScenarioError(
                f"{source}: written in version {_quoted(document.get('version'))} of the format, this program reads "
                f"{' and '.join(map(str, READABLE))}. Save the scenario again with this program."
            )
        content = {key: value for key, value in document.items() if key not in ("format", "version")}
        known = {field.name for field in fields(cls)}
        for key in content:
            if key not in known:
                raise ScenarioError(
                    f"{source}: unknown key {_quoted(key)}. Remove it; the keys are {', '.join(sorted(known))}."
                )
        for key in ("dataset", "models", "weights"):
            if key not in content:
                raise ScenarioError(f"{source}: the key {key!r} is missing. Add it, or download the scenario again.")
        try:
            return cls(**_values(content))
        except RecengineError as error:
            raise ScenarioError(f"{source}: {error}") from error


def default_scenario(dataset: Dataset, **choices: Any) -> Scenario:
    """The scorers of a first look with their default settings and weights; `choices` replace fields.

    recipes, among the choices: others instead, by the name of the scorer. k is 10, or the whole catalogue where that is
    smaller.
    """
    recipes: Mapping[str, Recipe] = choices.pop("recipes", None) or {
        recipe.name: recipe for recipe in default_recipes(dataset)
    }
    models = tuple((name, tuple(sorted(recipe.settings().items()))) for name, recipe in recipes.items())
    choices.setdefault("weights", default_weights(recipes))
    choices.setdefault("k", min(DEFAULT_K, dataset.n_items))
    return Scenario(dataset=dataset.fingerprint, models=models, **choices)


def has_weight(recipe: Recipe) -> bool:
    """Whether a new scorer is to count: a floor is there to compare with, and some propose nothing."""
    return recipe.family != "Floor" and recipe.proposes


def default_weights(recipes: Mapping[str, Recipe]) -> tuple[tuple[str, float], ...]:
    """One a scorer: the tuned ones where these are the scorers of a first look, else all alike.

    But floors, and those that propose nothing, are at 0.
    """
    if set(recipes) <= set(DEFAULT_WEIGHTS):
        return tuple((name, DEFAULT_WEIGHTS[name]) for name in recipes)
    earnest = {name for name, recipe in recipes.items() if has_weight(recipe)} or set(recipes)
    return tuple((name, 1.0 if name in earnest else 0.0) for name in recipes)


def _values(content: Mapping[str, Any]) -> dict[str, Any]:
    """Field values from JSON: objects and lists become the tuples of the dataclass."""
    values = dict(content)
    models, weights = content["models"], content["weights"]
    if not isinstance(models, dict) or not all(isinstance(settings, dict) for settings in models.values()):
        raise ScenarioError('"models" must be an object of scorer names to settings. Restore it, or download again.')
    if not isinstance(weights, dict):
        raise ScenarioError('"weights" must be an object of scorer names to numbers. Restore it, or download again.')
    for name in weights:
        if name not in models:
            raise ScenarioError(f"weights: there is no scorer {_quoted(name)}. Choose among {', '.join(models)}.")
    values["models"] = tuple((name, tuple(sorted(settings.items()))) for name, settings in models.items())
    values["weights"] = tuple((name, weights.get(name, 0.0)) for name in models)
    settings = content.get("strategy_settings", {})
    if not isinstance(settings, dict):
        raise ScenarioError('"strategy_settings" must be an object. Restore it, or download again.')
    values["strategy_settings"] = _pairs(settings)
    rerankers = content.get("rerankers", [])
    if not isinstance(rerankers, list) or not all(isinstance(one, dict) and "name" in one for one in rerankers):
        raise ScenarioError('"rerankers" must be a list of objects with a "name". Restore it, or download again.')
    values["rerankers"] = tuple(
        (str(one["name"]), _pairs({key: value for key, value in one.items() if key != "name"})) for one in rerankers
    )
    return values


def _pairs(settings: Mapping[str, Any]) -> tuple[tuple[str, Any], ...]:
    """Settings as pairs sorted by name, lists as tuples, so that they can be compared and hashed."""
    return tuple(sorted((name, _frozen(value)) for name, value in settings.items()))


def _frozen(value: Any) -> Any:
    return tuple(_frozen(one) for one in value) if isinstance(value, list | tuple) else value


def _check(scenario: Scenario) -> None:
    if not isinstance(scenario.dataset, str) or not scenario.dataset:
        raise ScenarioError(
            f'"dataset" must be a fingerprint, got {_quoted(scenario.dataset)}. Use the one `import` printed.'
        )
    if not scenario.models:
        raise ScenarioError('"models" names no scorer. Name at least one, such as als.')
    scenario.recipes()
    weighed = tuple(name for name, _ in scenario.weights)
    if weighed != scenario.scorers or len(set(weighed)) < len(weighed):
        raise ScenarioError(
            f"weights: they are of {', '.join(map(str, weighed))}, the models are {', '.join(scenario.scorers)}. Give "
            "one for each model, in the same order."
        )
    for name, weight in scenario.weights:
        number = isinstance(weight, int | float) and not isinstance(weight, bool)
        # a whole number beyond every float can be compared but not converted; NaN is in no range
        if not number or not 0 <= weight <= sys.float_info.max:
            raise ScenarioError(
                f"weights: {name} must be a finite number of at least 0, got {_quoted(weight)}. Change it."
            )
    if not any(weight > 0 for _, weight in scenario.weights):
        raise ScenarioError("weights: all are 0, so nothing ranks the items. Raise at least one.")
    _one_of("normalization", scenario.normalization, NORMALIZATIONS)
    _one_of("neutral", scenario.neutral, NEUTRALS)
    _whole("seed", scenario.seed, 0, MAX_SEED)
    _whole("pool_depth", scenario.pool_depth, 1, MAX_DEPTH)
    _whole("k", scenario.k, 1, 2**31 - 1)
    if not isinstance(scenario.all_data, bool):
        raise ScenarioError(f'"all_data" must be true or false, got {_quoted(scenario.all_data)}. Change it.')


def _quoted(value: object) -> str:
    """As in Python, cut to a length that fits into one line."""
    text = repr(value)
    return text if len(text) <= MAX_QUOTED else f"{text[:MAX_QUOTED]}…"


def _one_of(key: str, value: object, choices: tuple[str, ...]) -> None:
    if value not in choices:
        raise ScenarioError(f"{key}: {_quoted(value)} is unknown. Choose among {', '.join(choices)}.")


def _whole(key: str, value: object, low: int, high: int) -> None:
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        raise ScenarioError(f"{key} must be a whole number from {low:,} to {high:,}, got {_quoted(value)}. Change it.")
