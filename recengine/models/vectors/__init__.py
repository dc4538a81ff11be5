"""Vectors learned beside the interactions, or mapped onto them."""

from recengine.models.vectors.item2vec import Item2VecRecipe

RECIPES = (Item2VecRecipe,)

__all__ = ["RECIPES", "Item2VecRecipe"]
