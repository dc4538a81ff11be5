"""What a picture of a split shows: its counts, its positives over time, and a few users event by event."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from recengine.arrays import read_only
from recengine.data.splits.split import Split
from recengine.data.splits.summary import SplitSummary, split_summary

BINS = 60
SAMPLED = 12
MOST_EVENTS = 120
"""Of a user who is shown; of more active ones, who are shown only where there are no others, the latest."""


@dataclass(frozen=True)
class SplitTimeline:
    """Positives over time. edges (b + 1,) int64: seconds since 1970, evenly apart; counts (3, b) int64: in each bin
    those of train, validation and test. The last bin holds its upper edge.
    """

    edges: NDArray[np.int64]
    counts: NDArray[np.int64]


@dataclass(frozen=True)
class SplitSample:
    """A user event by event, oldest first. parts (m,): 0 train, 1 validation, 2 test. times (m,) float64: seconds since
    1970, NaN for none. left_out: older positives that are not shown.
    """

    user: str
    parts: NDArray[np.int64]
    times: NDArray[np.float64]
    left_out: int


@dataclass(frozen=True)
class SplitPicture:
    """All that is drawn of a split; small. timeline: None where nothing has a time, or all has the same."""

    summary: SplitSummary
    timeline: SplitTimeline | None
    sample: tuple[SplitSample, ...]


def picture_split(split: Split) -> SplitPicture:
    """What there is to see of `split`; the same split gives the same picture."""
    positives = pl.concat(
        part.interactions.lazy().filter("positive").select("user", "time", part=pl.lit(place, pl.Int64))
        for place, part in enumerate((split.train, split.validation, split.test))
    ).collect()
    return SplitPicture(split_summary(split), _timeline(positives), _sample(positives, split))


def _timeline(positives: pl.DataFrame) -> SplitTimeline | None:
    dated = positives.drop_nulls("time")
    times = dated["time"].to_numpy()
    if times.size == 0 or times.min() == times.max():
        return None
    first, last = int(times.min()), int(times.max())
    n_bins = min(BINS, last - first)
    edges = np.linspace(first, last, n_bins + 1).round().astype(np.int64)
    parts = dated["part"].to_numpy()
    counts = np.stack([np.histogram(times[parts == place], edges)[0] for place in range(3)])
    return SplitTimeline(read_only(edges), read_only(counts))


def _sample(positives: pl.DataFrame, split: Split) -> tuple[SplitSample, ...]:
    """Users of every kind, by the parts that they have something in: of each a fair share, at least one, spread over
    their activity.
    """
    parts = [pl.col("part") == place for place in range(3)]
    kinds = sum((part.any().cast(pl.Int64) * 2**place for place, part in enumerate(parts)), pl.lit(0, pl.Int64))
    users = positives.group_by("user").agg(n=pl.len(), kind=kinds).sort("n", "user")
    counts = users["kind"].value_counts().sort("kind", descending=True)
    chosen: list[int] = []
    for kind, n in counts.iter_rows():
        of_kind = users.filter(kind=kind)
        calm = of_kind.filter(pl.col("n") <= MOST_EVENTS)
        of_kind = calm if calm.height else of_kind
        share = max(1, round((SAMPLED - counts.height) * n / users.height))
        # at even steps of activity, neither the least nor the most active
        at = (np.arange(share) + 0.5) / share * of_kind.height
        chosen += of_kind["user"].gather(np.unique(at.astype(np.int64))).to_list()
    identifiers = split.train.users["id"]
    rows = positives.filter(pl.col("user").is_in(chosen)).sort("user", "time", "part", maintain_order=True)
    histories = {int(user): group for (user,), group in rows.group_by("user", maintain_order=True)}
    samples = [_events(identifiers[user], histories[user]) for user in chosen]
    return tuple(sorted(samples, key=_order))


def _events(user: Any, rows: pl.DataFrame) -> SplitSample:
    latest = rows.tail(MOST_EVENTS)
    times = latest["time"].cast(pl.Float64).fill_null(float("nan")).to_numpy()
    return SplitSample(
        user=str(user),
        parts=read_only(latest["part"].to_numpy().copy()),
        times=read_only(times.copy()),
        left_out=rows.height - latest.height,
    )


def _order(sample: SplitSample) -> tuple[float, int, str]:
    """By the first time there is, then by activity."""
    dated = sample.times[~np.isnan(sample.times)]
    return (float(dated[0]) if len(dated) else float("inf"), len(sample.parts), sample.user)
