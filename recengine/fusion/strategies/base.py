"""What a strategy is: a way to make one ranking of several scorers' opinions."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from recengine.arrays import Mask, Positions, Scores, Values
from recengine.fusion.facts import Facts
from recengine.fusion.normalization import Neutral, Normalization, ValueMap
from recengine.fusion.prepared import weighted_sum
from recengine.models.settings import Settings


@dataclass(frozen=True)
class Rows:
    """Users of a pool with all that a listwise strategy reads. B users, P columns, C scorers.

    users (B,) int32; items (B, P) int32, padded with -1; raw, ranks, values (C, B, P) float32 as in the pool: raw
    scores, ranks in the catalogue, and values under the strategy's map, -inf in the padding. complete (B,) bool:
    whether nothing of the user's catalogue is left out. depth: the best of each scorer that the pool holds, ties to the
    lower position.
    bound (C, B) float32: no left-out item's value is higher. silent (C, B) float32: the value of the left-out items
    without an opinion, -inf where there is none.
    """

    users: Positions
    items: Positions
    raw: Scores
    ranks: Scores
    values: Scores
    complete: Mask
    depth: int
    bound: Scores
    silent: Scores


@dataclass(frozen=True)
class PoolScores:
    """score (B, P) float32, -inf or NaN where an item cannot be listed; proven (B,) bool: whether the best k of these
    are proven to be the best k of the user's whole catalogue.
    """

    score: Scores
    proven: Mask


@dataclass(frozen=True)
class Remark:
    """One line of what a strategy has to say about an item, with names and titles left open.

    template: plain text in which `{scorers[0]}` stands for a scorer and `{items[0]}` for an item.
    scorers: names; items: positions.
    """

    template: str
    scorers: tuple[str, ...] = ()
    items: tuple[int, ...] = ()

    def text(self, titles: Sequence[str], labels: Mapping[str, str] | None = None) -> str:
        """The line in plain text; a page must escape it. titles: by item position. labels: by name of scorer."""
        return self.template.format(
            scorers=[(labels or {}).get(scorer, scorer) for scorer in self.scorers],
            items=[f'"{titles[item]}"' for item in self.items],
        )


class Strategy(Settings, ABC):
    """Base of all strategies: a frozen dataclass of settings.

    name: as on the command line. label: for people. about: one sentence, what it does and when it pays. certificate:
    one sentence, when the list from the pool is the catalogue's. weighs: whether the scorers' weights matter.
    zero_is_silent: whether a scorer of weight 0 has no say. additive: whether what the scorers add sums to the score.
    learns: whether it must be taught on the validation part first.
    """

    name: ClassVar[str]
    label: ClassVar[str]
    about: ClassVar[str]
    certificate: ClassVar[str]
    weighs: ClassVar[bool] = True
    zero_is_silent: ClassVar[bool] = True
    additive: ClassVar[bool] = True
    learns: ClassVar[bool] = False
    needs_facts: ClassVar[bool] = False

    def check(self, scorers: Sequence[str]) -> None:
        """Raise `ScenarioError` where the settings do not fit these scorers."""
        return

    def value_map(self, normalization: Normalization, neutral: Neutral) -> ValueMap:
        """From raw scores to the values it works with."""
        return ValueMap(normalization, neutral)


class Pointwise(Strategy):
    """An item's score depends on the scorers' opinions on that item alone, and never falls when one of them rises.

    So the pool's thresholds bound every item left out: the list is certified, or the user's whole catalogue is scored.
    """

    reads_ranks: ClassVar[bool] = False
    """Whether `combine` reads ranks."""

    def weights_of(self, effective: Values, scorers: Sequence[str], users: Positions, facts: Facts | None) -> Values:
        """The weights in use: (C,) float64 for all alike, or (C, len(users)) where each user has their own.

        effective (C,): the scenario's weights over their sum. facts: given where `needs_facts`.
        """
        return effective

    def combine(self, values: Scores, ranks: Scores, weights: Scores) -> Scores:
        """Scores (B, m) of values and ranks (C, B, m), by weights as `weights_of` gives for these B users.

        Each operation rounded once and in one order, so that it is monotone in single precision too.
        """
        return weighted_sum(values, weights)

    def bound(self, values: Scores, ranks: Scores, weights: Scores) -> Scores:
        """At least the score of every left-out item, (B,): values and ranks (C, B) are the best among the left out."""
        return weighted_sum(values, weights)

    def multipliers(self, values: Scores, ranks: Scores, weights: Values) -> Values:
        """What each value counts, (C, B, m) float64, by weights in double precision: times the values they sum to
        `combine` but for rounding.
        """
        return np.broadcast_to(weights[:, :, None] if weights.ndim == 2 else weights[:, None, None], values.shape)

    def parts(self, values: Scores, ranks: Scores, weights: Values) -> Values:
        """What each scorer adds, (C, B, m) float64; they sum to `combine` but for rounding."""
        parts: Values = values * self.multipliers(values, ranks, weights)
        return parts

    def remarks(self, ranks: Scores, weights: Values, scorers: Sequence[str]) -> tuple[Remark, ...]:
        """What is to be said of an item beside its parts. ranks (C,): in the catalogue; weights (C,): effective."""
        return ()


class Listwise(Strategy):
    """An item's place depends on the other items of the pool, or on a model; so the list is the pool's best."""

    additive: ClassVar[bool] = False

    @abstractmethod
    def score(self, rows: Rows, weights: Scores, scorers: Sequence[str], k: int, facts: Facts | None) -> PoolScores:
        """Score the pool of B users. weights (C,) float32: effective. Users do not depend on each other."""

    def account(
        self, rows: Rows, weights: Scores, scorers: Sequence[str], column: int, k: int, facts: Facts | None
    ) -> tuple[Remark, ...]:
        """Why the item in `column` has its place, for the one user of `rows`, in lines to read one after the other."""
        return ()
