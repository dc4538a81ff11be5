"""Popularity in its forms, and chance: what every other scorer must beat."""

from recengine.models.popularity.everybody import PopularityRecipe

RECIPES = (PopularityRecipe,)

__all__ = ["RECIPES", "PopularityRecipe"]
