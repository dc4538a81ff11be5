"""Every recommender by its name."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from recengine.data import Dataset
from recengine.errors import RecipeError
from recengine.models.als import AlsRecipe
from recengine.models.base import Recipe
from recengine.models.popularity import PopularityRecipe
from recengine.models.text_profile import TextProfileRecipe

RECIPES: Mapping[str, type[Recipe]] = MappingProxyType(
    {recipe.name: recipe for recipe in (AlsRecipe, TextProfileRecipe, PopularityRecipe)}
)
"""By the name on the command line, in the order in which they are shown."""


def make_recipe(name: str, settings: Mapping[str, Any] | None = None) -> Recipe:
    """The recipe `name` with these settings, the others at their defaults.

    Raises `RecipeError` for an unknown name or setting, a wrong type or a value out of range.
    """
    if name not in RECIPES:
        raise RecipeError(f'There is no model "{name}". Choose one of: {", ".join(RECIPES)}.')
    settings = settings or {}
    known = list(RECIPES[name]().settings())
    for key in settings:
        if key not in known:
            choices = f"Its settings are: {', '.join(known)}." if known else "It has none; leave it out."
            raise RecipeError(f'{name}: there is no setting "{key}". {choices}')
    return RECIPES[name](**settings)


def default_recipes(dataset: Dataset) -> tuple[Recipe, ...]:
    """Every recommender that suits `dataset`, with its defaults: the text profile only where an item has a text."""
    has_text = any(text.strip() for text in dataset.items["text"])
    return tuple(recipe() for name, recipe in RECIPES.items() if has_text or name != TextProfileRecipe.name)
