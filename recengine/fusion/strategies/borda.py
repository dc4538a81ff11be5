"""Weighted Borda count."""

from dataclasses import dataclass
from typing import ClassVar

from recengine.fusion.normalization import Neutral, Normalization, ValueMap
from recengine.fusion.strategies.base import Pointwise


@dataclass(frozen=True)
class Borda(Pointwise):
    """Weight times points, summed over the scorers: of m unseen items the first gets m / m points, the last 1 / m.

    Ties share their mean. The items on which a scorer has no opinion share equally the points that its ranked ones
    leave (or get none, where no opinion counts as the floor); a scorer without any opinion gives no points.
    Source: Aslam & Montague (2001), SIGIR.
    """

    name: ClassVar[str] = "borda"
    label: ClassVar[str] = "Borda count"
    about: ClassVar[str] = (
        "Every scorer hands out points by place, evenly spaced from first to last, and the weights say what its points "
        "count. Rewards items that nobody places low."
    )
    certificate: ClassVar[str] = (
        "Every list is exact: proven from the pool by the catalogue ranks, or the whole catalogue is scored."
    )

    def value_map(self, normalization: Normalization, neutral: Neutral) -> ValueMap:
        """Points over the number of unseen items."""
        return ValueMap("borda", neutral)
