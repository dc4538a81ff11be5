"""What comes next in a history, learnt from the order of events."""

from recengine.models.sequence.sasrec import SasRecRecipe

RECIPES = (SasRecRecipe,)

__all__ = ["RECIPES", "SasRecRecipe"]
