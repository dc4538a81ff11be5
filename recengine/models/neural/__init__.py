"""Autoencoders, graphs, games and several tasks at once."""

from recengine.models.base import Recipe
from recengine.models.neural.lightgcn import LightGcnRecipe
from recengine.models.neural.multvae import MultVaeRecipe

RECIPES: tuple[type[Recipe], ...] = (LightGcnRecipe, MultVaeRecipe)

__all__ = ["RECIPES", "LightGcnRecipe", "MultVaeRecipe"]
