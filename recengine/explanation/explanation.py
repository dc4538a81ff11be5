"""Why an item is where it is: the exact parts of a fused score, or the strategy's own account where there are none."""

from __future__ import annotations

from dataclasses import dataclass

from recengine.arrays import Positions, Values
from recengine.fusion import Remark


@dataclass(frozen=True)
class Part:
    """What one scorer adds: `shares.sum() + rest == contribution`; NaN where the strategy is not additive.

    weight: effective. raw: the scorer's own score, NaN = no opinion. normalised: what the weight multiplies.
    items (h,), shares (h,): by history item, in units of the fused score, largest first.
    rest: the normaliser's offset and every term that is no history item. exact: False where shares are approximate.
    rank: the scorer's own of the item among the user's unseen items, from 1, ties share their mean; NaN = no opinion.
    divisible: False where the scorer cannot take its scores apart, so that all is rest whatever the history does to it.
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
    rank: float = float("nan")
    divisible: bool = True


@dataclass(frozen=True)
class Explanation:
    """`sum(part.contribution for part in parts) == score` where `additive`; else the contributions are NaN.

    rank counts from 1 over the user's unseen items, 0 where a rule took the item out or the pool lacks it; fused_rank:
    before re-ranking. score: NaN where the strategy gives the item none.
    strategy: its label. account: what it has to say beside the parts, or instead of them where it is not additive.
    """

    user: int
    item: int
    rank: int
    fused_rank: int
    score: float
    additive: bool
    parts: tuple[Part, ...]
    strategy: str = "the strategy"
    account: tuple[Remark, ...] = ()
