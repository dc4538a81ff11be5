"""What a user is about, in words, against what an item is about."""

from recengine.models.base import Recipe
from recengine.models.profiles.user_text import UserTextRecipe, UserTextScorer

RECIPES: tuple[type[Recipe], ...] = (UserTextRecipe,)

__all__ = ["RECIPES", "UserTextRecipe", "UserTextScorer"]
