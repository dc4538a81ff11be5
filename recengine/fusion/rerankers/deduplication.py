"""De-duplication: of nearly identical items one is enough."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import polars as pl

from recengine.arrays import Mask, Positions, Values, read_only
from recengine.data import Dataset
from recengine.fusion.facts import Facts
from recengine.fusion.rerankers.base import Aim, Reranker, Shortlists, strength_setting
from recengine.fusion.rerankers.greedy import Rows, choose
from recengine.fusion.rerankers.likeness import Likeness, text_likeness
from recengine.models.settings import Choice, Number, setting
from recengine.ranking import PADDING, Rankings

YEAR = "year"
ARTICLES = frozenset({"the", "a", "an"})
ROUNDING = 1e-6
"""What the cosine of two equal vectors may be below 1."""


@dataclass(frozen=True)
class Deduplication(Reranker):
    """Of items that are nearly the same only the best placed stays in the first k; the others go to the end of the
    shortlist, or out where that is within the first k.
    """

    name: ClassVar[str] = "deduplication"
    label: ClassVar[str] = "De-duplication"
    about: ClassVar[str] = "Keeps one of nearly identical items: the same title and year, or nearly the same text."

    strength: float = strength_setting(
        1.0, "How far from identical two texts may be: the cosine needed is 1 - strength * (1 - threshold)."
    )
    by: str = setting(
        "title",
        Choice(("title", "text", "both")),
        "What makes items identical: the title (and year), the text, which takes the model text, or either of both.",
    )
    threshold: float = setting(0.9, Number(1.0), "The cosine from which on two texts are the same, at full strength.")

    def rerank(self, lists: Shortlists, k: int, facts: Facts) -> Shortlists:
        """Greedily, the first `k`."""
        if self.strength == 0:
            return lists
        twins = _Twins(lists, *self._marks(facts))
        order = choose(lists, k, twins).astype(np.intp)
        repeats = np.take_along_axis(twins.repeats, order, axis=1)
        # behind the chosen first what repeats none of them, then what does, then padding
        last = np.take_along_axis(np.where(lists.there, twins.repeats, 2), order, axis=1).argsort(axis=1, kind="stable")
        moved = lists.reordered(np.take_along_axis(order, last, axis=1).astype(np.int32))
        repeats = np.take_along_axis(repeats, last, axis=1)
        too_few = (moved.there & ~repeats).sum(axis=1) < k
        return _dropped(moved, repeats & too_few[:, None])

    def aim(self, facts: Facts) -> Aim:
        """How much of a list says what was said already."""
        return Aim("Items that repeat one above", False, "items", ".2f")

    def measure(self, rankings: Rankings, facts: Facts) -> Values:
        """Number of items in the list that are nearly the same as one above them; NaN for an empty list."""
        items = rankings.items
        keys, likeness, cosine = self._marks(facts)
        repeats = np.zeros(items.shape, dtype=np.bool_)
        for place in range(1, items.shape[1]):
            same = _same(items[:, :place], items[:, place], keys, likeness, cosine) & (items[:, :place] != PADDING)
            repeats[:, place] = same.any(axis=1)
        listed = items != PADDING
        return np.where(listed.any(axis=1), (repeats & listed).sum(axis=1).astype(np.float64), np.nan)

    def _marks(self, facts: Facts) -> tuple[Positions | None, Likeness | None, float]:
        keys: Positions | None = None
        if self.by != "text":
            keys = facts.kept("title keys", lambda: title_keys(facts.train))
        likeness = text_likeness(facts, self.name) if self.by != "title" else None
        return keys, likeness, 1 - self.strength * (1 - self.threshold) - ROUNDING


def normalised_title(title: str) -> str:
    """Lower case, without accents, punctuation, and an article at the front or, as catalogues write it, the end."""
    plain = unicodedata.normalize("NFKD", title.casefold())
    plain = "".join(letter for letter in plain if not unicodedata.combining(letter))
    words = re.sub(r"[\W_]+", " ", plain).split()
    if len(words) > 1 and words[0] in ARTICLES:
        words = words[1:]
    if len(words) > 1 and words[-1] in ARTICLES:
        words = words[:-1]
    return " ".join(words)


def title_keys(dataset: Dataset) -> Positions:
    """A number for each item, (n_items,) int32, the same for items of one normalised title and one year, if known.

    A title of punctuation alone is like no other.
    """
    titles = [normalised_title(title) or f"\0{position}" for position, title in enumerate(dataset.titles)]
    frame = pl.DataFrame({"title": titles})
    if any(attribute.name == YEAR and attribute.kind == "number" for attribute in dataset.item_attributes):
        frame = frame.with_columns(dataset.items[YEAR])
    keys = frame.select(pl.struct(pl.all()).rank("dense")).to_series().to_numpy()
    return read_only(keys.astype(np.int32))


class _Twins:
    """Candidates that are nearly the same as one already chosen are not chosen. repeats (U, m): which those are."""

    def __init__(self, lists: Shortlists, keys: Positions | None, likeness: Likeness | None, cosine: float) -> None:
        self._items = lists.items
        self._keys = keys
        self._likeness = likeness
        self._cosine = cosine
        self._order = -np.broadcast_to(np.arange(lists.items.shape[1], dtype=np.float64), lists.items.shape)
        self._free = np.ones(lists.items.shape, dtype=np.bool_)
        self.repeats: Mask = np.zeros(lists.items.shape, dtype=np.bool_)

    def gains(self) -> Values:
        return np.where(self.repeats, -np.inf, self._order)

    def chose(self, rows: Rows, columns: Rows) -> None:
        self._free[rows, columns] = False
        same = _same(self._items[rows], self._items[rows, columns], self._keys, self._likeness, self._cosine)
        self.repeats[rows] |= same & self._free[rows] & (self._items[rows] != PADDING)


def _same(items: Positions, one: Positions, keys: Positions | None, likeness: Likeness | None, cosine: float) -> Mask:
    """Whether `items[u, j]` is nearly the same as `one[u]`, (U, m)."""
    same = np.zeros(items.shape, dtype=np.bool_)
    if keys is not None:
        same |= keys[items] == keys[one][:, None]
    if likeness is not None:
        same |= likeness.to_one(items, one) >= cosine
    return same


def _dropped(lists: Shortlists, out: Mask) -> Shortlists:
    """Without the items that `out` (U, m) marks; the places of the others close up."""
    items = np.where(out, PADDING, lists.items)
    order = np.argsort(items == PADDING, axis=1, kind="stable")
    there = lists.there.sum(axis=1) - (out & lists.there).sum(axis=1)
    scores = np.where(np.arange(items.shape[1]) < there[:, None], lists.scores, np.float32(np.nan))
    return Shortlists(lists.users, np.take_along_axis(items, order, axis=1), scores, lists.reserve)
