"""Neighbours and walks: items or users that are alike by who took what."""

from typing import Any

RECIPES: tuple[type[Any], ...] = ()

__all__ = ["RECIPES"]
