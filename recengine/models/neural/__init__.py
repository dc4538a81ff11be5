"""Autoencoders, graphs, games and several tasks at once."""

from recengine.models.base import Recipe
from recengine.models.neural.lightgcn import LightGcnRecipe

RECIPES: tuple[type[Recipe], ...] = (LightGcnRecipe,)

__all__ = ["RECIPES", "LightGcnRecipe"]
