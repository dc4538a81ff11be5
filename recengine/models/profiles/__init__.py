"""What a user is about, in words, against what an item is about."""

from recengine.models.base import Recipe
from recengine.models.profiles.bert_click import BertClickRecipe
from recengine.models.profiles.two_tower import TwoTowerRecipe
from recengine.models.profiles.user_text import UserTextRecipe, UserTextScorer

RECIPES: tuple[type[Recipe], ...] = (UserTextRecipe, TwoTowerRecipe, BertClickRecipe)

__all__ = ["RECIPES", "BertClickRecipe", "TwoTowerRecipe", "UserTextRecipe", "UserTextScorer"]
