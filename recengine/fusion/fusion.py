"""How the scorers' opinions become one list, as a value."""

from __future__ import annotations

from dataclasses import dataclass, replace

from recengine.fusion.normalization import Neutral, Normalization
from recengine.fusion.rerankers import Reranker
from recengine.fusion.strategies import Strategy, WeightedSum

DEFAULT_K = 10
WEIGHTED_SUM = WeightedSum()
SHORTLIST = 100
"""Best fused items that re-rankers choose from, where k is not more."""


@dataclass(frozen=True)
class Fusion:
    """How the scorers' opinions become one list.

    weights: one a scorer of the pool, in its order, finite, >= 0, not all 0. `effective` are they over their sum.
    neutral: what no opinion counts as. "mean": the row's mean under min-max, 0 under z-score, 1/2 under rank, 1 over
        the number of opinions under softmax; "floor": the row's lowest opinion, normalised; 0 under rank and softmax. A
        row that tells no items apart (no opinion at all, or all equal) is 0 under min-max, z-score and softmax.
    rerankers: one after the other, over the best `SHORTLIST` items that the strategy gives.
    """

    weights: tuple[float, ...]
    normalization: Normalization = "min-max"
    neutral: Neutral = "mean"
    strategy: Strategy = WEIGHTED_SUM
    rerankers: tuple[Reranker, ...] = ()

    @property
    def effective(self) -> tuple[float, ...]:
        """The weights over their sum, (C,), which add up to 1."""
        total = 0.0
        # not sum(), which rounds otherwise from Python 3.12 on; the browser adds from left to right too
        for weight in self.weights:
            total += weight
        return tuple(weight / total for weight in self.weights)

    @property
    def as_sum(self) -> Fusion:
        """The same weights as a weighted sum without re-rankers: for people and items that no pool knows."""
        return replace(self, strategy=WEIGHTED_SUM, rerankers=())
