"""Settings of attention in several heads."""

from __future__ import annotations

from typing import Any

from recengine.errors import RecipeError
from recengine.models.settings import Span, Whole, setting


def blocks_setting(default: int) -> Any:
    """The setting `blocks`."""
    return setting(default, Whole(1, 16), "Blocks of attention on top of each other.", search=Span(1, 3))


def heads_setting(default: int) -> Any:
    """The setting `heads`."""
    return setting(default, Whole(1, 64), "Parts of a vector that attend on their own; must divide factors.")


def check_heads(name: str, factors: int, heads: int) -> None:
    """Raise `RecipeError` where the heads of the recipe `name` cannot share the factors evenly."""
    if factors % heads:
        raise RecipeError(f'{name}: "heads" must divide "factors", got {heads} and {factors}. Change either.')
