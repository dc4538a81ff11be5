"""When something happened and which values it had, counted in bins that one and everyone share."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from recengine.arrays import Values

MAX_TIME_BINS = 60
MAX_VALUES = 12
"""Different values up to this have a bin each; more are put into ranges."""
RANGES = 10
SKEWED = 20.0
"""Where the highest value is so many times the median, ranges grow by a factor, as counts and play times need it."""
_DAY = 86_400.0
_EVERY = (
    ("hour", "1h", 3_600.0, "%Y-%m-%d %H:00"),
    ("day", "1d", _DAY, "%Y-%m-%d"),
    ("week", "1w", 7 * _DAY, "%Y-%m-%d"),
    ("month", "1mo", 30.4 * _DAY, "%Y-%m"),
    ("quarter", "1q", 91.3 * _DAY, "%Y-%m"),
    ("year", "1y", 365.25 * _DAY, "%Y"),
    ("decade", "10y", 3_652.5 * _DAY, "%Y"),
    ("century", "100y", 36_525 * _DAY, "%Y"),
)
"""Name, how Polars calls it, about how many seconds, how its beginning is written."""


@dataclass(frozen=True)
class TimeBins:
    """every: "hour", "day", "week", … starts (bins + 1,): seconds since 1970, UTC, where each bin begins; the last is
    the end of all. labels (bins,): how each is called, such as "1997-09" or "1997-09-20". everyone (bins,): counts.
    """

    every: str
    starts: NDArray[np.int64]
    labels: tuple[str, ...]
    everyone: NDArray[np.int64]

    def count(self, times: NDArray[np.int64]) -> NDArray[np.int64]:
        """How many of `times`, all inside, fall into each bin."""
        return np.bincount(np.searchsorted(self.starts, times, side="right") - 1, minlength=len(self.labels))


def time_bins(times: pl.Series) -> TimeBins | None:
    """Bins over all of `times`, Int64 seconds, at most about `MAX_TIME_BINS`; None where there is no time."""
    known = times.drop_nulls()
    if known.is_empty():
        return None
    first, last = int(known.min()), int(known.max())  # type: ignore[arg-type]
    name, every, _, form = next((one for one in _EVERY if (last - first) / one[2] < MAX_TIME_BINS), _EVERY[-1])
    ends = pl.from_epoch(pl.Series([first, last]), "s").dt.truncate(every)
    starts = pl.datetime_range(ends[0], ends[1], every, eager=True)
    edges = pl.concat([starts, starts.tail(1).dt.offset_by(every)]).dt.epoch("s").to_numpy()
    counts = np.histogram(known.to_numpy(), edges)[0]
    return TimeBins(name, edges, tuple(starts.dt.to_string(form)), counts)


@dataclass(frozen=True)
class ValueBins:
    """edges (bins + 1,): bin b holds values v with edges[b] <= v < edges[b + 1]. labels (bins,). everyone (bins,):
    counts. each: whether a bin is one value, not a range. mean: of everyone's values.
    """

    edges: Values
    labels: tuple[str, ...]
    everyone: NDArray[np.int64]
    each: bool
    mean: float

    def count(self, values: NDArray[Any]) -> NDArray[np.int64]:
        """How many of `values`, all inside, fall into each bin."""
        place = np.searchsorted(self.edges, values.astype(np.float64), side="right") - 1
        return np.bincount(np.clip(place, 0, len(self.labels) - 1), minlength=len(self.labels))


def value_bins(values: pl.Series) -> ValueBins | None:
    """Bins over all of `values`; None where all are the same, as where a row only says that something happened."""
    numbers = values.cast(pl.Float64)
    distinct = numbers.unique().sort()
    if distinct.len() < 2:
        return None
    mean = float(numbers.mean())  # type: ignore[arg-type]
    if distinct.len() <= MAX_VALUES:
        counts = numbers.value_counts().sort(numbers.name)["count"].to_numpy().astype(np.int64)
        edges = np.append(distinct.to_numpy(), np.inf)
        return ValueBins(edges, tuple(f"{value:g}" for value in distinct), counts, True, mean)
    edges = _edges(numbers)
    counts = np.histogram(numbers.to_numpy(), np.append(edges[:-1], np.inf))[0]
    return ValueBins(edges, _ranges(edges), counts, False, mean)


def _edges(numbers: pl.Series) -> Values:
    low, middle, high = (float(numbers.quantile(at)) for at in (0.0, 0.5, 1.0))  # type: ignore[arg-type]
    if low > 0 and high > SKEWED * middle:
        edges = np.geomspace(low, high, RANGES + 1)
    else:
        edges = np.linspace(low, high, RANGES + 1)
    whole = bool((numbers == numbers.round()).all())
    edges = np.unique(np.floor(edges)) if whole else edges
    edges[0], edges[-1] = low, np.nextafter(high, np.inf)
    return edges


def _ranges(edges: Sequence[float] | Values) -> tuple[str, ...]:
    written = [f"{edge:,.0f}" if abs(edge) >= 1000 else f"{edge:.3g}" for edge in edges]
    return tuple(f"{low} to {high}" for low, high in pairwise(written))
