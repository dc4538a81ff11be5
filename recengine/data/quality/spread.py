"""How unequally interactions are spread over users, or over items."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from recengine.arrays import Values, read_only

MAX_POINTS = 200
"""Points that a curve is drawn through."""


@dataclass(frozen=True)
class Spread:
    """counts (n,) int64, descending, read-only: interactions of each user, or of each item, those with none too."""

    counts: NDArray[np.int64]

    @classmethod
    def of(cls, counts: NDArray[Any]) -> Spread:
        """The spread of counts in any order."""
        return cls(read_only(np.sort(np.asarray(counts, dtype=np.int64))[::-1].copy()))

    @cached_property
    def gini(self) -> float:
        """As `gini_index`."""
        return gini_index(self.counts[::-1])

    @cached_property
    def ranks(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Ranks from 1 (the largest count), at most `MAX_POINTS`, evenly spaced in their logarithm, and their counts.

        Counts of 0, which have no logarithm, are left out.
        """
        n = int((self.counts > 0).sum())
        if n == 0:
            return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64)
        ranks = np.unique(np.geomspace(1, n, min(n, MAX_POINTS)).round().astype(np.int64))
        return ranks, self.counts[ranks - 1]

    @cached_property
    def line(self) -> tuple[float, float, float] | None:
        """Slope, height at rank 1 and R² of the straight line through `ranks` in log-log; None below 10 points.

        Least squares over the points of `ranks`, so each factor of ten in rank has the same say. It describes the
        curve; a high R² is no test for a power law (Clauset, Shalizi & Newman, 2009, SIAM Review 51(4)).
        """
        ranks, counts = self.ranks
        if len(ranks) < 10:
            return None
        x, y = np.log(ranks), np.log(counts)
        slope, height = np.polyfit(x, y, 1)
        rest, spread = float(((y - slope * x - height) ** 2).sum()), float(((y - y.mean()) ** 2).sum())
        # equal counts: the line is the curve
        return float(slope), float(np.exp(height)), 1 - rest / spread if spread > 0 else 1.0

    def top(self, part: float) -> float:
        """Share of the total that the largest `part` holds."""
        return top_share(self.counts, part)

    def to_json(self) -> dict[str, Any]:
        """The curves as lists of points, never longer than `MAX_POINTS`."""
        x, y = lorenz_curve(self.counts)
        ranks, counts = self.ranks
        line = None if self.line is None else dict(zip(("slope", "at_rank_1", "r_squared"), self.line, strict=True))
        return {
            "n": len(self.counts),
            "gini": self.gini,
            "top_tenth": self.top(0.1),
            "lorenz": {"share": x.tolist(), "held": y.tolist()},
            "ranks": {"rank": ranks.tolist(), "count": counts.tolist()},
            "log_log_line": line,
        }


def gini_index(ascending: NDArray[Any]) -> float:
    """Gini index of whole numbers in ascending order, in [0, 1]: 0 is all equal, towards 1 a few hold everything.

    NaN where there is nothing to hold. With x ascending: sum of (2 i - n - 1) x_i over n * sum of x_i, i from 1 to n.
    """
    n, total = len(ascending), int(ascending.sum())
    if total == 0:
        return float("nan")
    return float((2 * np.arange(1, n + 1) - n - 1) @ ascending / (n * total))


def lorenz_curve(values: NDArray[Any]) -> tuple[Values, Values]:
    """Points (x, y) from (0, 0) to (1, 1): the lowest share x of `values` holds the share y of their sum."""
    held = np.concatenate([[0.0], np.cumsum(np.sort(np.asarray(values, dtype=np.float64)))])
    at = np.unique(np.linspace(0, len(held) - 1, min(len(held), MAX_POINTS)).round().astype(np.int64))
    total = held[-1] if held[-1] > 0 else np.nan
    return at / max(len(held) - 1, 1), held[at] / total


def top_share(values: NDArray[Any], part: float) -> float:
    """Share of the sum that the largest `part` of `values`, rounded up to whole ones, holds; NaN for a sum of 0."""
    ordered = np.sort(np.asarray(values, dtype=np.float64))[::-1]
    total = ordered.sum()
    return float(ordered[: int(np.ceil(part * len(ordered)))].sum() / total) if total > 0 else float("nan")
