"""Which column plays which role, and how its cells are read."""

from recengine.data.mapping.columns import ROLES, SEPARATOR, AttributeColumn, ColumnMapping, map_columns
from recengine.data.mapping.guess import Guess, guess_roles

__all__ = [
    "ROLES",
    "SEPARATOR",
    "AttributeColumn",
    "ColumnMapping",
    "Guess",
    "guess_roles",
    "map_columns",
]
