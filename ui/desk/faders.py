"""How the desk's sliders stand: raw weights, and which scorers are muted or heard alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from recengine.scenario import Scenario
from ui.view import MAX_WEIGHT


@dataclass(frozen=True)
class Faders:
    """weights: (scorer, raw weight), in the order of the pool; a muted scorer keeps its own. solo: where any scorer is,
    only those that are count, muted or not.
    """

    weights: tuple[tuple[str, float], ...]
    muted: frozenset[str] = frozenset()
    solo: frozenset[str] = frozenset()

    @property
    def heard(self) -> dict[str, float]:
        """The raw weights that count, 0 for scorers that are not heard."""
        return {name: weight if self._counts(name) else 0.0 for name, weight in self.weights}

    @property
    def silent(self) -> bool:
        """Whether no scorer counts, so that nothing ranks the items."""
        return not any(self.heard.values())

    def stand_for(self, scenario: Scenario) -> bool:
        """Whether the scenario's weights are what is heard; silent ones may stand before any weights."""
        same = tuple(name for name, _ in self.weights) == scenario.scorers
        return same and (self.silent or self.heard == dict(scenario.weights))

    def _counts(self, name: str) -> bool:
        return name in self.solo if self.solo else name not in self.muted


def faders_of(scenario: Scenario) -> Faders:
    """All scorers heard, at the scenario's weights."""
    return Faders(tuple((name, float(weight)) for name, weight in scenario.weights))


def read_faders(told: Mapping[str, Any], scenario: Scenario) -> Faders | None:
    """The faders that the browser tells: weights by scorer, lists of the muted and the soloed. None for nonsense."""
    weights, names = told.get("weights"), scenario.scorers
    if not isinstance(weights, Mapping) or set(weights) != set(names):
        return None
    read = tuple((name, weights[name]) for name in names)
    if not all(_is_weight(weight) for _, weight in read):
        return None
    marks = [told.get("muted", []), told.get("solo", [])]
    if not all(isinstance(marked, list) and set(map(str, marked)) <= set(names) for marked in marks):
        return None
    muted, solo = (frozenset(map(str, marked)) for marked in marks)
    return Faders(tuple((name, float(weight)) for name, weight in read), muted, solo)


def _is_weight(value: object) -> bool:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return 0 <= value <= MAX_WEIGHT  # which NaN is not
