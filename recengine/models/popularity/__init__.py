"""Popularity in its forms, and chance: what every other scorer must beat."""

from recengine.models.popularity.chance import RandomRecipe
from recengine.models.popularity.everybody import PopularityRecipe
from recengine.models.popularity.recent import RecentPopularityRecipe
from recengine.models.popularity.segment import SegmentPopularityRecipe

RECIPES = (PopularityRecipe, RecentPopularityRecipe, SegmentPopularityRecipe, RandomRecipe)

__all__ = ["RECIPES", "PopularityRecipe", "RandomRecipe", "RecentPopularityRecipe", "SegmentPopularityRecipe"]
