"""Networks over a user and an item, known by who they are alone."""

from recengine.models.base import Recipe
from recengine.models.interaction.gmf import GmfRecipe
from recengine.models.interaction.mlp import MlpRecipe
from recengine.models.interaction.neumf import NeuMfRecipe

RECIPES: tuple[type[Recipe], ...] = (GmfRecipe, MlpRecipe, NeuMfRecipe)

__all__ = ["RECIPES", "GmfRecipe", "MlpRecipe", "NeuMfRecipe"]
