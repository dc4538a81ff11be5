"""Calibration: lists that hold the categories in the shares in which the user took them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from scipy.sparse import csr_matrix

from recengine.arrays import Positions, Values
from recengine.data import Dataset
from recengine.fusion.categories import AUTO, Categories, category_attribute
from recengine.fusion.facts import Facts
from recengine.fusion.rerankers.base import Aim, Reranker, Shortlists, strength_setting
from recengine.fusion.rerankers.greedy import Rows, choose
from recengine.models.settings import Text, setting
from recengine.ranking import PADDING, Rankings

SMOOTHING = 0.01
"""Share of the history's mix in the list's, so that a category that the list lacks costs much, not without end."""
MIX_BYTES = 1 << 26
"""The mixes of a block of histories that are measured take about this much."""


@dataclass(frozen=True)
class Calibration(Reranker):
    """Place after place the item that gives the list the highest

    (1 - strength) * (sum of worth) - strength * KL(p || q~), where q~ = 0.99 q + 0.01 p.

    p: the mix of categories in the user's history, weighted as the data weighs it; q: the mix in the list. An item of
    three categories counts a third in each; one without any counts nothing. An empty q is 0.
    """

    name: ClassVar[str] = "calibration"
    label: ClassVar[str] = "Calibration"
    about: ClassVar[str] = "Gives each category the share that it has in the user's history: smaller tastes are served."
    paper: ClassVar[str] = "Steck 2018, RecSys (calibrated recommendations)"

    strength: float = strength_setting(0.3, "How much a mix unlike the history's counts against worth.")
    attribute: str = setting(
        AUTO,
        Text("the name of an item attribute"),
        'The attribute with the categories; "auto" for the first with several an item.',
    )

    def check(self, dataset: Dataset, k: int) -> None:
        """Categories must be there."""
        category_attribute(dataset, self.attribute, self.name)

    def rerank(self, lists: Shortlists, k: int, facts: Facts) -> Shortlists:
        """Greedily, the first `k`; as it is for a user whose history has no category."""
        if self.strength == 0:
            return lists
        categories = self._categories(facts)
        mix = categories.mix(facts.train.matrix[lists.users])
        return lists.reordered(choose(lists, k, _Calibrated(lists, categories, mix, self.strength)))

    def aim(self, facts: Facts) -> Aim:
        """How far the list's mix is from the history's."""
        name = category_attribute(facts.train, self.attribute, self.name)
        return Aim(f"Miscalibration (by {name})", False, "nats")

    def measure(self, rankings: Rankings, facts: Facts) -> Values:
        """KL(p || q~) of history and list; NaN for an empty list or a history without categories."""
        categories = self._categories(facts)
        found = np.empty(len(rankings.users))
        block = max(1, MIX_BYTES // (8 * max(1, len(categories.names))))
        for start in range(0, len(found), block):
            rows = slice(start, start + block)
            found[rows] = _miscalibration(categories, facts.train.matrix[rankings.users[rows]], rankings.items[rows])
        return found

    def _categories(self, facts: Facts) -> Categories:
        return facts.categories(category_attribute(facts.train, self.attribute, self.name))


def _miscalibration(categories: Categories, histories: csr_matrix, items: Positions) -> Values:
    """KL(p || q~) of histories (B, n_items) and lists (B, k), (B,); NaN where one has nothing."""
    p = categories.mix(histories)
    listed = items != PADDING
    q = np.zeros_like(p)
    for place in range(items.shape[1]):
        rows = np.flatnonzero(listed[:, place])
        q[rows] += categories.shares[items[rows, place]].toarray()
    sums = q.sum(axis=1, keepdims=True)
    q = np.divide(q, sums, out=np.zeros_like(q), where=sums > 0)
    divergence: Values = _divergence(p, q).sum(axis=1)
    return np.where(listed.any(axis=1) & (p.sum(axis=1) > 0), divergence, np.nan)


def _divergence(p: Values, q: Values) -> Values:
    """The terms p log(p / (0.99 q + 0.01 p)) of each category; 0 where p is 0."""
    ratio = np.divide(p, (1 - SMOOTHING) * q + SMOOTHING * p, out=np.ones_like(p), where=p > 0)
    return p * np.log(ratio)


class _Calibrated:
    """What each candidate does to the objective, given what is chosen.

    Adding an item changes only the terms of its own categories, beside the common denominator: so there is one sum over
    all categories a user, and for each candidate a sum over its own.
    """

    def __init__(self, lists: Shortlists, categories: Categories, mix: Values, strength: float) -> None:
        n_users, width = lists.items.shape
        self._items = lists.items
        self._relevance = (1 - strength) * lists.worth
        self._strength = strength
        self._categories = categories
        self._mix = mix
        self._held = np.zeros_like(mix)
        self._chosen = np.zeros(n_users)
        own = categories.shares[np.where(lists.there, lists.items, 0).ravel()]
        self._has = (np.diff(own.indptr) > 0).reshape(n_users, width)
        # an entry for each category of each candidate that the history has too; the others change nothing
        candidate = np.repeat(np.arange(own.shape[0]), np.diff(own.indptr))
        place = candidate // max(width, 1) * mix.shape[1] + own.indices
        told = mix.ravel()[place] > 0
        self._candidate, self._place, self._share = candidate[told], place[told], own.data[told]
        self._row = self._candidate // max(width, 1)
        self._p = mix.ravel()[self._place]

    def gains(self) -> Values:
        weight = (1 - SMOOTHING) / (self._chosen + 1)
        logs = _logs(weight[:, None] * self._held + SMOOTHING * self._mix)
        mixed = self._held.ravel()[self._place] + self._share
        mixed *= weight[self._row]
        mixed += SMOOTHING * self._p
        raised = self._p * (np.log(mixed) - logs.ravel()[self._place])
        # without an entry the sums are no floats
        sums = np.bincount(self._candidate, raised, minlength=self._items.size).astype(np.float64, copy=False)
        likelihood = sums.reshape(self._items.shape)
        likelihood += (self._mix * logs).sum(axis=1)[:, None]
        if not self._has.all():
            weight = (1 - SMOOTHING) / np.maximum(self._chosen, 1)
            unmoved = (self._mix * _logs(weight[:, None] * self._held + SMOOTHING * self._mix)).sum(axis=1)
            likelihood = np.where(self._has, likelihood, unmoved[:, None])
        # KL(p || q~) is a constant of the user less the sum of p log q~
        gains: Values = self._relevance + self._strength * likelihood
        return gains

    def chose(self, rows: Rows, columns: Rows) -> None:
        taken = self._categories.shares[self._items[rows, columns]]
        into = np.repeat(rows, np.diff(taken.indptr))
        self._held[into, taken.indices] += taken.data
        self._chosen[rows] += self._has[rows, columns]


def _logs(values: Values) -> Values:
    """Logarithms; 0 for 0, which only stands where the history has nothing either."""
    logs: Values = np.log(values, out=np.zeros_like(values), where=values > 0)
    return logs
