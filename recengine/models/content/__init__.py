"""Content: what the catalogue says of the items."""

from recengine.models.content.text_profile import TextProfileRecipe

RECIPES = (TextProfileRecipe,)

__all__ = ["RECIPES", "TextProfileRecipe"]
