"""Scores that another system computed."""

from recengine.models.external.uploaded import ExternalRecipe

RECIPES = (ExternalRecipe,)

__all__ = ["RECIPES", "ExternalRecipe"]
