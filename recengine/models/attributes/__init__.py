"""Networks over fields: who they are, attributes of users and items, numbers and text."""

from recengine.models.base import Recipe

RECIPES: tuple[type[Recipe], ...] = ()

__all__ = ["RECIPES"]
