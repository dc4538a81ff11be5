"""Every recommender by its name: the built-in ones, and those of installed packages."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from importlib.metadata import entry_points
from types import MappingProxyType
from typing import Any

from recengine.data import Dataset
from recengine.errors import RecipeError
from recengine.models import (
    attributes,
    content,
    external,
    factors,
    interaction,
    linear,
    neighbours,
    neural,
    popularity,
    profiles,
    sequence,
    vectors,
)
from recengine.models.base import FAMILIES, Recipe
from recengine.models.content import TextProfileRecipe
from recengine.models.factors import AlsRecipe
from recengine.models.popularity import PopularityRecipe

PLUGINS = "recengine.recipes"
"""The group of entry points in which an installed package names its recipes."""
DEFAULTS: tuple[type[Recipe], ...] = (AlsRecipe, TextProfileRecipe, PopularityRecipe)
"""Fast to fit, and good at different things: warm items, cold items, users without a history."""
_SCORER = re.compile(r"[a-z0-9][a-z0-9-]{0,39}(:[A-Za-z0-9][A-Za-z0-9._-]{0,39})?")
_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")


def _built_in() -> dict[str, type[Recipe]]:
    rooms = (
        factors,
        linear,
        neighbours,
        vectors,
        sequence,
        interaction,
        attributes,
        neural,
        content,
        profiles,
        popularity,
        external,
    )
    return {recipe.name: recipe for room in rooms for recipe in room.RECIPES}


RECIPES: Mapping[str, type[Recipe]] = MappingProxyType(_built_in())
"""The built-in ones by the name on the command line, in the order in which they are shown."""


@cache
def recipes() -> Mapping[str, type[Recipe]]:
    """Every recipe of this process by its name: the built-in ones, then those of installed packages."""
    return MappingProxyType({**RECIPES, **_plugins()[0]})


def plugin_problems() -> tuple[str, ...]:
    """Why a recipe of an installed package is left out, a line each."""
    return _plugins()[1]


@cache
def _plugins() -> tuple[dict[str, type[Recipe]], tuple[str, ...]]:
    found: dict[str, type[Recipe]] = {}
    problems = []
    for entry in entry_points(group=PLUGINS):
        try:
            recipe = entry.load()
            problem = _misfit(recipe, {*RECIPES, *found})
        except Exception as error:  # a broken package must not take the others with it
            problem = f"it cannot be loaded ({type(error).__name__}: {(str(error).splitlines() or [''])[0]})"
        if problem:
            problems.append(f"{entry.value}: {problem}. Mend or remove the package that names it.")
        else:
            found[recipe.name] = recipe
    return found, tuple(problems)


def _misfit(recipe: Any, taken: set[str]) -> str | None:
    """What keeps `recipe` from being one."""
    needed = ("name", "label", "family", "about", "lighter", "version", "settings", "facts", "obstacle", "memory")
    missing = [name for name in (*needed, "fit", "restore") if not hasattr(recipe, name)]
    if missing:
        return f"it has no {missing[0]!r}"
    if not isinstance(recipe.name, str) or not _NAME.fullmatch(recipe.name):
        return f"its name {recipe.name!r} is not made of small letters, digits and dashes"
    if recipe.name in taken:
        return f"its name {recipe.name!r} is taken"
    return None if recipe.family in FAMILIES else f"its family {recipe.family!r} is none of {', '.join(FAMILIES)}"


def recipe_name(scorer: str) -> str:
    """The recipe behind the name of a scorer: `als` of `als:tuned`."""
    return scorer.partition(":")[0]


def scorer_label(scorer: str, recipe: Recipe) -> str:
    """How the scorer is called on pages: the label of its recipe, and what stands after the colon of its name."""
    variant = scorer.partition(":")[2]
    return f"{recipe.label}: {variant}" if variant else recipe.label


def make_recipe(scorer: str, settings: Mapping[str, Any] | None = None) -> Recipe:
    """The recipe of `scorer` with these settings, the others at their defaults.

    scorer: the name of a recipe, or a variant of it as `als:tuned`, so that two of one kind can stand side by side. One
    that the recipe names itself has what sets it apart beforehand; see `named_variant`.
    Raises `RecipeError` for an unknown name or setting, a wrong type or a value out of range.
    """
    name, every = recipe_name(scorer), recipes()
    if name not in every:
        raise RecipeError(f'There is no model "{scorer[:80]}". Choose one of: {", ".join(every)}.')
    if not _SCORER.fullmatch(scorer):
        raise RecipeError(
            f'"{scorer[:80]}" cannot name a variant. Write {name}:NAME with up to 40 letters, digits, dots, dashes and '
            "underscores."
        )
    settings = settings or {}
    known = [fact.name for fact in every[name].facts()]
    for key in settings:
        if key not in known:
            choices = f"Its settings are: {', '.join(known)}." if known else "It has none; leave it out."
            raise RecipeError(f'{name}: there is no setting "{key}". {choices}')
    return every[name](**{**(named_variant(scorer) or {}), **settings})


def named_variant(scorer: str) -> Mapping[str, Any] | None:
    """The settings of a variant that its recipe names itself, as `multi-task:rating`; None for any other scorer.

    Such a recipe has `variants`, settings by what stands after the colon.
    """
    variants: Mapping[str, Mapping[str, Any]] = getattr(recipes().get(recipe_name(scorer)), "variants", {})
    return variants.get(scorer.partition(":")[2])


def default_recipes(dataset: Dataset) -> tuple[Recipe, ...]:
    """The recommenders of a first look, with their defaults: the text profile only where an item has a text."""
    return tuple(made for made in (recipe() for recipe in DEFAULTS) if made.obstacle(dataset) is None)
