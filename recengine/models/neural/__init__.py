"""Autoencoders, graphs, games and several tasks at once."""

from recengine.models.base import Recipe

RECIPES: tuple[type[Recipe], ...] = ()

__all__ = ["RECIPES"]
