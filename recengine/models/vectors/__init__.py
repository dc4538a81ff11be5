"""Vectors learned beside the interactions, or mapped onto them."""

from typing import Any

RECIPES: tuple[type[Any], ...] = ()

__all__ = ["RECIPES"]
