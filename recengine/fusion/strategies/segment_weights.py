"""Weights of their own for segments of the users."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from recengine.arrays import Positions, Values
from recengine.errors import ScenarioError
from recengine.fusion.facts import Facts
from recengine.fusion.strategies.base import Pointwise
from recengine.fusion.strategies.switching import HISTORY
from recengine.fusion.strategies.weight_sets import SYNTAX, Line, named_sets, thresholds, weight_set
from recengine.models.settings import Text, setting

BY_LENGTH = ("cold", "warm", "heavy")
"""Segments by the length of the history, shortest first."""


@dataclass(frozen=True)
class SegmentWeights(Pointwise):
    """The weighted sum, each segment of the users with weights of its own; one that is not named has the scenario's."""

    name: ClassVar[str] = "segment-weights"
    label: ClassVar[str] = "Weights per segment"
    about: ClassVar[str] = (
        "Gives cold, warm and heavy users, or the groups of an attribute, weights of their own; the others keep yours."
    )
    certificate: ClassVar[str] = (
        "Every list is exact, by the user's own weights: proven from the pool, or the whole catalogue is scored."
    )
    zero_is_silent: ClassVar[bool] = False
    needs_facts: ClassVar[bool] = True

    by: str = setting(
        HISTORY,
        Text(f'"{HISTORY}" (cold, warm, heavy) or a user attribute of categories'),
        f"What the segments are: {HISTORY} is cold, warm and heavy users by the number of training interactions, "
        "anything else a user attribute.",
    )
    at: str = setting(
        "20,100",
        Line("two ascending numbers with a comma between them"),
        f"For {HISTORY}: training interactions from which users are warm, and from which they are heavy.",
    )
    weights: str = setting(
        "cold: equal",
        Text(f"SEGMENT: WEIGHTS with | between them, the weights {SYNTAX}"),
        'Weights of each segment that has its own: "cold: popularity=1 | heavy: als=0.7,text=0.3". A name with a colon '
        "or a bar in it stands in double quotes.",
    )

    def check(self, scorers: Sequence[str]) -> None:
        """Raise `ScenarioError` where the weights cannot be read or name no scorer, or the thresholds are not two."""
        sets = self._sets(scorers, np.full(len(scorers), 1 / len(scorers)))
        if self.by == HISTORY:
            self._check_names(sets, BY_LENGTH)
            found = thresholds(self.at, f"{self.name}: at")
            if len(found) != len(BY_LENGTH) - 1:
                raise ScenarioError(
                    f"{self.name}: at needs two thresholds, for warm and for heavy users, got {self.at[:80]!r}. "
                    "Write 20,100 for example."
                )

    def weights_of(self, effective: Values, scorers: Sequence[str], users: Positions, facts: Facts | None) -> Values:
        """The weights of each user's segment, (C, len(users)). Raises `ScenarioError` for what the users have not."""
        if facts is None:
            raise ScenarioError(f"{self.label} needs the users of a dataset. Choose another strategy.")
        group, found = self.segments(facts)
        sets = self._sets(scorers, effective)
        self._check_names(sets, found)
        by_group = np.stack([sets.get(name, effective) for name in found], axis=1)
        weights: Values = by_group[:, group[users]]
        return weights

    def segments(self, facts: Facts) -> tuple[Positions, tuple[str, ...]]:
        """The segment of each user, (n_users,), as a place among the names."""
        if self.by != HISTORY:
            return facts.groups_of(self.by, self.name)
        at = thresholds(self.at, f"{self.name}: at")
        return np.searchsorted(at, facts.history_length, side="right").astype(np.int32), BY_LENGTH

    def _sets(self, scorers: Sequence[str], effective: Values) -> dict[str, Values]:
        what = f"{self.name}: weights"
        return {
            name: weight_set(text, scorers, effective, f"{what} of {name[:80]}")
            for name, text in named_sets(self.weights, what).items()
        }

    def _check_names(self, sets: dict[str, Values], found: Sequence[str]) -> None:
        for name in sets:
            if name not in found:
                raise ScenarioError(
                    f"{self.name}: there is no segment {name[:80]!r} by {self.by}. Choose among "
                    f"{', '.join(found)[:200]}."
                )
