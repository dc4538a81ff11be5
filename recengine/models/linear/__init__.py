"""Linear models: each item's score is a weighted sum over the history, the weights learned."""

from typing import Any

RECIPES: tuple[type[Any], ...] = ()

__all__ = ["RECIPES"]
