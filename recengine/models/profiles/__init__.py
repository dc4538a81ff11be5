"""What a user is about, in words, against what an item is about."""

from recengine.models.base import Recipe

RECIPES: tuple[type[Recipe], ...] = ()

__all__ = ["RECIPES"]
