"""The user side: is a metric the same for every group of users, and would chance alone make such a gap?"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from recengine.arrays import Values
from recengine.fairness.groups import UNKNOWN, in_natural_order
from recengine.fairness.report import GroupFigure, GroupGap

MINIMUM_GROUP = 5
N_RESAMPLES = 1000
MAX_DRAWS = 50_000_000
MIN_DRAWN = 199
_CELLS = 2_000_000
_NAN = float("nan")


def user_fairness(
    groups: Sequence[str | None] | pl.Series,
    values: Values,
    *,
    permutations: int = 999,
    n_resamples: int = N_RESAMPLES,
    minimum: int = MINIMUM_GROUP,
    seed: int = 0,
) -> GroupGap:
    """Compare the groups of one user attribute by one metric.

    groups (U,): each user's label, None is "unknown". values (U,): the metric, NaN = undefined, left out. Groups with
    fewer than `minimum` users with a value are suppressed. With fewer than two groups left, gap, ratio, chance_gap and
    p_value are NaN. ratio is NaN too where a mean is negative or only the highest is 0; where all are 0 it is 1.

    Intervals: 95 % percentile bootstrap inside each group. chance_gap and p_value: labels are shuffled over the users
    of the groups that are left; p = (1 + shuffles with a gap at least as large) / (1 + shuffles), so it is never 0.
    Source: Phipson & Smyth (2010), SAGMB 9(1). With permutations=0 both are NaN. Above 50,000 users fewer shuffles and
    resamples than asked are drawn: `MAX_DRAWS` values in all, but no fewer than `MIN_DRAWN` times.

    The same seed gives the same figures, whatever the labels are called.
    """
    labels = pl.Series(groups, dtype=pl.String).fill_null(UNKNOWN)
    if len(labels) != len(values):
        raise ValueError(f"groups: expected a label for each of the {len(values)} values, got {len(labels)}")
    defined = ~np.isnan(values)
    # groups in the order of their first user: the draws below then do not depend on names
    present = labels.unique(maintain_order=True).to_list()
    codes = labels.replace_strict(present, range(len(present)), return_dtype=pl.Int64).to_numpy()
    sizes = np.bincount(codes[defined], minlength=len(present))
    kept = np.flatnonzero(sizes >= max(minimum, 1))
    suppressed = {present[g]: int(sizes[g]) for g in range(len(present)) if g not in set(kept.tolist())}

    inside = np.flatnonzero(defined & np.isin(codes, kept))
    inside = inside[np.argsort(codes[inside], kind="stable")]
    sample = _Grouped.of(np.asarray(values, dtype=np.float64)[inside], sizes[kept])
    generator = np.random.default_rng(seed)
    low, high = sample.intervals(n_resamples, generator)
    means = sample.means
    figures = {
        present[group]: GroupFigure(float(means[g]), float(low[g]), float(high[g]), int(sizes[group]))
        for g, group in enumerate(kept)
    }
    gap, ratio, chance_gap, p_value = _NAN, _NAN, _NAN, _NAN
    if len(kept) >= 2:
        gap = float(np.ptp(means))
        ratio = _ratio(float(means.min()), float(means.max()))
        if permutations > 0:
            chance_gap, p_value = sample.chance(gap, permutations, generator)
    return GroupGap(
        groups={label: figures[label] for label in in_natural_order(figures)},
        gap=gap,
        ratio=ratio,
        chance_gap=chance_gap,
        p_value=p_value,
        suppressed={label: suppressed[label] for label in in_natural_order(suppressed)},
    )


def holm(p_values: Sequence[float]) -> list[float]:
    """p-values corrected for asking several questions at once, each in [0, 1] and no smaller than before.

    Those under 0.05 hold together with an error rate of 5 %. NaN, a question that could not be asked, stays NaN and
    does not count. Source: Holm (1979), Scandinavian Journal of Statistics 6(2).
    """
    asked = np.asarray(p_values, dtype=np.float64)
    corrected = np.full(len(asked), np.nan)
    order = np.argsort(asked, kind="stable")[: int((~np.isnan(asked)).sum())]
    steps = asked[order] * np.arange(len(order), 0, -1)
    corrected[order] = np.minimum(np.maximum.accumulate(steps), 1.0)
    return [float(value) for value in corrected]


@dataclass(frozen=True)
class _Grouped:
    """Values in the order of their groups, so that a sum by group is a sum over a stretch of columns.

    values (n,): around `level`, so that sums stay small. sizes, starts (G,): of each group, in users and as position.
    """

    values: Values
    level: float
    sizes: NDArray[np.int64]
    starts: NDArray[np.int64]

    @classmethod
    def of(cls, values: Values, sizes: NDArray[np.integer]) -> _Grouped:
        level = float(values.mean()) if len(values) else 0.0
        starts = np.cumsum(sizes) - sizes
        return cls(values - level, level, sizes.astype(np.int64), starts.astype(np.int64))

    @property
    def means(self) -> Values:
        """Mean of each group, (G,)."""
        means: Values = self._means(self.values[None, :])[0] + self.level
        return means

    def intervals(self, n_resamples: int, generator: np.random.Generator) -> tuple[Values, Values]:
        """Ends of the 95 % percentile bootstrap interval of each group's mean, (G,) each."""
        start, size = np.repeat(self.starts, self.sizes), np.repeat(self.sizes, self.sizes)

        def resampled(rows: int) -> Values:
            drawn = start + (generator.random((rows, len(self.values))) * size).astype(np.int64)
            return self._means(self.values[drawn])

        means = self._repeated(resampled, n_resamples) + self.level
        low, high = np.percentile(means, [2.5, 97.5], axis=0)
        return low, high

    def chance(self, gap: float, permutations: int, generator: np.random.Generator) -> tuple[float, float]:
        """Mean gap of shuffled labels, and the p-value of `gap`."""

        def shuffled(rows: int) -> Values:
            tiled = np.broadcast_to(self.values, (rows, len(self.values)))
            means = self._means(generator.permuted(tiled, axis=1))
            gaps: Values = means.max(axis=1) - means.min(axis=1)
            return gaps

        gaps = self._repeated(shuffled, permutations)
        # the same values in another order round differently: what is equal must count as equal
        tolerance = 1e-12 * float(np.abs(self.values).max())
        at_least = int((gaps >= gap - tolerance).sum())
        return float(gaps.mean()), (1 + at_least) / (1 + len(gaps))

    def _means(self, rows: Values) -> Values:
        if not len(self.sizes):
            return np.zeros((len(rows), 0))
        means: Values = np.add.reduceat(rows, self.starts, axis=1) / self.sizes
        return means

    def _repeated(self, draw: Callable[[int], Values], times: int) -> Values:
        """`draw` for `times` rows, a bounded number of values at once."""
        width = max(len(self.values), 1)
        times = min(times, max(MIN_DRAWN, MAX_DRAWS // width))
        at_once = max(1, _CELLS // width)
        return np.concatenate([draw(min(at_once, times - start)) for start in range(0, times, at_once)])


def _ratio(lowest: float, highest: float) -> float:
    if lowest == highest == 0:
        return 1.0
    return lowest / highest if lowest >= 0 and highest > 0 else _NAN
