"""One recommender a file, a folder a family: a frozen recipe that fits to a scorer."""

from recengine.models.base import (
    FAMILIES,
    Explains,
    FoldsIn,
    HasItemVectors,
    Learns,
    Recipe,
    Resources,
    Scorer,
    ScoreShares,
    TakesAttributes,
    TakesNewItems,
    TakesTexts,
)
from recengine.models.memory import estimated_memory, free_memory, refuse_if_too_large
from recengine.models.registry import (
    RECIPES,
    default_recipes,
    make_recipe,
    plugin_problems,
    recipe_name,
    recipes,
    scorer_label,
)

__all__ = [
    "FAMILIES",
    "RECIPES",
    "Explains",
    "FoldsIn",
    "HasItemVectors",
    "Learns",
    "Recipe",
    "Resources",
    "ScoreShares",
    "Scorer",
    "TakesAttributes",
    "TakesNewItems",
    "TakesTexts",
    "default_recipes",
    "estimated_memory",
    "free_memory",
    "make_recipe",
    "plugin_problems",
    "recipe_name",
    "recipes",
    "refuse_if_too_large",
    "scorer_label",
]
