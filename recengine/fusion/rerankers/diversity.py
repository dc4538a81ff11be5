"""Diversity: an item counts less, the more it is like one that stands above it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from recengine.arrays import Values
from recengine.data import Dataset
from recengine.fusion.categories import AUTO, category_attribute
from recengine.fusion.facts import Facts
from recengine.fusion.rerankers.base import Aim, Reranker, Shortlists, strength_setting
from recengine.fusion.rerankers.greedy import Rows, choose
from recengine.fusion.rerankers.likeness import Likeness, category_likeness, text_likeness
from recengine.models.settings import Choice, Text, setting
from recengine.ranking import PADDING, Rankings


@dataclass(frozen=True)
class Diversity(Reranker):
    """Maximal marginal relevance: place after place the item with the highest

    (1 - strength) * worth - strength * (its highest cosine with an item already chosen).
    """

    name: ClassVar[str] = "diversity"
    label: ClassVar[str] = "Diversity"
    about: ClassVar[str] = "Puts an item lower, the more it is like one above it. Lists become more varied."
    paper: ClassVar[str] = "Carbonell & Goldstein 1998, SIGIR (maximal marginal relevance)"

    strength: float = strength_setting(0.3, "How much likeness counts against worth.")
    over: str = setting(
        "category",
        Choice(("category", "text")),
        "What items are compared by: a category, or their texts, which takes the model text.",
    )
    attribute: str = setting(
        AUTO,
        Text("the name of an item attribute"),
        'The attribute with the categories; "auto" for the first with several an item.',
    )

    def check(self, dataset: Dataset, k: int) -> None:
        """Categories must be there where they are compared."""
        if self.over == "category":
            category_attribute(dataset, self.attribute, self.name)

    def rerank(self, lists: Shortlists, k: int, facts: Facts) -> Shortlists:
        """Greedily, the first `k`."""
        if self.strength == 0:
            return lists
        return lists.reordered(choose(lists, k, _Marginal(lists, self._likeness(facts), self.strength)))

    def aim(self, facts: Facts) -> Aim:
        """The list's mean dissimilarity."""
        return Aim(f"Diversity within a list (by {self._basis(facts)})", True)

    def measure(self, rankings: Rankings, facts: Facts) -> Values:
        """Intra-list diversity: mean of 1 - cosine over the pairs of known items; NaN where there is no pair.

        Source: Ziegler et al. 2005, WWW.
        """
        likeness, items = self._likeness(facts), rankings.items
        known = likeness.known[items] & (items != PADDING)
        total, pairs = np.zeros(len(items)), np.zeros(len(items))
        for place in range(1, items.shape[1]):
            both = known[:, :place] & known[:, place, None]
            apart = 1 - likeness.to_one(items[:, :place], items[:, place]).astype(np.float64)
            total += np.where(both, apart, 0.0).sum(axis=1)
            pairs += both.sum(axis=1)
        mean: Values = np.divide(total, pairs, out=np.full(len(items), np.nan), where=pairs > 0)
        return mean

    def _likeness(self, facts: Facts) -> Likeness:
        if self.over == "text":
            return text_likeness(facts, self.name)
        return category_likeness(facts, self.attribute, self.name)

    def _basis(self, facts: Facts) -> str:
        return "text" if self.over == "text" else category_attribute(facts.train, self.attribute, self.name)


class _Marginal:
    """Maximal marginal relevance of the candidates, given what is chosen."""

    def __init__(self, lists: Shortlists, likeness: Likeness, strength: float) -> None:
        self._items = lists.items
        self._likeness = likeness
        self._strength = strength
        self._relevance = (1 - strength) * lists.worth
        self._nearest: Values | None = None

    def gains(self) -> Values:
        return self._relevance if self._nearest is None else self._relevance - self._strength * self._nearest

    def chose(self, rows: Rows, columns: Rows) -> None:
        nearness = self._likeness.to_one(self._items[rows], self._items[rows, columns])
        if self._nearest is None:
            self._nearest = np.full(self._items.shape, -np.inf)
        self._nearest[rows] = np.maximum(self._nearest[rows], nearness)
