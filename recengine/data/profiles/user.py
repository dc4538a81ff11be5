"""Who a user is: what they did, when, and how their taste differs from everyone's."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from recengine.data.dataset import Dataset
from recengine.data.profiles.documents import attribute_values, rows_document
from recengine.data.profiles.everyone import Everyone, count_everyone, number_shifts
from recengine.data.profiles.lifts import Lifts, NumberShift

LISTED = 20
"""Items of a user, or users of an item, that a profile names."""


@dataclass(frozen=True)
class UserProfile:
    """One user against everyone.

    attributes: value by name; None where it is not known. interactions, positives: counts. percentile: share of the
    users who have fewer interactions, ties counted half. first, last: seconds since 1970; None without times.
    active_days: different days (UTC) with an interaction. over_time (bins of `everyone.times`,), values (bins of
    `everyone.values`,): counts; None where `everyone` has none. mean: of their values.

    tastes: of each categorical item attribute, how often their positives are in a category, against all positives.
    numbers: the same of number attributes, by means. long_tail: share of their positives outside the head, the most
    popular items that hold four fifths of all positives; NaN without positives; everyone's is about a fifth.

    recent, highest: `item_id, title, value, time, positive`, at most `LISTED`: the latest first (in the order of the
    file where there are no times), and the highest values first, of equals the latest.
    """

    position: int
    user: str
    attributes: Mapping[str, Any]
    interactions: int
    positives: int
    percentile: float
    first: int | None
    last: int | None
    active_days: int
    over_time: NDArray[np.int64] | None
    values: NDArray[np.int64] | None
    mean: float
    tastes: tuple[Lifts, ...]
    numbers: tuple[NumberShift, ...]
    long_tail: float
    everyone_long_tail: float
    recent: pl.DataFrame
    highest: pl.DataFrame
    everyone: Everyone

    def to_json(self) -> dict[str, Any]:
        """Plain values, without the counts of everyone's."""
        times, values = self.everyone.times, self.everyone.values
        return {
            "user": self.user,
            "attributes": dict(self.attributes),
            "interactions": self.interactions,
            "positives": self.positives,
            "activity_percentile": self.percentile,
            "first": self.first,
            "last": self.last,
            "active_days": self.active_days,
            "over_time": None
            if times is None or self.over_time is None
            else {"every": times.every, "bins": dict(zip(times.labels, self.over_time.tolist(), strict=True))},
            "values": None
            if values is None or self.values is None
            else dict(zip(values.labels, self.values.tolist(), strict=True)),
            "mean_value": self.mean,
            "everyone_mean_value": None if values is None else values.mean,
            "tastes": [one.to_json() for one in self.tastes],
            "numbers": [vars(one) for one in self.numbers],
            "long_tail": self.long_tail,
            "everyone_long_tail": self.everyone_long_tail,
            "recent": rows_document(self.recent),
            "highest": rows_document(self.highest),
        }


def user_profile(dataset: Dataset, user: int, everyone: Everyone | None = None) -> UserProfile:
    """The profile of the user at a position. everyone: `count_everyone(dataset)`; counted here where not given."""
    everyone = everyone or count_everyone(dataset)
    start, end = everyone.starts[user : user + 2].tolist()
    rows = dataset.interactions.slice(start, end - start)
    items = rows["item"].to_numpy()
    liked = np.bincount(items[rows["positive"].to_numpy()], minlength=dataset.n_items)
    times = rows["time"].drop_nulls().to_numpy()
    n_liked, everything = int(liked.sum()), int(everyone.popularity.sum())
    return UserProfile(
        position=user,
        user=dataset.user_ids[user],
        attributes=attribute_values(dataset.users, dataset.user_attributes, user),
        interactions=rows.height,
        positives=n_liked,
        percentile=float(everyone.user_percentile[user]),
        first=int(times.min()) if times.size else None,
        last=int(times.max()) if times.size else None,
        active_days=int(np.unique(times // 86_400).size),
        over_time=None if everyone.times is None else everyone.times.count(times),
        values=None if everyone.values is None else everyone.values.count(rows["weight"].to_numpy()),
        mean=float(rows["weight"].to_numpy().mean(dtype=np.float64)) if rows.height else np.nan,
        tastes=everyone.compare_items(liked) if n_liked else (),
        numbers=number_shifts(dataset.items, dataset.item_attributes, liked, everyone.popularity),
        long_tail=float(liked[~everyone.head].sum()) / n_liked if n_liked else np.nan,
        everyone_long_tail=float(everyone.popularity[~everyone.head].sum()) / everything if everything else np.nan,
        recent=_named(dataset, _latest(rows).head(LISTED)),
        highest=_named(dataset, _highest(rows).head(LISTED)),
        everyone=everyone,
    )


def _latest(rows: pl.DataFrame) -> pl.DataFrame:
    """The latest first; of equals, and without times, the last of the file."""
    return rows.reverse().sort("time", descending=True, nulls_last=True, maintain_order=True)


def _highest(rows: pl.DataFrame) -> pl.DataFrame:
    return _latest(rows).sort("weight", descending=True, maintain_order=True)


def _named(dataset: Dataset, rows: pl.DataFrame) -> pl.DataFrame:
    named = dataset.items.select("id", "title")[rows["item"]]
    return pl.DataFrame(
        {
            "item_id": named["id"],
            "title": named["title"],
            "value": rows["weight"],
            "time": rows["time"],
            "positive": rows["positive"],
        }
    )
