"""The candidate pool: all that a change of weights needs, computed once."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from scipy.sparse import csr_matrix

from recengine.arrays import Mask, Positions, Scores, read_only
from recengine.errors import ScenarioError
from recengine.fusion.facts import Facts
from recengine.models.base import Scorer


@dataclass(frozen=True)
class Pool:
    """For each user the union of every scorer's best `depth` unseen items, with RAW scores. Arrays read-only.

    C scorers, U users, P columns. The eligible items of a user are the unseen ones (of the slice, where the pool is
    built for a slice of the catalogue); the statistics are ALWAYS over all unseen items of the catalogue, so that a
    slice is ranked by the very scores of the whole.

    users (U,) int32 positions.
    items (U, P) int32, P >= 1, ascending in each row, padded with -1 at the end. All eligible ones where they are few.
    scores (C, U, P) float32 raw; NaN = no opinion or padding.
    ranks (C, U, P) float32: rank among all unseen items with an opinion, 1 = best, ties share their mean; NaN as above.
    low, high, mean, deviation (C, U) float32: of the opinions on all unseen items; NaN where there is none.
        deviation is the population standard deviation.
    partition (C, U) float32: sum of exp((raw - high) / deviation) over those opinions; NaN where there is none.
    opinions (C, U) int32: number of unseen items with an opinion.
    unseen (U,) int32: number of unseen items of the catalogue.
    left_out (U,) int32: number of eligible items that are not in the pool.
    threshold (C, U) float32: best raw score among the left out; NaN where none of them has an opinion.
    threshold_rank (C, U) float32: best (lowest) rank among the left out; NaN likewise.
    silent_left_out (C, U) bool: whether a left-out item has no opinion.
    """

    scorers: tuple[str, ...]
    depth: int
    users: Positions
    items: Positions
    scores: Scores
    ranks: Scores
    low: Scores
    high: Scores
    mean: Scores
    deviation: Scores
    partition: Scores
    opinions: Positions
    unseen: Positions
    left_out: Positions
    threshold: Scores
    threshold_rank: Scores
    silent_left_out: Mask

    @cached_property
    def derived(self) -> OrderedDict[Any, Any]:
        """Room for what is computed from this pool alone, kept as long as it is; nothing that is stored with it."""
        return OrderedDict()

    @cached_property
    def shortlists(self) -> OrderedDict[Any, Any]:
        """Room for what re-rankers choose from, so that moving one does not fuse again."""
        return OrderedDict()

    @cached_property
    def lengths(self) -> Positions:
        """Items of each user's pool, (U,) int32; the columns behind them are padding."""
        return read_only(np.count_nonzero(self.items >= 0, axis=1).astype(np.int32))


@dataclass(frozen=True)
class Source:
    """Where raw scores come from: what a pool is built from and what re-scoring goes back to.

    seen (n_users, n_items): what each user must not be shown. eligible (n_items,): the slice of the catalogue that
    lists are made of; None is all of it. facts: what is known of users and items beside scores, for strategies and
    re-rankers that read it.
    """

    scorers: Mapping[str, Scorer]
    seen: csr_matrix
    eligible: Mask | None = None
    facts: Facts | None = None

    def known(self, what: str) -> Facts:
        """The facts, which `what` needs. Raises `ScenarioError` where there are none."""
        if self.facts is None:
            raise ScenarioError(f"{what} needs users and items of a dataset, which are not known here. Leave it out.")
        return self.facts

    def scores(self, users: Positions) -> Scores:
        """Raw scores of the whole catalogue, (C, len(users), n_items) float32, a new array; seen items too."""
        return np.stack([scorer.score(users) for scorer in self.scorers.values()])

    def seen_pairs(self, users: Positions, items: Positions) -> Mask:
        """`out[r, j]` = whether `users[r]` has seen `items[j]`, (len(users), len(items)); all of `items` differ."""
        mine = self.seen[users]
        rows = np.repeat(np.arange(len(users)), np.diff(mine.indptr))
        column = np.full(self.seen.shape[1], -1, dtype=np.int32)
        column[items] = np.arange(len(items))
        asked = column[mine.indices] >= 0
        found = np.zeros((len(users), len(items)), dtype=np.bool_)
        found[rows[asked], column[mine.indices[asked]]] = True
        return found

    def unseen(self, users: Positions) -> Mask:
        """`out[r, i]` = whether item i is new to `users[r]`, (len(users), n_items)."""
        mine = self.seen[users]
        unseen = np.ones(mine.shape, dtype=np.bool_)
        unseen[np.repeat(np.arange(len(users)), np.diff(mine.indptr)), mine.indices] = False
        return unseen
