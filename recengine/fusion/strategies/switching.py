"""Another mixture for other users: by history, by age of the last event, or by an attribute, with soft borders."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from recengine.arrays import Positions, Values
from recengine.errors import ScenarioError
from recengine.fusion.facts import Facts
from recengine.fusion.strategies.base import Pointwise
from recengine.fusion.strategies.weight_sets import OWN, SYNTAX, Line, names, thresholds, weight_sets
from recengine.models.settings import Number, Text, setting

HISTORY = "history"
LAST_EVENT = "last-event"


@dataclass(frozen=True)
class Switching(Pointwise):
    """The weighted sum, with weights that depend on where the user stands: the switching hybrid of Burke (2002, User
    Modeling and User-Adapted Interaction 12(4)), with several sets and, where `softness` is above 0, blends of two.

    A number at threshold t belongs to the upper side. The share of the upper side grows evenly from 0 at t - softness *
    |t| to 1 at t + softness * |t|; a user between two thresholds may have a share of three sets. A user without the
    number, or without the attribute, has the weights of the scenario.
    """

    name: ClassVar[str] = "switching"
    label: ClassVar[str] = "Switching"
    about: ClassVar[str] = (
        "Gives short and long histories, or other kinds of users, weights of their own. Pays where a scorer needs data."
    )
    certificate: ClassVar[str] = (
        "Every list is exact, by the user's own weights: proven from the pool, or the whole catalogue is scored."
    )
    zero_is_silent: ClassVar[bool] = False
    needs_facts: ClassVar[bool] = True

    by: str = setting(
        HISTORY,
        Text(f'"{HISTORY}" (training interactions), "{LAST_EVENT}" (days since) or a user attribute'),
        f"What decides: {HISTORY} is the number of training interactions, {LAST_EVENT} the days from the user's last "
        "event to the latest of all, anything else a user attribute.",
    )
    at: str = setting(
        "20",
        Line("ascending numbers, or for a category its values, with commas between them"),
        "Where one set of weights ends and the next begins, ascending: one fewer than there are sets. For a category "
        "the values of all sets but the last, which takes the others.",
    )
    weights: str = setting(
        f"equal | {OWN}",
        Text(f"sets with | between them, each {SYNTAX}"),
        f"The sets, from the lowest numbers to the highest. {OWN} stands for the weights of the sliders.",
    )
    softness: float = setting(
        0.0,
        Number(1.0, zero=True),
        "Width of the blend around a threshold as a share of it: 0 switches at once, 0.5 blends from half the "
        "threshold to one and a half times.",
    )

    def check(self, scorers: Sequence[str]) -> None:
        """Raise `ScenarioError` where a set cannot be read, names no scorer, or there are too few or many of them."""
        sets = self._sets(scorers, np.full(len(scorers), 1 / len(scorers)))
        places = names(self.at, f"{self.name}: at")
        if len(sets) != len(places) + 1:
            raise ScenarioError(
                f"{self.name}: {len(places)} in at ({self.at[:80]}) need {len(places) + 1} sets of weights, got "
                f"{len(sets)}. Write one set more than there are in at, with | between them."
            )
        if self.by in (HISTORY, LAST_EVENT):
            thresholds(self.at, f"{self.name}: at")

    def weights_of(self, effective: Values, scorers: Sequence[str], users: Positions, facts: Facts | None) -> Values:
        """Each user's blend of the sets, (C, len(users)). Raises `ScenarioError` for an attribute that is not there."""
        if facts is None:
            raise ScenarioError(f"{self.label} needs the users of a dataset. Choose another strategy.")
        sets = self._sets(scorers, effective)
        shares = self._shares(facts, users)
        unknown = np.isnan(shares[0])
        blended: Values = sets.T @ np.where(unknown, 0.0, shares)
        blended[:, unknown] = effective[:, None]
        return blended

    def _sets(self, scorers: Sequence[str], effective: Values) -> Values:
        return weight_sets(self.weights, scorers, effective, f"{self.name}: weights")

    def _shares(self, facts: Facts, users: Positions) -> Values:
        """Of each set in each user's weights, (sets, len(users)): columns of sum 1, or NaN where it is not known."""
        if self.by not in (HISTORY, LAST_EVENT) and not facts.is_number(self.by, self.name):
            return self._category_shares(facts, users)
        number = self._numbers(facts)[users]
        at = np.array(thresholds(self.at, f"{self.name}: at"))
        return blend_shares(number, at, self.softness)

    def _numbers(self, facts: Facts) -> Values:
        """What decides, (n_users,); NaN where it is not known."""
        if self.by == HISTORY:
            return facts.history_length.astype(np.float64)
        return facts.last_event_age if self.by == LAST_EVENT else facts.numbers_of(self.by)

    def _category_shares(self, facts: Facts, users: Positions) -> Values:
        group, found = facts.groups_of(self.by, self.name)
        listed = names(self.at, f"{self.name}: at")
        for name in listed:
            if name not in found:
                raise ScenarioError(
                    f"{self.name}: no user has the {self.by} {name[:80]!r}. Choose among {', '.join(found)[:200]}."
                )
        # the place of each group among the sets, the last one for those that are not listed
        place = np.array([listed.index(name) if name in listed else len(listed) for name in found], dtype=np.intp)
        return np.eye(len(listed) + 1)[place[group[users]]].T


def blend_shares(number: Values, at: Values, softness: float) -> Values:
    """Shares (len(at) + 1, n) of the sets between ascending thresholds for numbers (n,); NaN where a number is NaN."""
    half = softness * np.abs(at)[:, None]
    distance = number[None] - at[:, None]
    hard = (distance >= 0).astype(np.float64)
    upper = np.where(half > 0, 0.5 + np.clip(distance, -half, half) / np.where(half > 0, 2 * half, 1), hard)
    # wide blends must not overtake each other, so that no share falls below 0
    upper = np.minimum.accumulate(np.vstack([np.ones(len(number)), upper]), axis=0)
    shares = upper - np.vstack([upper[1:], np.zeros(len(number))])
    return np.where(np.isnan(number), np.nan, shares)
