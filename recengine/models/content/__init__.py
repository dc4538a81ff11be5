"""Content: what the catalogue says of the items."""

from recengine.models.content.category import CategoryRecipe
from recengine.models.content.cfcbf import CfcbfRecipe
from recengine.models.content.text_profile import TextProfileRecipe

RECIPES = (TextProfileRecipe, CategoryRecipe, CfcbfRecipe)

__all__ = ["RECIPES", "CategoryRecipe", "CfcbfRecipe", "TextProfileRecipe"]
