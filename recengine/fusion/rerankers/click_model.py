"""Click model: the last stage of a cascade, for a model that is too dear for more than a few items a user."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from recengine.arrays import Positions, Scores, Values
from recengine.errors import ScenarioError
from recengine.fusion.facts import Facts
from recengine.fusion.pair_scores import PairScores
from recengine.fusion.rerankers.base import Aim, Reranker, Shortlists, strength_setting
from recengine.models.settings import Whole, setting
from recengine.ranking import PADDING, Rankings


@dataclass(frozen=True)
class ClickModel(Reranker):
    """(1 - strength) * worth + strength * score of the pair, over the best few of each list.

    The scores of a user's pairs are brought to [0, 1]; an item on which the model has no opinion counts as their mean.
    The model is the first one that scores pairs, such as bert-click.
    """

    name: ClassVar[str] = "click-model"
    label: ClassVar[str] = "Click model"
    about: ClassVar[str] = (
        "Reads each user's history beside each of the best items, by the model bert-click. On a CPU it takes seconds a "
        "user the first time."
    )
    paper: ClassVar[str] = "Nogueira & Cho 2019 (passage re-ranking with BERT)"

    strength: float = strength_setting(0.2, "How much the click model counts against worth.")
    best: int = setting(50, Whole(1, 100), "Items of each list that are re-ranked; the others stay behind them.")

    @property
    def reads_pairs(self) -> bool:
        """Unless it changes nothing."""
        return self.strength > 0

    def pairs_read(self, lists: Shortlists, facts: Facts) -> tuple[PairScores, Positions]:
        """The best ones."""
        return self._pairs(facts), lists.items[:, : self.best]

    def rerank(self, lists: Shortlists, k: int, facts: Facts) -> Shortlists:
        """The best ones anew, the others as they are."""
        if self.strength == 0:
            return lists
        pairs, items = self.pairs_read(lists, facts)
        scores = pairs.of(lists.users, items)
        mixed = (1 - self.strength) * lists.worth[:, : self.best] + self.strength * _unit(scores)
        head = np.argsort(np.where(items != PADDING, -mixed, np.inf), axis=1, kind="stable")
        rest = np.tile(np.arange(items.shape[1], lists.items.shape[1]), (len(items), 1))
        return lists.reordered(np.concatenate([head, rest], axis=1).astype(np.int32))

    def aim(self, facts: Facts) -> Aim:
        """How likely clicks are, and how long it takes."""
        seconds = self._pairs(facts).seconds_a_user
        took = "" if math.isnan(seconds) else f" (took {1000 * seconds:,.0f} ms a user)"
        return Aim(f"Click probability by the click model{took}", True)

    def measure(self, rankings: Rankings, facts: Facts) -> Values:
        """Mean of sigmoid(score) over the listed items on which there is an opinion."""
        scores = self._pairs(facts).of(rankings.users, rankings.items).astype(np.float64)
        known = ~np.isnan(scores)
        total = np.where(known, 1 / (1 + np.exp(-np.nan_to_num(scores))), 0.0).sum(axis=1)
        count = known.sum(axis=1)
        mean: Values = np.divide(total, count, out=np.full(len(scores), np.nan), where=count > 0)
        return mean

    def _pairs(self, facts: Facts) -> PairScores:
        if facts.pair_scores is None:
            raise ScenarioError(
                f"{self.name}: no model here reads pairs of texts. Add the model bert-click, or leave this out."
            )
        return facts.pair_scores


def _unit(scores: Scores) -> Values:
    """Each row of (U, m) brought to [0, 1], its NaN to the mean of the others; 0.5 where all are equal or NaN."""
    known = ~np.isnan(scores)
    values = scores.astype(np.float64)
    low = np.where(known, values, np.inf).min(axis=1, keepdims=True, initial=np.inf)
    high = np.where(known, values, -np.inf).max(axis=1, keepdims=True, initial=-np.inf)
    tells = high > low
    with np.errstate(invalid="ignore"):
        unit = np.divide(values - low, high - low, out=np.full(values.shape, 0.5), where=tells & known)
    count = np.maximum(known.sum(axis=1, keepdims=True), 1)
    mean = np.where(known, unit, 0.0).sum(axis=1, keepdims=True) / count
    return np.where(known, unit, np.where(known.any(axis=1, keepdims=True), mean, 0.5))
