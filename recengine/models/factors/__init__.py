"""Factor models: users and items as vectors whose inner product is the score."""

from recengine.models.factors.als import AlsRecipe

RECIPES = (AlsRecipe,)

__all__ = ["RECIPES", "AlsRecipe"]
