"""Linear models: each item's score is a weighted sum over the history, the weights learned."""

from recengine.models.linear.ease import EaseRecipe
from recengine.models.linear.slim import SlimRecipe

RECIPES = (EaseRecipe, SlimRecipe)

__all__ = ["RECIPES", "EaseRecipe", "SlimRecipe"]
