"""Scores that another system computed."""

from typing import Any

RECIPES: tuple[type[Any], ...] = ()

__all__ = ["RECIPES"]
