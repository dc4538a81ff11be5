"""The weighted sum of normalised scores, the strategy of a first look."""

from dataclasses import dataclass
from typing import ClassVar

from recengine.fusion.strategies.base import Pointwise


@dataclass(frozen=True)
class WeightedSum(Pointwise):
    """Weight times normalised score, summed over the scorers: CombSUM with weights (Fox & Shaw 1994, TREC-2)."""

    name: ClassVar[str] = "weighted-sum"
    label: ClassVar[str] = "Weighted sum"
    about: ClassVar[str] = "Adds up the normalised scores, each times its weight. How much better counts, not only who."
    certificate: ClassVar[str] = "Every list is exact: proven from the pool, or the whole catalogue is scored."
