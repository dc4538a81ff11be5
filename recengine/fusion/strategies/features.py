"""What a learned strategy sees of a user and a candidate: opinions of the scorers, facts of the item and the user."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from recengine.arrays import Mask, Positions, Scores
from recengine.fusion.facts import Facts
from recengine.fusion.strategies.base import Rows
from recengine.ranking import PADDING

ITEM, USER = "item", "user"
"""Kinds of features beside the scorers."""
MAX_CATEGORIES = 60
"""A user attribute with more values than this names rather than groups: a zip code."""


@dataclass(frozen=True)
class Feature:
    """One column. about: the scorer whose opinion it is, empty for facts of the item or the user; kind says which.

    categories: its values where it is a category, else empty.
    """

    name: str
    kind: str
    about: str = ""
    categories: tuple[str, ...] = ()


@dataclass(frozen=True)
class Candidates:
    """Candidates of B users. users (B,) int32; items (B, P) int32, padded with -1; ranks, values (C, B, P) float32."""

    users: Positions
    items: Positions
    ranks: Scores
    values: Scores

    @classmethod
    def of(cls, rows: Rows) -> Candidates:
        """Those of a listwise strategy's rows."""
        return cls(rows.users, rows.items, rows.ranks, rows.values)

    def take(self, rows: NDArray[np.intp]) -> Candidates:
        """Those of some of the users."""
        return Candidates(self.users[rows], self.items[rows], self.ranks[:, rows], self.values[:, rows])

    @property
    def there(self) -> Mask:
        """Where there is a candidate and no padding, (B, P)."""
        there: Mask = self.items != PADDING
        return there


def features_of(scorers: Sequence[str], facts: Facts, *, scores: bool = True, codes: bool = True) -> list[Feature]:
    """The columns of `feature_table`. scores: normalised scores beside the ranks. codes: categories of the users."""
    columns = []
    for scorer in scorers:
        columns += [Feature(f"{scorer} score", "score", scorer)] if scores else []
        columns.append(Feature(f"{scorer} rank", "rank", scorer))
    columns.append(Feature("popularity in training", ITEM))
    columns += [Feature(f"item {one.name}", ITEM) for one in facts.train.item_attributes if one.kind == "number"]
    columns += [Feature("history length", USER), Feature("days since last event", USER)]
    for one in facts.train.user_attributes:
        if one.kind == "number":
            columns.append(Feature(f"user {one.name}", USER))
        elif codes and one.kind == "category":
            _, found = facts.groups_of(one.name, one.name)
            if len(found) <= MAX_CATEGORIES:
                columns.append(Feature(f"user {one.name}", USER, categories=found))
    return columns


def feature_table(
    rows: Candidates, scorers: Sequence[str], facts: Facts, chosen: Mask, columns: Sequence[Feature]
) -> Scores:
    """The features of the candidates `chosen` (B, P), row by row, (n, F) float32; NaN = no opinion, or not known.

    columns: as `features_of` gives for the same scorers. Scores are those of `rows.values`.
    """
    user, place = np.nonzero(chosen)
    items, users = rows.items[user, place], rows.users[user]
    table = np.empty((len(user), len(columns)), dtype=np.float32)
    numbers: dict[str, NDArray[Any]] = {
        "popularity in training": facts.popularity[items],
        "history length": facts.history_length[users],
        "days since last event": facts.last_event_age[users],
    }
    for column, feature in enumerate(columns):
        if feature.about:
            scorer = list(scorers).index(feature.about)
            ranks = rows.ranks[scorer][user, place]
            if feature.kind == "rank":
                table[:, column] = ranks
            else:
                table[:, column] = np.where(np.isnan(ranks), np.nan, rows.values[scorer][user, place])
        elif feature.name in numbers:
            table[:, column] = numbers[feature.name]
        elif feature.kind == ITEM:
            values = facts.train.items[feature.name.removeprefix("item ")].cast(pl.Float64).fill_null(np.nan)
            table[:, column] = values.to_numpy()[items]
        else:
            attribute = feature.name.removeprefix("user ")
            table[:, column] = (
                facts.groups_of(attribute, attribute)[0] if feature.categories else facts.numbers_of(attribute)
            )[users]
    return table


def spread(values: NDArray[Any], chosen: Mask) -> Scores:
    """Values (n,) of the candidates `chosen` in their places, (B, P) float32, -inf elsewhere."""
    out = np.full(chosen.shape, -np.inf, dtype=np.float32)
    out[chosen] = values
    return out
