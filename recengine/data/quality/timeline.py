"""When interactions happened: bars over time, days without any, days with far more than usual."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

DAY = 86_400
MAX_BARS = 400
_WIDTHS = (1, 7, 28, 91, 365, 3_650, 36_500)
MIN_ACTIVE_DAYS = 14
"""Below so many days with an interaction nothing can be called usual."""
GAP_DAYS = 7
GAP_FACTOR = 5.0
GAP_ROWS = 20.0
BURST_FACTOR = 10.0
BURST_ROWS = 30
_AROUND = 29
_BESIDE = 14
_EPOCH = date(1970, 1, 1)


@dataclass(frozen=True)
class Gap:
    """A run of days without an interaction: the first and the last of them, UTC, and how many."""

    first: str
    last: str
    days: int


@dataclass(frozen=True)
class Burst:
    """A day, UTC, with far more interactions than usual. usual: the median of the active days around it."""

    day: str
    count: int
    usual: float


@dataclass(frozen=True)
class Timeline:
    """starts (n,): the first day of each bar, as days since 1970; counts (n,): interactions in it.

    width_days: of a bar. gaps: the longest first. bursts: the highest first.
    """

    starts: NDArray[np.int64]
    counts: NDArray[np.int64]
    width_days: int
    gaps: tuple[Gap, ...]
    bursts: tuple[Burst, ...]

    @property
    def labels(self) -> list[str]:
        """The first day of each bar as an ISO date."""
        return [day_text(int(start)) for start in self.starts]

    def to_json(self) -> dict[str, Any]:
        """Plain values; at most `MAX_BARS` bars, gaps and bursts."""
        return {
            "width_days": self.width_days,
            "start": self.labels,
            "count": self.counts.tolist(),
            "gaps": [vars(gap) for gap in self.gaps[:MAX_BARS]],
            "bursts": [vars(burst) for burst in self.bursts[:MAX_BARS]],
        }


def days_of(times: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Every day with an interaction, ascending, as days since 1970 by UTC, and its interactions; times ascend."""
    return run_lengths(times // DAY)


def run_lengths(ascending: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The distinct values of an ascending array, and how often each comes."""
    if not len(ascending):
        return ascending, np.zeros(0, dtype=np.int64)
    starts = np.flatnonzero(np.diff(ascending, prepend=ascending[0] - 1))
    return ascending[starts], np.diff(starts, append=len(ascending))


def timeline(times: NDArray[np.int64]) -> Timeline | None:
    """The picture of plausible times, (n,) seconds since 1970, ascending; None where there are none.

    Gap: more than a week, more than 5 times what 95 % of the active days wait for the next, and at the rate of the 14
    active days before it or after it, whichever is lower, it would have had 20 interactions or more. Burst: at least 30
    interactions and 10 times the median of the 29 active days around. Both need 14 active days.
    """
    if len(times) == 0:
        return None
    days, counts = days_of(times)
    width = next((one for one in _WIDTHS if (days[-1] - days[0]) // one < MAX_BARS), _WIDTHS[-1])
    bar = (days - days[0]) // width
    totals = np.bincount(bar, weights=counts).astype(np.int64)
    starts = days[0] + width * np.arange(len(totals))
    usual = len(days) >= MIN_ACTIVE_DAYS
    return Timeline(starts, totals, width, _gaps(days, counts) if usual else (), _bursts(days, counts) if usual else ())


def _gaps(days: NDArray[np.int64], counts: NDArray[np.int64]) -> tuple[Gap, ...]:
    waits = np.diff(days)
    empty = waits - 1
    found = np.flatnonzero((empty > GAP_DAYS) & (empty > GAP_FACTOR * np.quantile(waits, 0.95)))
    before = _rate(days, counts, np.maximum(found - _BESIDE + 1, 0), found)
    after = _rate(days, counts, found + 1, np.minimum(found + _BESIDE, len(days) - 1))
    found = found[empty[found] * np.minimum(before, after) >= GAP_ROWS]
    found = found[np.argsort(-empty[found], kind="stable")]
    return tuple(
        Gap(day_text(int(days[at]) + 1), day_text(int(days[at + 1]) - 1), int(empty[at])) for at in found.tolist()
    )


def _rate(
    days: NDArray[np.int64], counts: NDArray[np.int64], first: NDArray[np.int64], last: NDArray[np.int64]
) -> NDArray[np.float64]:
    """Interactions a day from the active day at place `first` to that at `last`."""
    up_to = np.concatenate([[0], np.cumsum(counts)])
    rate: NDArray[np.float64] = (up_to[last + 1] - up_to[first]) / (days[last] - days[first] + 1)
    return rate


def _bursts(days: NDArray[np.int64], counts: NDArray[np.int64]) -> tuple[Burst, ...]:
    around = pl.Series(counts.astype(np.float64)).rolling_median(_AROUND, min_samples=1, center=True).to_numpy()
    found = np.flatnonzero((counts >= BURST_ROWS) & (counts >= BURST_FACTOR * around))
    found = found[np.argsort(-counts[found], kind="stable")]
    return tuple(Burst(day_text(int(days[at])), int(counts[at]), float(around[at])) for at in found.tolist())


def day_text(day: int) -> str:
    """Days since 1970 as an ISO date; outside the years 1 to 9999, which have none, the number of days."""
    try:
        return (_EPOCH + timedelta(days=day)).isoformat()
    except OverflowError:
        return f"day {day:,}"


def moment_text(seconds: int) -> str:
    """Seconds since 1970 as a moment in UTC; the number where no calendar has it."""
    try:
        return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
    except (OverflowError, ValueError, OSError):
        return f"{seconds:,} s since 1970"
