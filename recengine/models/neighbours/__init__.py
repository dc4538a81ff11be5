"""Neighbours: what like people took, and what goes with the items taken."""

from recengine.models.neighbours.item_knn import ItemKnnRecipe
from recengine.models.neighbours.p3alpha import P3AlphaRecipe
from recengine.models.neighbours.rp3beta import RP3BetaRecipe
from recengine.models.neighbours.user_knn import UserKnnRecipe

RECIPES = (ItemKnnRecipe, UserKnnRecipe, P3AlphaRecipe, RP3BetaRecipe)

__all__ = ["RECIPES", "ItemKnnRecipe", "P3AlphaRecipe", "RP3BetaRecipe", "UserKnnRecipe"]
