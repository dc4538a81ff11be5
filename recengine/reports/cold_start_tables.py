"""What is found for new users, new items and edited histories as tables: one function a table, one row a fact."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import polars as pl

from recengine.arrays import Values
from recengine.coldstart import Audience, EditedList, NewcomerList, NewcomerQuality, Similar
from recengine.data import Dataset


def newcomer_table(listed: NewcomerList, dataset: Dataset) -> pl.DataFrame:
    """One row a place: `rank, item_id, title, score`, then what each voice adds to it, `part_ORIGIN_SCORER`."""
    parts = {f"part_{voice.origin}_{voice.scorer}": listed.parts[at] for at, voice in enumerate(listed.voices)}
    items = dataset.items.select("id", "title")[listed.items]
    return pl.DataFrame(
        {
            "rank": np.arange(1, len(listed.items) + 1),
            "item_id": items["id"],
            "title": items["title"],
            "score": listed.scores,
            **parts,
        }
    )


def audience_table(audience: Audience, dataset: Dataset, scorers: tuple[str, ...]) -> pl.DataFrame:
    """One row a user, who would get it highest first: `user_id, rank, in_list, score`, the user's attributes, parts.

    rank: null beyond the depth that is told.
    """
    order = audience.by_likelihood()
    users = dataset.users[audience.users[order]]
    ranks = pl.Series(audience.ranks[order])
    attributes = [one.name for one in dataset.user_attributes]
    return pl.DataFrame(
        {
            "user_id": users["id"],
            "rank": ranks.replace(0, None),
            "in_list": audience.reached[order],
            "score": audience.scores[order],
            **{f"user_{name}": users[name] for name in attributes},
            **{f"part_{name}": audience.parts[at, order] for at, name in enumerate(scorers)},
        }
    )


def similar_table(similar: list[Similar], dataset: Dataset) -> pl.DataFrame:
    """One row an item: `item_id, title, similarity, text, attributes, shared`; NaN where one of the two has none."""
    return pl.DataFrame(
        [
            {
                "item_id": dataset.item_ids[one.item],
                "title": dataset.titles[one.item],
                "similarity": one.similarity,
                "text": one.text,
                "attributes": one.attributes,
                "shared": ", ".join(one.shared),
            }
            for one in similar
        ],
        schema={
            "item_id": pl.String,
            "title": pl.String,
            **dict.fromkeys(("similarity", "text", "attributes"), pl.Float64),
            "shared": pl.String,
        },
    )


def edited_table(edited: EditedList, dataset: Dataset, scorers: tuple[str, ...], k: int) -> pl.DataFrame:
    """One row an item in the best k before or after: `item_id, title, rank_before, rank_after, score, part_SCORER`.

    In the order of the list after; a rank is null where the item is in the history. Scores and parts are those after.
    """
    before, after = edited.before.rank, edited.after.rank
    shown = np.flatnonzero(((before > 0) & (before <= k)) | ((after > 0) & (after <= k)))
    last = np.where(after[shown] > 0, after[shown], np.iinfo(np.int32).max)
    shown = shown[np.lexsort((before[shown], last))]
    items = dataset.items.select("id", "title")[shown]
    return pl.DataFrame(
        {
            "item_id": items["id"],
            "title": items["title"],
            "rank_before": pl.Series(before[shown]).replace(0, None),
            "rank_after": pl.Series(after[shown]).replace(0, None),
            "score": edited.after.score[shown],
            **{f"part_{name}": parts for name, parts in _parts(edited, scorers, shown).items()},
        }
    )


def newcomer_quality_table(quality: NewcomerQuality, called: Mapping[str, str]) -> pl.DataFrame:
    """One row a method and amount: `method, items_known, mean, low, high, n`. called: by method."""
    rows = [
        {
            "method": called.get(name, name),
            "items_known": amount,
            "mean": one.mean,
            "low": one.low,
            "high": one.high,
            "n": one.n,
        }
        for name, curve in quality.curves.items()
        for amount, one in curve.items()
    ]
    numbers = dict.fromkeys(("mean", "low", "high"), pl.Float64)
    return pl.DataFrame(rows, schema={"method": pl.String, "items_known": pl.Int64, **numbers, "n": pl.Int64})


def _parts(edited: EditedList, scorers: tuple[str, ...], items: np.ndarray) -> dict[str, Values]:
    return {name: edited.after.parts[at, items] for at, name in enumerate(scorers)}
