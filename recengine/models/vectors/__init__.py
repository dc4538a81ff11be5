"""Vectors learned beside the interactions, or mapped onto them."""

from recengine.models.vectors.item2vec import Item2VecRecipe
from recengine.models.vectors.text_to_factors import TextToFactorsRecipe

RECIPES = (Item2VecRecipe, TextToFactorsRecipe)

__all__ = ["RECIPES", "Item2VecRecipe", "TextToFactorsRecipe"]
