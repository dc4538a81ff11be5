"""Factor models: users and items as vectors whose inner product is the score."""

from recengine.models.factors.als import AlsRecipe
from recengine.models.factors.bpr import BprRecipe
from recengine.models.factors.logistic_mf import LogisticMfRecipe

RECIPES = (AlsRecipe, BprRecipe, LogisticMfRecipe)

__all__ = ["RECIPES", "AlsRecipe", "BprRecipe", "LogisticMfRecipe"]
