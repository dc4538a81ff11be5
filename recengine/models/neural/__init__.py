"""Autoencoders, graphs, games and several tasks at once."""

from recengine.models.base import Recipe
from recengine.models.neural.irgan import IrGanRecipe
from recengine.models.neural.lightgcn import LightGcnRecipe
from recengine.models.neural.multi_task import MultiTaskRecipe
from recengine.models.neural.multvae import MultVaeRecipe

RECIPES: tuple[type[Recipe], ...] = (LightGcnRecipe, MultVaeRecipe, IrGanRecipe, MultiTaskRecipe)

__all__ = ["RECIPES", "IrGanRecipe", "LightGcnRecipe", "MultVaeRecipe", "MultiTaskRecipe"]
