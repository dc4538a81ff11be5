"""Which column plays which role, and how its cells are read."""

from recengine.data.mapping.columns import AttributeColumn, ColumnMapping
from recengine.data.mapping.events import EventWeights, usual_event_weight, weigh_events
from recengine.data.mapping.guess import Guess, KindGuess
from recengine.data.mapping.guess_entities import propose_bins
from recengine.data.mapping.numbers import parse_numbers, parse_years
from recengine.data.mapping.pairs import map_columns
from recengine.data.mapping.propose import Proposal, guess_kind, guess_roles, propose, says_all
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
    "KindGuess",
    "Proposal",
    "Threshold",
    "TimeUnit",
    "ValueRule",
    "are_positive",
    "compose",
    "guess_kind",
    "guess_roles",
    "map_columns",
    "parse_numbers",
    "parse_times",
    "parse_values",
    "parse_years",
    "propose",
    "propose_bins",
    "propose_threshold",
    "says_all",
    "template_columns",
    "usual_event_weight",
    "weigh_events",
    "weights_of",
]
