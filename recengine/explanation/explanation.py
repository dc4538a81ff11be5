"""Why an item is where it is: the exact parts of a fused score."""

from __future__ import annotations

from dataclasses import dataclass

from recengine.arrays import Positions, Values


@dataclass(frozen=True)
class Part:
    """What one scorer adds: `shares.sum() + rest == contribution`.

    weight: effective. raw: the scorer's own score, NaN = no opinion. normalised: what the weight multiplies.
    items (h,), shares (h,): by history item, in units of the fused score, largest first.
    rest: the normaliser's offset and every term that is no history item. exact: False where shares are approximate.
    """

    scorer: str
    weight: float
    raw: float
    normalised: float
    contribution: float
    exact: bool
    items: Positions
    shares: Values
    rest: float


@dataclass(frozen=True)
class Explanation:
    """`sum(part.contribution for part in parts) == score` where `additive`; else the contributions are NaN.

    rank counts from 1 over the user's unseen items, 0 where a rule took the item out or the pool lacks it; fused_rank:
    before re-ranking.
    """

    user: int
    item: int
    rank: int
    fused_rank: int
    score: float
    additive: bool
    parts: tuple[Part, ...]
