"""One recommender a file: a frozen recipe that fits to a scorer."""

from recengine.models.base import Explains, FoldsIn, Recipe, Resources, Scorer, ScoreShares

__all__ = ["Explains", "FoldsIn", "Recipe", "Resources", "ScoreShares", "Scorer"]
