"""Business rules: what must, must not and should stand in every list."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np

from recengine.arrays import Mask, Positions, Values
from recengine.data import Dataset
from recengine.fusion.facts import Facts
from recengine.fusion.rerankers.base import Aim, Reranker, Shortlists, mean_over_list, strength_setting
from recengine.fusion.rerankers.rule_book import NAME, RuleBook, rule_book
from recengine.fusion.rerankers.rule_filling import fill
from recengine.fusion.rerankers.rule_settings import Boost, Boosts, Named, NamedItems, Pin, Pins, Quota, Quotas
from recengine.models.settings import setting
from recengine.ranking import PADDING, Rankings

MOST_TAKEN = 200
"""Items of a category that may be put in though the user's pool does not hold them."""


@dataclass(frozen=True)
class Rules(Reranker):
    """Items pinned to places, blocked, boosted, and numbers of a category in the first k.

    First the blocked go and the boosts are applied. Then each user's k items are found: the pinned ones, the best that
    fill what "at least" lacks, the best others that "at most" allows. They stand in the order of their worth, the
    pinned ones at their places. Only items that the user has not seen are put in: pinned ones from the catalogue,
    others from the user's pool and, behind these, the most taken of a category that must be there. A list becomes
    shorter rather than break "at most"; whatever else cannot be kept for a user is told by `unmet`.
    """

    name: ClassVar[str] = NAME
    label: ClassVar[str] = "Rules"
    about: ClassVar[str] = "Pins, blocks and boosts items or categories, and sees to at least or at most so many."

    strength: float = strength_setting(1.0, "How far boosts go, as a power of the factor; the other rules hold at any.")
    pin: tuple[Pin, ...] = setting((), Pins(), "Items that everybody gets at a place, who has not seen them.")
    block: tuple[Named, ...] = setting((), NamedItems(), "Items or categories that nobody gets.")
    boost: tuple[Boost, ...] = setting((), Boosts(), "Items or categories whose worth is multiplied.")
    at_least: tuple[Quota, ...] = setting((), Quotas(1), "How many of a category every list must hold.")
    at_most: tuple[Quota, ...] = setting((), Quotas(0), "How many of a category a list may hold.")

    @property
    def reaches(self) -> bool:
        """Only boosts stay within the shortlist."""
        return self.strength > 0 and self._hard

    def check(self, dataset: Dataset, k: int) -> None:
        """All that rules name must be there, and none contradict another."""
        if self.strength > 0:
            self._book(dataset).check(dataset, k)

    def wanted(self, facts: Facts) -> Positions:
        """The pinned items, then of each category that must be there those that most people took."""
        if self.strength == 0:
            return np.zeros(0, dtype=np.int32)
        book = self._kept(facts)
        found = [book.pinned]
        for limit in book.at_least:
            members = np.flatnonzero(limit.members & ~book.blocked)
            by_popularity = np.argsort(-facts.popularity[members], kind="stable")
            found.append(members[by_popularity[:MOST_TAKEN]].astype(np.int32))
        return np.concatenate(found)

    def barred(self, facts: Facts) -> Positions:
        """The blocked items."""
        if self.strength == 0:
            return np.zeros(0, dtype=np.int32)
        return np.flatnonzero(self._kept(facts).blocked).astype(np.int32)

    def rerank(self, lists: Shortlists, k: int, facts: Facts) -> Shortlists:
        """Boost, then fill."""
        if self.strength == 0:
            return lists
        book = self._kept(facts)
        if self.boost:
            boosted = lists.worth * book.factors[lists.items] ** self.strength
            scores = np.where(lists.there, boosted.astype(np.float32), np.float32(np.nan))
            lists = lists.by_score(scores)
        return fill(lists, book, k) if self.reaches else lists

    def unmet(self, items: Positions, facts: Facts) -> Mapping[str, Mask]:
        """Pinned items that do not stand where they should, blocked ones that do stand there, and numbers missed."""
        if self.strength == 0:
            return {}
        book = self._kept(facts)
        listed = items != PADDING
        broken: dict[str, Mask] = {}
        for item, place in zip(book.pinned.tolist(), book.places.tolist(), strict=True):
            there = items[:, place] == item if place < items.shape[1] else np.zeros(len(items), dtype=np.bool_)
            broken[f"{facts.train.item_ids[item]!r} at place {place + 1}"] = ~there
        if self.block:
            broken["blocked items"] = (book.blocked[items] & listed).any(axis=1)
        for limit in book.at_least:
            broken[limit.words] = (limit.members[items] & listed).sum(axis=1) < limit.number
        for limit in book.at_most:
            broken[limit.words] = (limit.members[items] & listed).sum(axis=1) > limit.number
        return broken

    def aim(self, facts: Facts) -> Aim:
        """How many of the rules a list keeps, or, where there are only boosts, how much its items are boosted."""
        return Aim("Rules kept", True, format=".1%") if self._hard else Aim("Mean boost", True, "times", ".2f")

    def measure(self, rankings: Rankings, facts: Facts) -> Values:
        """Share of the rules, boosts aside, that each list keeps; without such rules the mean factor of its items."""
        if not self._hard:
            return mean_over_list(rankings.items, self._kept(facts).factors)
        broken = replace(self, strength=1.0).unmet(rankings.items, facts)
        kept: Values = 1 - np.mean(list(broken.values()), axis=0)
        return kept

    @property
    def _hard(self) -> bool:
        return bool(self.pin or self.block or self.at_least or self.at_most)

    def _book(self, dataset: Dataset) -> RuleBook:
        return rule_book(dataset, self.pin, self.block, self.boost, self.at_least, self.at_most)

    def _kept(self, facts: Facts) -> RuleBook:
        key = (NAME, self.pin, self.block, self.boost, self.at_least, self.at_most)
        found: RuleBook = facts.kept(key, lambda: self._book(facts.train))
        return found
