"""Business rules against a catalogue: which items they mean, and whether they contradict one another."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NoReturn

import numpy as np

from recengine.arrays import Mask, Positions, Values, read_only
from recengine.data import Dataset
from recengine.errors import ScenarioError
from recengine.fusion.categories import category_attribute, item_categories
from recengine.fusion.rerankers.rule_settings import Boost, Named, Pin, Quota

NAME = "rules"


@dataclass(frozen=True)
class Limit:
    """At least or at most `number` of the items in `members` (n_items,); `words` say so."""

    members: Mask
    number: int
    words: str


@dataclass(frozen=True)
class RuleBook:
    """The rules in positions of the catalogue; arrays read-only.

    pinned, places (n,) int32: items and their places, from 0, first places first. blocked (n_items,) bool. factors
    (n_items,) float64: the product of the boosts of each item.
    """

    pinned: Positions
    places: Positions
    blocked: Mask
    factors: Values
    at_least: tuple[Limit, ...]
    at_most: tuple[Limit, ...]

    def check(self, dataset: Dataset, k: int) -> None:
        """Raise `ScenarioError` where no list of `k` items could keep the rules."""
        _check_pins(self, dataset, k)
        for limit in self.at_least:
            _check_at_least(self, limit, k)
        for limit in self.at_most:
            pinned = int(limit.members[self.pinned].sum())
            if pinned > limit.number:
                _contradiction(f"{limit.words}, but {pinned} of them are pinned. Pin fewer or allow more.")
        _check_together(self, k)


def rule_book(
    dataset: Dataset,
    pin: tuple[Pin, ...],
    block: tuple[Named, ...],
    boost: tuple[Boost, ...],
    at_least: tuple[Quota, ...],
    at_most: tuple[Quota, ...],
) -> RuleBook:
    """The rules over the items of `dataset`. Raises `ScenarioError` for an item or category that is not there."""
    reader = _Reader(dataset)
    in_order = sorted(pin, key=lambda each: each[1])
    blocked = np.zeros(dataset.n_items, dtype=np.bool_)
    for named in block:
        blocked |= reader.members(named)
    factors = np.ones(dataset.n_items)
    for each in boost:
        factors[reader.members(tuple(map(str, each[:-1])))] *= float(each[-1])
    return RuleBook(
        pinned=read_only(np.array([reader.position(item) for item, _ in in_order], dtype=np.int32)),
        places=read_only(np.array([place - 1 for _, place in in_order], dtype=np.int32)),
        blocked=read_only(blocked),
        factors=read_only(factors),
        at_least=tuple(reader.limit(quota, "at least") for quota in at_least),
        at_most=tuple(reader.limit(quota, "at most") for quota in at_most),
    )


class _Reader:
    """Finds what rules name; each attribute is read once."""

    def __init__(self, dataset: Dataset) -> None:
        self._dataset = dataset
        self._membership: dict[str, dict[str, Mask]] = {}

    def position(self, item: str) -> int:
        positions = self._dataset.item_position
        if item not in positions:
            some = ", ".join(self._dataset.item_ids[:3])
            raise ScenarioError(f"{NAME}: there is no item {item[:80]!r}. Ids are taken verbatim, such as {some}.")
        return positions[item]

    def members(self, named: Named) -> Mask:
        if len(named) == 1:
            mask = np.zeros(self._dataset.n_items, dtype=np.bool_)
            mask[self.position(named[0])] = True
            return mask
        return self._category(named[0], named[1])

    def limit(self, quota: Quota, bound: str) -> Limit:
        attribute, category, number = quota
        return Limit(self._category(attribute, category), number, f"{bound} {number} of {attribute} {category!r}")

    def _category(self, attribute: str, category: str) -> Mask:
        if attribute not in self._membership:
            # the word for "the first attribute" is no name of one here
            wanted = category_attribute(self._dataset, attribute, NAME)
            found = item_categories(self._dataset, wanted)
            columns = found.shares.tocsc()
            masks = {}
            for column, name in enumerate(found.names):
                mask = np.zeros(self._dataset.n_items, dtype=np.bool_)
                mask[columns.indices[columns.indptr[column] : columns.indptr[column + 1]]] = True
                masks[name] = read_only(mask)
            self._membership[attribute] = masks
        masks = self._membership[attribute]
        if category not in masks:
            some = ", ".join(list(masks)[:10])
            raise ScenarioError(f"{NAME}: no item has the {attribute} {category[:80]!r}. There are {some}.")
        return masks[category]


def _check_pins(book: RuleBook, dataset: Dataset, k: int) -> None:
    def told(item: int) -> str:
        return repr(dataset.item_ids[item][:80])

    for before, (item, place) in enumerate(zip(book.pinned.tolist(), book.places.tolist(), strict=True)):
        if place >= k:
            _contradiction(f"item {told(item)} is pinned to place {place + 1} of a list of {k}. Lower it or raise k.")
        if place in book.places[:before]:
            other = told(int(book.pinned[before - 1]))
            _contradiction(f"items {other} and {told(item)} are both pinned to place {place + 1}. Move one.")
        if item in book.pinned[:before]:
            _contradiction(f"item {told(item)} is pinned to two places. Keep one.")
        if book.blocked[item]:
            _contradiction(f"item {told(item)} is both pinned and blocked. Take one of the two away.")


def _check_at_least(book: RuleBook, limit: Limit, k: int) -> None:
    if limit.number > k:
        _contradiction(f"{limit.words} cannot be in a list of {k}. Ask for fewer or raise k.")
    allowed = limit.members & ~book.blocked
    there = int(allowed.sum())
    if limit.number > there:
        blocked = " that are not blocked" if there < limit.members.sum() else ""
        _contradiction(f"{limit.words}, but there are only {there}{blocked}. Ask for fewer.")
    for other in book.at_most:
        possible = int((allowed & ~other.members).sum()) + other.number
        if limit.number > possible:
            _contradiction(f"{limit.words} and {other.words} cannot both be. Change one of the two.")


def _check_together(book: RuleBook, k: int) -> None:
    """Categories without an item in common each need places of their own, beside what is pinned."""
    free = k - len(book.pinned)
    needed, apart = 0, np.zeros(len(book.blocked), dtype=np.bool_)
    told = []
    for limit in sorted(book.at_least, key=lambda each: -each.number):
        missing = limit.number - int(limit.members[book.pinned].sum())
        if missing <= 0 or (limit.members & apart).any():
            continue
        needed += missing
        apart |= limit.members
        told.append(limit.words)
        if needed > free:
            beside = f" beside {len(book.pinned)} pinned" if len(book.pinned) else ""
            _contradiction(f"{', '.join(told)} do not fit into a list of {k}{beside}. Ask for fewer or raise k.")


def _contradiction(text: str) -> NoReturn:
    raise ScenarioError(f"{NAME}: {text}")
