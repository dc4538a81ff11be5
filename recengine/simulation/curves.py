"""Metrics along one weight, as a sweep finds them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from recengine.arrays import Values
from recengine.ranking import METRICS


@dataclass(frozen=True)
class Stretches:
    """Parts of the range, ascending: each from `start` to `end`, where the metric goes from `low` to `high`; (n,) each.

    first, last: its values where the part begins and ends. All four are one value where the metric does not change.
    """

    start: Values
    end: Values
    low: Values
    high: Values
    first: Values
    last: Values


@dataclass(frozen=True)
class Sweep:
    """Metrics along the raw weight of `scorer` over [0, top], the other weights fixed; arrays read-only.

    weights (B,) ascending; values[metric] (B + 1,): before the first of them, between two, after the last. A first
    weight of 0 parts weight 0 itself from all above it. Undefined is NaN.
    current: the weight that the fusion has. n[metric]: users that the figure is over. users: those that were swept, of
    `population` with a relevant item. changes: how often one of their lists changes. proven: users whose lists the pool
    alone proves over the whole range.
    exact: the lists are the catalogue's and the steps are all there are. Else the fusion has no exact breakpoints; it
    is measured at the weights `sampled` (n,), and each step stands for the one that lies in it.
    """

    scorer: str
    current: float
    top: float
    k: int
    weights: Values
    values: Mapping[str, Values]
    n: Mapping[str, int]
    users: int
    population: int
    changes: int
    proven: int
    exact: bool
    sampled: Values

    def at(self, metric: str, weight: float) -> float:
        """The metric at that weight."""
        return float(self.values[metric][np.searchsorted(self.weights, weight, side="left")])

    def stretches(self, metric: str, most: int) -> Stretches:
        """The metric in at most `most` parts: all steps at which it changes, or parts of equal width with the lowest
        and the highest value in each, so that no extreme is lost.
        """
        values = self.values[metric]
        ends = np.concatenate([[0.0], self.weights, [self.top]])
        differs = (values[1:] != values[:-1]) & ~(np.isnan(values[1:]) & np.isnan(values[:-1]))
        begins = np.flatnonzero(np.concatenate([[True], differs]))
        if len(begins) > most:
            # every part begins at the first step that starts in it
            part = np.minimum((ends[begins] / self.top * most).astype(np.intp), most - 1)
            begins = begins[np.concatenate([[True], part[1:] != part[:-1]])]
        stops = np.append(begins[1:], len(values))
        return Stretches(
            start=ends[begins],
            end=ends[stops],
            low=np.minimum.reduceat(values, begins),
            high=np.maximum.reduceat(values, begins),
            first=values[begins],
            last=values[stops - 1],
        )

    def best(self, metric: str) -> tuple[float, float, float] | None:
        """From, to and value of the widest stretch with the best value; None where the metric has no better end, or is
        undefined.
        """
        return self._widest(metric, 0.0)

    def near_best(self, metric: str, share: float) -> tuple[float, float, float] | None:
        """From and to of the widest stretch in which the metric is within `share` (0.01 is one per cent) of its best
        value, and that value.
        """
        return self._widest(metric, share)

    def _widest(self, metric: str, share: float) -> tuple[float, float, float] | None:
        higher = METRICS[metric].higher_is_better
        values = self.values[metric]
        if higher is None or np.isnan(values).all():
            return None
        best = float(np.nanmax(values) if higher else np.nanmin(values))
        # sums of many steps are off by rounding
        slack = share * abs(best) + 1e-12
        good = values >= best - slack if higher else values <= best + slack
        ends = np.concatenate([[0.0], self.weights, [self.top]])
        edges = np.flatnonzero(np.diff(np.concatenate([[False], good, [False]]).astype(np.int8)))
        starts, stops = ends[edges[::2]], ends[edges[1::2]]
        widest = int(np.argmax(stops - starts))
        return float(starts[widest]), float(stops[widest]), best
