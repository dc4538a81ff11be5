"""Weighted Condorcet voting, scored by Copeland."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from recengine.arrays import Mask, Scores
from recengine.fusion.facts import Facts
from recengine.fusion.normalization import Neutral, Normalization, ValueMap
from recengine.fusion.prepared import weighted_sum
from recengine.fusion.strategies.base import Listwise, PoolScores, Remark, Rows
from recengine.fusion.strategies.words import listed as joined
from recengine.models.settings import Whole, setting
from recengine.ranking import PADDING, take, top_k

BLOCK_PAIRS = 1 << 18
"""Pairs of items that are compared at once, a megabyte of sums."""
DRAW = 1e-6
"""Majorities of no more than this share of the weight are rounding: a draw."""
NAMED = 3
"""Items that an account names as winners over the one it is about."""


@dataclass(frozen=True)
class Condorcet(Listwise):
    """Each pair of items meets in a duel, which the one wins that scorers of more weight place higher.

    The order is by duels won plus half the draws (Copeland); among equals by the weighted mean place, then by position.
    score = won + drawn / 2 + mean place value / 4, where the mean place value is between 0 and 1 and so never outweighs
    half a duel. No opinion stands at the scorer's middle rank (or at its floor, where the scenario says so).
    Duels grow with the square of the items: only the `shortlist` best by weighted mean place meet, the others follow in
    that order, with scores below 0.

    The list is proven where the shortlist is: where the last one on it (or the k-th, where the list is longer) has a
    mean place strictly above the weighted sum of the best that each scorer gives to what the pool leaves out, as under
    a weighted sum. Duels then are among the same items as in the whole catalogue.
    Sources: Copeland (1951); Montague & Aslam (2002), CIKM, for voting as fusion.
    """

    name: ClassVar[str] = "condorcet"
    label: ClassVar[str] = "Condorcet voting"
    about: ClassVar[str] = (
        "Every two items meet, and the scorers vote with their weights on who is better; most duels won comes first. "
        "Nobody's scale matters, and one scorer's extreme score decides nothing."
    )
    certificate: ClassVar[str] = (
        "Proven where the pool proves which items are on the shortlist, since only those meet; else pool of n. A "
        "deeper pool or a smaller shortlist proves more."
    )

    shortlist: int = setting(
        100,
        Whole(2, 1_000),
        "Items that meet in duels, the best by weighted mean place; twice as many take four times as long.",
    )

    def value_map(self, normalization: Normalization, neutral: Neutral) -> ValueMap:
        """By rank, which keeps apart whatever a scorer keeps apart."""
        return ValueMap("rank", neutral)

    def score(self, rows: Rows, weights: Scores, scorers: Sequence[str], k: int, facts: Facts | None) -> PoolScores:
        """Duels in blocks of users, `BLOCK_PAIRS` pairs at once."""
        means = weighted_sum(rows.values, weights)
        score = means - np.float32(1)
        width = means.shape[1]
        order = top_k(means, min(max(self.shortlist, k), width))
        columns = order[:, : self.shortlist]
        here = columns != PADDING
        size = columns.shape[1]
        points = np.empty(columns.shape, dtype=np.float32)
        block = max(1, BLOCK_PAIRS // size**2)
        for start in range(0, len(columns), block):
            part = slice(start, start + block)
            values = np.stack([take(own[part], columns[part], np.nan) for own in rows.values])
            points[part] = _points(_wins(values, weights), here[part])
        points += take(means, columns, 0) / np.float32(4)
        row, place = np.nonzero(here)
        score[row, columns[row, place]] = points[row, place]
        # where the pool is shorter than the shortlist there is no last one, and nothing is proven
        last = take(means, order[:, -1:], -np.inf)[:, 0] if max(self.shortlist, k) <= width else np.float32(-np.inf)
        return PoolScores(score, rows.complete | (last > weighted_sum(rows.bound, weights)))

    def account(
        self, rows: Rows, weights: Scores, scorers: Sequence[str], column: int, k: int, facts: Facts | None
    ) -> tuple[Remark, ...]:
        """The duels of one item, and its strongest winners."""
        means = weighted_sum(rows.values, weights)
        columns = top_k(means, min(self.shortlist, means.shape[1]))
        columns = columns[:, columns[0] != PADDING]
        if column not in columns[0]:
            return (
                Remark(
                    f"not among the {columns.shape[1]:,} best by weighted mean place, which meet in duels, so it "
                    "stands behind them"
                ),
            )
        values = np.stack([take(own, columns, np.nan) for own in rows.values])
        wins = _wins(values, weights)
        at = int(np.flatnonzero(columns[0] == column)[0])
        won, lost = int(wins[0, at].sum()), np.flatnonzero(wins[0, :, at])
        drawn = columns.shape[1] - 1 - won - len(lost)
        said = f"won {won:,} of {columns.shape[1] - 1:,} duels" + (f", drew {drawn:,}" if drawn else "")
        remarks = [Remark(said)]
        if len(lost):
            points = _points(wins, np.ones(columns.shape, dtype=np.bool_))[0]
            strongest = lost[np.argsort(-points[lost], kind="stable")][:NAMED]
            more = len(lost) - len(strongest)
            names = joined(len(strongest), "items") if not more else joined_and_more(len(strongest), more)
            remarks.append(Remark(f"beaten by {names}", items=tuple(rows.items[0, columns[0, strongest]].tolist())))
        return tuple(remarks)


def joined_and_more(named: int, more: int) -> str:
    """Some items by name and the number of the others, as a `Remark` holds them."""
    others = "1 other" if more == 1 else f"{more:,} others"
    return f"{', '.join(f'{{items[{at}]}}' for at in range(named))} and {others}"


def _wins(values: Scores, weights: Scores) -> Mask:
    """`out[b, i, j]` = whether item i wins against item j, (B, n, n), for values (C, B, n); NaN takes no part."""
    votes = np.zeros((*values.shape[1:], values.shape[2]), dtype=np.float32)
    for own, weight in zip(values, weights, strict=True):
        if weight > 0:
            votes += (own[:, :, None] > own[:, None, :]) * weight
    wins: Mask = votes - votes.transpose(0, 2, 1) > DRAW
    return wins


def _points(wins: Mask, here: Mask) -> Scores:
    """Won + drawn / 2, (B, n) float32, among the items that are `here` (B, n)."""
    won, lost = wins.sum(axis=2), wins.sum(axis=1)
    duels = here.sum(axis=1, keepdims=True) - 1
    points: Scores = (duels + won - lost).astype(np.float32) / np.float32(2)
    return points
