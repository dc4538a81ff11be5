"""What an item is and who takes it: which groups of users, with what else, how valued."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import polars as pl
from numpy.typing import NDArray

from recengine.data.dataset import Dataset
from recengine.data.profiles.documents import attribute_values, rows_document
from recengine.data.profiles.everyone import Everyone, count_everyone, number_shifts
from recengine.data.profiles.lifts import Lifts, NumberShift, wilson
from recengine.data.profiles.user import LISTED

MIN_TOGETHER = 3
TOGETHER_SHARE = 0.02
"""For another item to be named, so many users took both, and at least this share of those who take the item."""
Slice = Literal["head", "tail", "cold"]


@dataclass(frozen=True)
class ItemProfile:
    """One item against everyone. Who takes it are the users with a positive interaction with it.

    attributes: value by name; None where it is not known. interactions, positives: counts, one a user. rank: place by
    interactions, 1 is the most taken. percentile: share of the items taken by fewer, ties counted half. part: "head",
    one of the most popular items that hold four fifths of all positives, "tail", or "cold", without a positive. first,
    last, over_time, values, mean: as in `UserProfile`.

    takers: of each categorical user attribute, the share of each group among those who take it, against all users with
    a positive. numbers: the same of number attributes, by means. taker_activity: mean activity percentile of those who
    take it; 0.5 would be an average user, and even a usual item is above, as active users take more of everything.

    together: `item_id, title, n, share, everyone, lift, low`, at most `LISTED`: what those who take it also take: n of
    them, their share, the share of all users with a positive who take the other, and share / everyone with the lower
    end of its 95 % interval (of the two, by the takers of this item and by those of the other, the more careful one),
    by which they are ordered, so that few users cannot bring an item to the top. Only where n is at least
    `MIN_TOGETHER` and `TOGETHER_SHARE` of the takers.

    fans: `user_id, value, time, positive`, at most `LISTED`, the highest value first, of equals the latest.
    """

    position: int
    item: str
    title: str
    text: str
    attributes: Mapping[str, Any]
    interactions: int
    positives: int
    rank: int
    percentile: float
    part: Slice
    first: int | None
    last: int | None
    over_time: NDArray[np.int64] | None
    values: NDArray[np.int64] | None
    mean: float
    takers: tuple[Lifts, ...]
    numbers: tuple[NumberShift, ...]
    taker_activity: float
    together: pl.DataFrame
    fans: pl.DataFrame
    everyone: Everyone

    def to_json(self) -> dict[str, Any]:
        """Plain values, without the counts of everyone's."""
        times, values = self.everyone.times, self.everyone.values
        return {
            "item": self.item,
            "title": self.title,
            "text": self.text,
            "attributes": dict(self.attributes),
            "interactions": self.interactions,
            "positives": self.positives,
            "rank": self.rank,
            "popularity_percentile": self.percentile,
            "part": self.part,
            "first": self.first,
            "last": self.last,
            "over_time": None
            if times is None or self.over_time is None
            else {"every": times.every, "bins": dict(zip(times.labels, self.over_time.tolist(), strict=True))},
            "values": None
            if values is None or self.values is None
            else dict(zip(values.labels, self.values.tolist(), strict=True)),
            "mean_value": self.mean,
            "everyone_mean_value": None if values is None else values.mean,
            "takers": [one.to_json() for one in self.takers],
            "numbers": [vars(one) for one in self.numbers],
            "taker_activity": self.taker_activity,
            "together": rows_document(self.together),
            "fans": rows_document(self.fans),
        }


def item_profile(dataset: Dataset, item: int, everyone: Everyone | None = None) -> ItemProfile:
    """The profile of the item at a position. everyone: `count_everyone(dataset)`; counted here where not given."""
    everyone = everyone or count_everyone(dataset)
    rows = dataset.interactions.filter(pl.col("item") == item)
    taking = np.zeros(dataset.n_users, dtype=np.bool_)
    taking[rows["user"].to_numpy()[rows["positive"].to_numpy()]] = True
    times = rows["time"].drop_nulls().to_numpy()
    positives = int(everyone.popularity[item])
    return ItemProfile(
        position=item,
        item=dataset.item_ids[item],
        title=dataset.titles[item],
        text=dataset.items["text"][item] or "",
        attributes=attribute_values(dataset.items, dataset.item_attributes, item),
        interactions=rows.height,
        positives=positives,
        rank=1 + int((everyone.taken > everyone.taken[item]).sum()),
        percentile=float(everyone.item_percentile[item]),
        part="cold" if not positives else "head" if everyone.head[item] else "tail",
        first=int(times.min()) if times.size else None,
        last=int(times.max()) if times.size else None,
        over_time=None if everyone.times is None else everyone.times.count(times),
        values=None if everyone.values is None else everyone.values.count(rows["weight"].to_numpy()),
        mean=float(rows["weight"].to_numpy().mean(dtype=np.float64)) if rows.height else np.nan,
        takers=everyone.compare_users(taking.astype(np.int64)) if positives else (),
        numbers=number_shifts(
            dataset.users, dataset.user_attributes, taking.astype(np.int64), (everyone.likes > 0).astype(np.int64)
        ),
        taker_activity=float(everyone.user_percentile[taking].mean()) if positives else np.nan,
        together=_together(everyone, item, taking),
        fans=_fans(dataset, rows),
        everyone=everyone,
    )


def _together(everyone: Everyone, item: int, taking: NDArray[np.bool_]) -> pl.DataFrame:
    dataset = everyone.dataset
    matrix = dataset.matrix[np.flatnonzero(taking)]
    both = np.bincount(matrix.indices, minlength=dataset.n_items)
    both[item] = 0
    takers, of_all = int(taking.sum()), max(int((everyone.likes > 0).sum()), 1)
    others = np.flatnonzero(both >= max(MIN_TOGETHER, TOGETHER_SHARE * takers))
    n, base = both[others], everyone.popularity[others] / of_all
    # P(other | item) / P(other) = P(item | other) / P(item)
    low = np.minimum(wilson(n, takers)[0] / base, wilson(n, everyone.popularity[others])[0] / (takers / of_all))
    best = np.lexsort((others, -n, -low))[:LISTED]
    chosen = others[best]
    share = n[best] / max(takers, 1)
    named = dataset.items.select("id", "title")[chosen]
    return pl.DataFrame(
        {
            "item_id": named["id"],
            "title": named["title"],
            "n": n[best],
            "share": share,
            "everyone": base[best],
            "lift": share / base[best],
            "low": low[best],
        }
    )


def _fans(dataset: Dataset, rows: pl.DataFrame) -> pl.DataFrame:
    best = rows.sort("time", descending=True, nulls_last=True, maintain_order=True)
    best = best.sort("weight", descending=True, maintain_order=True).head(LISTED)
    return best.select(
        dataset.users["id"].gather(best["user"]).alias("user_id"), pl.col("weight").alias("value"), "time", "positive"
    )
