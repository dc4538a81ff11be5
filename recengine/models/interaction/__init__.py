"""Networks over a user and an item, known by who they are alone."""

from recengine.models.base import Recipe

RECIPES: tuple[type[Recipe], ...] = ()

__all__ = ["RECIPES"]
