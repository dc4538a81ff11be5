"""How numbers are distributed: few values as they are, many in bins."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from recengine.arrays import Values

MAX_VALUES = 30
BINS = 30
SKEWED = 50.0


@dataclass(frozen=True)
class Histogram:
    """counts (n,) of the bins from low (n,) to high (n,); where low == high everywhere each bin is one value.

    A bin holds its low end and not its high end, the last one both. logarithmic: bins are equally wide in the
    logarithm.
    """

    low: Values
    high: Values
    counts: NDArray[np.int64]
    logarithmic: bool = False

    @property
    def single_values(self) -> bool:
        """Whether each bin is one value."""
        return bool((self.low == self.high).all())

    @property
    def labels(self) -> list[str]:
        """Each bin in words: "4.5", "10 to 20"."""
        return [
            f"{low:,.6g}" if low == high else f"{low:,.4g} to {high:,.4g}"
            for low, high in zip(self.low.tolist(), self.high.tolist(), strict=True)
        ]

    def to_json(self) -> dict[str, Any]:
        """Plain values."""
        return {
            "low": self.low.tolist(),
            "high": self.high.tolist(),
            "count": self.counts.tolist(),
            "logarithmic": self.logarithmic,
        }


def histogram(numbers: pl.Series) -> Histogram | None:
    """The distribution of numbers, nulls left out; None where there are none.

    Up to 30 distinct values stand for themselves. Else bins: 30, equal in the logarithm, where all are above 0 and the
    largest is more than 50 times the median, so that a long tail stays visible; else up to 32, equally wide, at round
    numbers.
    """
    values = numbers.drop_nulls()
    if values.is_empty():
        return None
    counted = values.alias("value").to_frame().group_by("value").len().sort("value")
    distinct, counts = counted["value"].to_numpy().astype(np.float64), counted["len"].to_numpy().astype(np.int64)
    if len(distinct) <= MAX_VALUES:
        return Histogram(distinct, distinct, counts)
    low, high = distinct[0], distinct[-1]
    median = distinct[np.searchsorted(counts.cumsum(), counts.sum() / 2)]
    logarithmic = bool(low > 0 and high > SKEWED * median)
    if logarithmic:
        edges = np.geomspace(low, high, BINS + 1)
        # rounding must not push an end outside
        edges[0], edges[-1] = low, high
    else:
        edges = _round_edges(low, high)
    n_bins = len(edges) - 1
    at = np.clip(np.searchsorted(edges, distinct, side="right") - 1, 0, n_bins - 1)
    totals = np.bincount(at, weights=counts, minlength=n_bins).astype(np.int64)
    return Histogram(edges[:-1], edges[1:], totals, logarithmic)


def _round_edges(low: float, high: float) -> Values:
    """Edges around low to high, at most `BINS` + 1 steps of 1, 2 or 5 times a power of ten."""
    least = (high - low) / BINS
    power = 10.0 ** np.floor(np.log10(least))
    step = next(one * power for one in (1.0, 2.0, 5.0, 10.0) if one * power >= least)
    first, last = np.floor(low / step), np.floor(high / step) + 1
    edges: Values = np.arange(first, last + 1) * step
    return edges
