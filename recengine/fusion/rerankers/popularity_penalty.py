"""Popularity penalty: what everybody takes counts less."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from recengine.arrays import Values
from recengine.fusion.facts import Facts
from recengine.fusion.rerankers.base import Aim, Reranker, Shortlists, mean_over_list, strength_setting
from recengine.ranking import Rankings


@dataclass(frozen=True)
class PopularityPenalty(Reranker):
    """worth - strength * log(1 + users of the item) / log(1 + users of the most popular item)."""

    name: ClassVar[str] = "popularity-penalty"
    label: ClassVar[str] = "Popularity penalty"
    about: ClassVar[str] = "Lowers items the more, the more people took them. Lists become less mainstream."

    strength: float = strength_setting(0.3, "What the most popular item loses, where worth runs from 0 to 1.")

    def rerank(self, lists: Shortlists, k: int, facts: Facts) -> Shortlists:
        """Item by item."""
        if self.strength == 0:
            return lists
        popularity = np.log1p(facts.popularity.astype(np.float64))
        popularity /= popularity.max(initial=0) or 1
        return pointwise(lists, -self.strength * popularity)

    def aim(self, facts: Facts) -> Aim:
        """How mainstream the list is."""
        return Aim("Average popularity", False, "users", ".1f")

    def measure(self, rankings: Rankings, facts: Facts) -> Values:
        """Mean number of training users of the listed items."""
        return mean_over_list(rankings.items, facts.popularity.astype(np.float64))


def pointwise(lists: Shortlists, bonus: Values) -> Shortlists:
    """By worth plus the bonus of the item, (n_items,)."""
    scores = (lists.worth + bonus[lists.items]).astype(np.float32)
    return lists.by_score(np.where(lists.there, scores, np.float32(np.nan)))
