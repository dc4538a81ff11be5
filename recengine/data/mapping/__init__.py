"""Which column plays which role, and how its cells are read."""

from recengine.data.mapping.columns import AttributeColumn, ColumnMapping
from recengine.data.mapping.guess import Guess, guess_roles
from recengine.data.mapping.pairs import map_columns
from recengine.data.mapping.roles import ROLES, SEPARATOR, SETTINGS
from recengine.data.mapping.settings import TIME_UNITS, VALUE_RULES, TimeUnit, ValueRule
from recengine.data.mapping.template import compose, template_columns

__all__ = [
    "ROLES",
    "SEPARATOR",
    "SETTINGS",
    "TIME_UNITS",
    "VALUE_RULES",
    "AttributeColumn",
    "ColumnMapping",
    "Guess",
    "TimeUnit",
    "ValueRule",
    "compose",
    "guess_roles",
    "map_columns",
    "template_columns",
]
