"""Which column plays which role, and how its cells are read."""

from recengine.data.mapping.columns import AttributeColumn, ColumnMapping
from recengine.data.mapping.events import EventWeights, usual_event_weight, weigh_events
from recengine.data.mapping.guess import Guess, guess_roles
from recengine.data.mapping.pairs import map_columns
from recengine.data.mapping.roles import ROLES, SEPARATOR, SETTINGS
from recengine.data.mapping.settings import TIME_UNITS, VALUE_RULES, TimeUnit, ValueRule
from recengine.data.mapping.template import compose, template_columns
from recengine.data.mapping.times import parse_times
from recengine.data.mapping.values import (
    LEAST_WEIGHT,
    Threshold,
    are_positive,
    parse_values,
    propose_threshold,
    weights_of,
)

__all__ = [
    "LEAST_WEIGHT",
    "ROLES",
    "SEPARATOR",
    "SETTINGS",
    "TIME_UNITS",
    "VALUE_RULES",
    "AttributeColumn",
    "ColumnMapping",
    "EventWeights",
    "Guess",
    "Threshold",
    "TimeUnit",
    "ValueRule",
    "are_positive",
    "compose",
    "guess_roles",
    "map_columns",
    "parse_times",
    "parse_values",
    "propose_threshold",
    "template_columns",
    "usual_event_weight",
    "weigh_events",
    "weights_of",
]
