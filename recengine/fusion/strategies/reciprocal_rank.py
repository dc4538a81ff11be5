"""Weighted reciprocal rank fusion."""

from dataclasses import dataclass
from typing import ClassVar

from recengine.fusion.normalization import Neutral, Normalization, ValueMap
from recengine.fusion.strategies.base import Pointwise
from recengine.models.settings import Number, setting

MAX_CONSTANT = 10_000


@dataclass(frozen=True)
class ReciprocalRank(Pointwise):
    """Weight / (constant + rank), summed over the scorers that have an opinion.

    Ranks are among all unseen items of the catalogue, ties share their mean; no opinion adds nothing, whatever the
    scenario's neutral value. With equal weights it is reciprocal rank fusion, times 1 / number of scorers.
    Source: Cormack, Clarke & Buettcher (2009), SIGIR.
    """

    name: ClassVar[str] = "reciprocal-rank"
    label: ClassVar[str] = "Reciprocal rank fusion"
    about: ClassVar[str] = (
        "Adds up weight / (constant + rank). Only places count, the first ones most; it needs no normalisation and "
        "suits scorers whose scores have nothing in common."
    )
    certificate: ClassVar[str] = (
        "Every list is exact: proven from the pool by the catalogue ranks, or the whole catalogue is scored."
    )

    constant: float = setting(
        60.0,
        Number(MAX_CONSTANT, zero=True),
        "Added to every rank: the higher, the less the first places stand out from those behind them.",
    )

    def value_map(self, normalization: Normalization, neutral: Neutral) -> ValueMap:
        """1 / (constant + rank)."""
        return ValueMap("reciprocal-rank", constant=self.constant)
