"""Sets of weights as short texts, for strategies that weigh users differently: `popularity=1 | als=0.5,text=0.5`."""

from __future__ import annotations

import csv
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from recengine.arrays import Values
from recengine.errors import ScenarioError
from recengine.models.settings import Text

OWN = "scenario"
"""Stands for the weights of the scenario, which the sliders move."""
EQUAL = "equal"
"""Stands for all scorers alike."""
SYNTAX = f'"als=0.5,text=0.5", "{OWN}" (its own weights) or "{EQUAL}"'
MAX_SHOWN = 80
"""Characters of a wrong text that a message quotes."""
DIGITS = 4
"""Significant digits of a weight in a text."""
_NAMED = re.compile(r'\s*("(?:[^"]|"")*"|[^":|][^:|]*?)\s*:\s*([^|]*)')


@dataclass(frozen=True)
class Line(Text):
    """Text that may be written as a bare number too, as `at=10` is read."""

    def accept(self, value: object) -> str:
        """The text without blanks around it."""
        if isinstance(value, int | float) and not isinstance(value, bool):
            return f"{value:g}" if math.isfinite(value) else str(value)
        return super().accept(value)


def weight_set(text: str, scorers: Sequence[str], effective: Values, what: str) -> Values:
    """One set, (C,) float64, at least 0 each, of sum 1. effective: what `scenario` stands for. what: for errors.

    A scorer that is not named gets 0. Raises `ScenarioError`.
    """
    text = text.strip()
    if text == OWN:
        return effective
    if text == EQUAL:
        return np.full(len(scorers), 1 / len(scorers))
    weights = np.zeros(len(scorers))
    named = set()
    for part in text.split(","):
        name, equals, written = (piece.strip() for piece in part.rpartition("="))
        if not equals or not name:
            raise ScenarioError(f"{what}: {_shown(part.strip())} is not SCORER=NUMBER. Write {SYNTAX}.")
        if name not in scorers:
            raise ScenarioError(f"{what}: there is no scorer {_shown(name)}. Choose among {', '.join(scorers)}.")
        if name in named:
            raise ScenarioError(f"{what}: {name} is given twice in {_shown(text)}. Give each scorer once.")
        named.add(name)
        weight = number(written)
        if weight is None or weight < 0:
            raise ScenarioError(f"{what}: {name} must be a number of 0 or more, got {_shown(written)}. Change it.")
        weights[scorers.index(name)] = weight
    total = float(weights.sum())
    if total == 0 or not math.isfinite(total):
        raise ScenarioError(f"{what}: the weights {_shown(text)} do not add up to a number above 0. Change them.")
    return weights / total


def weight_sets(text: str, scorers: Sequence[str], effective: Values, what: str) -> Values:
    """Sets with bars between them, (sets, C). Raises `ScenarioError`."""
    return np.stack([weight_set(part, scorers, effective, what) for part in text.split("|")])


def named_sets(text: str, what: str) -> dict[str, str]:
    """`cold: popularity=1 | heavy: als=1` as sets by the name before the colon, which may stand in double quotes.

    Raises `ScenarioError`.
    """
    sets: dict[str, str] = {}
    start = 0
    while True:
        match = _NAMED.match(text, start)
        if match is None:
            raise ScenarioError(
                f"{what}: {_shown(text[start:].strip())} is not SEGMENT: WEIGHTS. Write cold: equal | heavy: scenario."
            )
        name = match.group(1)
        if name.startswith('"'):
            name = name[1:-1].replace('""', '"')
        if name in sets:
            raise ScenarioError(f"{what}: {_shown(name)} is given twice. Give each segment once.")
        sets[name] = match.group(2).strip()
        if match.end() == len(text):
            return sets
        start = match.end() + 1


def named_text(sets: Mapping[str, Mapping[str, float]]) -> str:
    """Weights by scorer by segment as `named_sets` reads them."""
    return " | ".join(f"{_quoted(name)}: {set_text(weights)}" for name, weights in sets.items())


def set_text(weights: Mapping[str, float]) -> str:
    """Weights by scorer as `weight_set` reads them; those of 0 are left out."""
    return ",".join(f"{name}={weight:.{DIGITS}g}" for name, weight in weights.items() if weight > 0)


def names(text: str, what: str) -> list[str]:
    """Names with commas between them; one with a comma or a quote in it stands in double quotes.

    Raises `ScenarioError`.
    """
    try:
        return [name.strip() for name in next(csv.reader([text], skipinitialspace=True, strict=True))]
    except csv.Error as error:
        raise ScenarioError(f"{what}: {_shown(text)} cannot be read ({error}). Write A,B for example.") from error


def thresholds(text: str, what: str) -> list[float]:
    """Ascending numbers with commas between them. Raises `ScenarioError`."""
    found: list[float] = []
    for part in text.split(","):
        value = number(part)
        if value is None:
            raise ScenarioError(f"{what}: {_shown(part.strip())} is no number. Write 5,50 for example.")
        if found and value <= found[-1]:
            raise ScenarioError(
                f"{what}: {value:g} stands after {found[-1]:g}. Give the thresholds in ascending order."
            )
        found.append(value)
    return found


def number(text: str) -> float | None:
    """A finite number, or None."""
    try:
        value = float(text)
    except ValueError:
        return None
    return value if math.isfinite(value) else None


def _quoted(name: str) -> str:
    if name != name.strip() or not name or re.search(r'[":|]', name):
        return '"{}"'.format(name.replace('"', '""'))
    return name


def _shown(text: str) -> str:
    quoted = repr(text)
    return quoted if len(quoted) <= MAX_SHOWN else f"{quoted[:MAX_SHOWN]}…"
