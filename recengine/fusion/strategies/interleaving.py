"""Interleaving with quotas: the scorers take turns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from recengine.arrays import Mask, Positions, Scores
from recengine.fusion.facts import Facts
from recengine.fusion.strategies.base import Listwise, PoolScores, Remark, Rows
from recengine.fusion.strategies.words import ordinal
from recengine.models.settings import Choice, setting
from recengine.ranking import PADDING, top_k

EQUAL = 1e-4
"""Scorers are equally far behind where they differ by no more than this part of a place."""


@dataclass(frozen=True)
class Drawn:
    """Who took what. B users, K places.

    columns (B, K) int32: of the pool, -1 from where on no scorer has anything left. turns (B, K) int32: the scorer that
    took it. own (B, K) int32: its place in that scorer's order, from 1. counts (B,) int32: places that were taken.
    """

    columns: Positions
    turns: Positions
    own: Positions
    counts: Positions


@dataclass(frozen=True)
class Interleaving(Listwise):
    """Each place goes to the scorer that is furthest behind its quota, which takes its best item that is still free.

    At place p a scorer of effective weight w is behind by w * p less what it has taken so far, so that its share of
    every beginning of the list is near its weight. A scorer takes only items on which it has an opinion, ties to the
    lower position; with nothing left its turn goes to the next. What no scorer of weight has an opinion on stands at
    the end, by position. score = 1 / place.

    The first k <= depth places from the pool are the catalogue's: a scorer that takes place p <= k finds at most p - 1
    of its best `depth` items taken, so its best free one is among those, and they are all in the pool.
    A draft as in team-draft interleaving (Radlinski, Kurup & Joachims 2008, CIKM), with quotas instead of chance.
    """

    name: ClassVar[str] = "interleaving"
    label: ClassVar[str] = "Interleaving"
    about: ClassVar[str] = (
        "The scorers take turns, each as often as its weight says, and put their best free item on the list. Everybody "
        "is heard for certain, also those whom a sum would drown."
    )
    certificate: ClassVar[str] = (
        "Proven where the list is no longer than the pool is deep and the scorers' own items fill it; else pool of n."
    )

    order: str = setting(
        "listed",
        Choice(("listed", "weight", "snake")),
        "Who goes first among scorers that are equally far behind: as the scenario lists them, the heavier one, or to "
        "and fro (A B B A), the first of one round being the last of the next.",
    )

    def score(self, rows: Rows, weights: Scores, scorers: Sequence[str], k: int, facts: Facts | None) -> PoolScores:
        """Place by place, all users at once."""
        real = rows.items != PADDING
        drawn = self._draw(rows, weights, k)
        score = np.full(rows.items.shape, -np.inf, dtype=np.float32)
        row, place = np.nonzero(drawn.columns != PADDING)
        score[row, drawn.columns[row, place]] = 1 / (place + 1)
        ended = drawn.counts < k
        rest = real & np.isneginf(score) & ended[:, None]
        places = drawn.counts[:, None] + np.cumsum(rest, axis=1)
        score = np.where(rest, (1 / np.maximum(places, 1)).astype(np.float32), score)
        return PoolScores(score, rows.complete | ((k <= rows.depth) & ~ended))

    def account(
        self, rows: Rows, weights: Scores, scorers: Sequence[str], column: int, k: int, facts: Facts | None
    ) -> tuple[Remark, ...]:
        """Whose turn it was."""
        drawn = self._draw(rows, weights, k)
        found = np.flatnonzero(drawn.columns[0] == column)
        if len(found) == 0:
            return (Remark("no scorer of weight has an opinion on it, so it stands behind all that were taken"),)
        place = int(found[0])
        scorer = int(drawn.turns[0, place])
        return (
            Remark(
                f"taken at place {place + 1:,} by {{scorers[0]}}, whose {ordinal(int(drawn.own[0, place]))} best it is "
                f"and whose quota is {100 * float(weights[scorer]):.0f} %",
                (scorers[scorer],),
            ),
        )

    def _draw(self, rows: Rows, weights: Scores, k: int) -> Drawn:
        voices = np.flatnonzero(weights > 0)
        if self.order == "weight":
            voices = voices[np.argsort(-weights[voices], kind="stable")]
        quotas = weights[voices].astype(np.float64)[:, None]
        n_users, width = rows.items.shape
        users = np.arange(n_users)
        n_places = min(k, width)
        # one more column, always padding: where a scorer stands that has nothing left
        best = np.full((len(voices), n_users, n_places + 1), PADDING, dtype=np.int32)
        for at, scorer in enumerate(voices):
            best[at, :, :-1] = top_k(-rows.ranks[scorer], n_places)
        taken = np.zeros((n_users, width + 1), dtype=np.bool_)
        heads = np.zeros((len(voices), n_users), dtype=np.intp)
        counts = np.zeros((len(voices), n_users))
        columns, turns, own = (np.full((n_users, n_places), PADDING, dtype=np.int32) for _ in range(3))
        for place in range(n_places):
            free = _heads(best, heads)
            behind = np.where(free == PADDING, -np.inf, quotas * (place + 1) - counts)
            backwards = self.order == "snake" and place // len(voices) % 2 == 1
            turn = _furthest(behind, backwards)
            column = free[turn, users]
            going = users[column != PADDING]
            if len(going) == 0:
                break
            turn, column = turn[going], column[going]
            columns[going, place], turns[going, place] = column, voices[turn]
            own[going, place] = heads[turn, going] + 1
            counts[turn, going] += 1
            taken[going, column] = True
            _advance(best, heads, taken)
        return Drawn(columns, turns, own, counts.sum(axis=0).astype(np.int32))


def _heads(best: Positions, heads: NDArray[np.intp]) -> Positions:
    """What each scorer would take next, (C, B); padding where nothing is left."""
    return np.take_along_axis(best, heads[:, :, None], axis=2)[:, :, 0]


def _furthest(behind: NDArray[np.float64], backwards: bool) -> NDArray[np.intp]:
    """The scorer furthest behind for each user, (B,), the first of equals, or the last where `backwards`."""
    nearly: Mask = behind >= behind.max(axis=0) - EQUAL
    first: NDArray[np.intp] = (nearly[::-1] if backwards else nearly).argmax(axis=0)
    return len(behind) - 1 - first if backwards else first


def _advance(best: Positions, heads: NDArray[np.intp], taken: Mask) -> None:
    """Move every scorer on to its best free item, in place. taken (B, P + 1): padding reads the last column, free."""
    users = np.arange(len(taken))
    stuck = taken[users, _heads(best, heads)]
    while stuck.any():
        heads += stuck
        stuck = taken[users, _heads(best, heads)]
