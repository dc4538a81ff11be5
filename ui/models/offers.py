"""Which scorers there are to choose for a dataset, what each would cost, and the scenario of a choice.

No Streamlit here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from recengine.data import Dataset
from recengine.device import device_kind
from recengine.errors import RecipeError, ScenarioError
from recengine.fusion import WeightedSum
from recengine.models import (
    FAMILIES,
    Recipe,
    Resources,
    estimated_memory,
    make_recipe,
    recipe_name,
    recipes,
    refuse_if_too_large,
    scorer_label,
)
from recengine.models.memory import GIB
from recengine.models.training import Run
from recengine.models.training.cost import rough_time
from recengine.scenario import Scenario, default_weights, fit_key, has_weight
from recengine.scenario.scenario import Choice
from recengine.workspace import FitEntry, Workspace, estimated_seconds

MIB = 2**20
FLOORS = ("popularity", "random")
"""What every comparison has."""


@dataclass(frozen=True)
class Offer:
    """A scorer that can be chosen, or why it cannot.

    recipe: with the settings that it would have. saved: a variant that somebody named. own: the settings are those of
    the scenario, which are neither the defaults nor saved. obstacle: why it cannot be fitted, one line. fit: what is
    stored for it, None where it would be fitted. memory: bytes at the peak of a fit, an estimate from above. seconds:
    that a fit takes, roughly; None where that is not known, or is nothing to speak of. run: a fit of it that stopped.
    """

    scorer: str
    recipe: Recipe
    saved: bool
    own: bool
    obstacle: str | None
    fit: FitEntry | None
    memory: int
    seconds: float | None = None
    run: Run | None = None

    @property
    def label(self) -> str:
        """How it is called."""
        return scorer_label(self.scorer, self.recipe)

    @property
    def can_be_chosen(self) -> bool:
        """Whether nothing is in the way."""
        return self.obstacle is None


def named_recipes(workspace: Workspace) -> dict[str, Recipe]:
    """Every recipe that has a name, by family: the defaults of each, then its saved variants."""
    saved = workspace.saved_recipes()
    named: dict[str, Recipe] = {}
    every = recipes()
    for name in sorted(every, key=lambda name: FAMILIES.index(every[name].family)):
        named[name] = every[name]()
        named |= {scorer: recipe for scorer, recipe in saved.items() if recipe.name == name}
    return named


def possible_recipes(workspace: Workspace, dataset: Dataset) -> dict[str, Recipe]:
    """Those with a name that nothing in the data keeps from being fitted."""
    return {scorer: recipe for scorer, recipe in named_recipes(workspace).items() if recipe.obstacle(dataset) is None}


def labels(named: Mapping[str, Recipe]) -> dict[str, str]:
    """How each scorer is called."""
    return {scorer: scorer_label(scorer, recipe) for scorer, recipe in named.items()}


def offers(
    workspace: Workspace, dataset: Dataset, scenario: Scenario, *, plain: Iterable[str] = (), free: int | None = None
) -> dict[str, Offer]:
    """Every scorer by its name: all that have a name, and those of the scenario.

    plain: names that are to have their own settings even where the scenario has others. free: bytes of memory; None is
    what the machine has.
    """
    named = named_recipes(workspace)
    own = {
        scorer: recipe
        for scorer, recipe in scenario.recipes().items()
        if scorer not in plain and (scorer not in named or named[scorer].settings() != recipe.settings())
    }
    device, stored = device_kind(), {entry.key: entry for entry in workspace.fits()}
    resources = replace(workspace.resources(), memory=free)
    offered = {}
    for scorer, recipe in in_order({**named, **own}).items():
        fit = stored.get(fit_key(scenario, recipe, device))
        offered[scorer] = Offer(
            scorer,
            recipe,
            saved=":" in scorer and scorer in named,
            own=scorer in own,
            obstacle=None if fit is not None else _obstacle(recipe, dataset, resources),
            fit=fit,
            memory=estimated_memory(recipe, dataset),
            seconds=None if fit is not None else estimated_seconds(recipe, dataset, stored.values(), device),
            run=_stopped(workspace.training_run(scenario, recipe)),
        )
    return offered


def in_order(chosen: Mapping[str, Recipe]) -> dict[str, Recipe]:
    """By family, then as the recipes are listed, variants behind their recipe."""
    every = list(recipes())

    def place(scorer: str) -> tuple[int, int, str]:
        recipe = chosen[scorer]
        return FAMILIES.index(recipe.family), every.index(recipe.name), scorer

    return {scorer: chosen[scorer] for scorer in sorted(chosen, key=place)}


def scenario_with(scenario: Scenario, chosen: Mapping[str, Recipe]) -> Scenario:
    """`scenario` with other scorers.

    Those that were there keep their place and weight. A new one starts at the mean weight of those that have one, a
    floor and one that proposes nothing at 0, so that nothing drowns the others. Where none of the old is left, weights
    are the default ones.
    """
    before = dict(scenario.weights)
    order = [name for name in scenario.scorers if name in chosen]
    order += [name for name in in_order(chosen) if name not in before]
    recipes_ = {name: chosen[name] for name in order}
    kept = [before[name] for name in order if before.get(name, 0) > 0]
    weights = dict(default_weights(recipes_))
    if kept:
        start = float(f"{sum(kept) / len(kept):.2g}")
        weights = {name: before.get(name, start if has_weight(recipe) else 0.0) for name, recipe in recipes_.items()}
    models = tuple((name, tuple(sorted(recipe.settings().items()))) for name, recipe in recipes_.items())
    return _of_others(scenario, models, tuple(weights.items()))


def with_scorer(scenario: Scenario, scorer: str, recipe: Recipe) -> Scenario:
    """`scenario` with `scorer` too: in the place and with the weight of another one of the same recipe, if there is."""
    alike = [name for name in scenario.scorers if recipe_name(name) == recipe.name]
    if not alike:
        return scenario_with(scenario, {**scenario.recipes(), scorer: recipe})
    old = scorer if scorer in alike else alike[0]
    settings = tuple(sorted(recipe.settings().items()))
    models = tuple((scorer, settings) if name == old else (name, own) for name, own in scenario.models)
    weights = tuple((scorer if name == old else name, weight) for name, weight in scenario.weights)
    return _of_others(scenario, models, weights)


def _of_others(scenario: Scenario, models: tuple[Choice, ...], weights: tuple[tuple[str, float], ...]) -> Scenario:
    """`scenario` of other scorers; their weighted sum where its strategy names one that is not among them."""
    try:
        return replace(scenario, models=models, weights=weights)
    except ScenarioError:
        return replace(scenario, models=models, weights=weights, strategy=WeightedSum.name, strategy_settings=())


def recipe_of(fit: FitEntry) -> Recipe | None:
    """The recipe that a stored scorer was fitted by; None where a program with other settings stored it."""
    try:
        return make_recipe(fit.recipe, dict(fit.settings))
    except RecipeError:
        return None


def changed_settings(recipe: Recipe) -> dict[str, Any]:
    """The settings that are not the defaults."""
    defaults = {fact.name: fact.default for fact in recipe.facts()}
    return {name: value for name, value in recipe.settings().items() if value != defaults[name]}


def settings_words(settings: Mapping[str, Any]) -> str:
    """Settings in short: "factors 64, alpha 2.5"."""
    return ", ".join(f"{name.replace('_', ' ')} {value_words(value)}" for name, value in settings.items())


def value_words(value: Any) -> str:
    """A setting's value for people."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:.4g}"
    text = str(value)
    return f"{text[:12]}…" if len(text) > 40 else text


def memory_words(size: float) -> str:
    """Bytes for people: "9 KiB", "320 MiB", "1.5 GiB"."""
    if size >= GIB:
        return f"{size / GIB:,.1f} GiB"
    if size >= 10 * MIB:
        return f"{size / MIB:,.0f} MiB"
    return f"{size / MIB:,.1f} MiB" if size >= MIB else f"{size / 1024:,.0f} KiB"


def plan(chosen: Iterable[Offer], *, stored: bool) -> str:
    """What using these would take, in a sentence or two. stored: nothing; their candidates are gathered too."""
    chosen = list(chosen)
    missing = [offer for offer in chosen if offer.fit is None]
    if not chosen:
        return "Nothing is chosen. Choose at least one scorer."
    count = f"{len(chosen)} scorer{'s' if len(chosen) > 1 else ''} chosen"
    if not missing:
        rest = "" if stored else " Only their best candidates are gathered anew."
        return f"{count}, all fitted already: nothing is fitted again.{rest}"
    names = ", ".join(offer.label for offer in missing)
    known = [offer.seconds for offer in missing if offer.seconds is not None]
    takes = f"{rough_time(sum(known))}, " if known else ""
    largest = max(missing, key=lambda offer: offer.memory)
    stays = len(chosen) - len(missing)
    already = f" {stays} fitted already and not fitted again." if stays else ""
    return f"{count}. To fit: {names}; {takes}at most {memory_words(largest.memory)} of memory at a time.{already}"


def _stopped(run: Run | None) -> Run | None:
    return run if run is not None and not run.active else None


def _obstacle(recipe: Recipe, dataset: Dataset, resources: Resources) -> str | None:
    """Why it cannot be fitted: what the data lack, or room."""
    if said := recipe.obstacle(dataset):
        return _sentence(said, recipe)
    try:
        refuse_if_too_large(recipe, dataset, resources)
    except RecipeError as error:
        return _sentence(str(error), recipe)
    return None


def _sentence(said: str, recipe: Recipe) -> str:
    """Without the name in front, which stands on the card."""
    said = said.removeprefix(f"{recipe.name}: ")
    return said[:1].upper() + said[1:]
