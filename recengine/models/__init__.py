"""One recommender a file: a frozen recipe that fits to a scorer."""

from recengine.models.base import Explains, FoldsIn, Recipe, Resources, Scorer, ScoreShares
from recengine.models.registry import RECIPES, default_recipes, make_recipe

__all__ = [
    "RECIPES",
    "Explains",
    "FoldsIn",
    "Recipe",
    "Resources",
    "ScoreShares",
    "Scorer",
    "default_recipes",
    "make_recipe",
]
