"""What is known of users and items beside scores, for strategies and re-rankers that read it."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import polars as pl

from recengine.arrays import Positions, Scores, Values, read_only
from recengine.data import AttributeKind, Dataset
from recengine.errors import ScenarioError
from recengine.fusion.categories import Categories, item_categories
from recengine.fusion.pair_scores import PairScores
from recengine.models.base import HasItemVectors, Scorer, ScoresPairs

SECONDS_A_DAY = 86_400
KEPT = 16
"""Results that the facts remember for re-rankers."""
UNKNOWN = "unknown"
"""The group of users without a value."""


@dataclass(frozen=True, eq=False)
class Facts:
    """Facts of the users and items of `train`, what the scorers know; each is computed when first asked for.

    scorers: the fitted ones, for those that can tell how alike two items are. learned: what a strategy that learns was
    taught, by the strategy. pairs: what is known of the pairs of scorers that read pair by pair, by the scorer; by
    default it is known to these facts alone.
    """

    train: Dataset
    scorers: Mapping[str, Scorer] = field(default_factory=dict)
    learned: Mapping[Hashable, Any] = field(default_factory=dict)
    pairs: Mapping[str, PairScores] = field(default_factory=dict)

    @cached_property
    def history_length(self) -> Positions:
        """Positive training interactions of each user, (n_users,) int32."""
        return read_only(np.diff(self.train.matrix.indptr).astype(np.int32))

    @cached_property
    def popularity(self) -> Positions:
        """Training users of each item, (n_items,) int32."""
        return self.train.popularity()

    @cached_property
    def item_vectors(self) -> Scores | None:
        """Of the first scorer that knows what the items are about, (n_items, d) unit rows, NaN rows where unknown."""
        knowing = (scorer for scorer in self.scorers.values() if isinstance(scorer, HasItemVectors))
        return next((scorer.item_vectors for scorer in knowing), None)

    @cached_property
    def pair_scores(self) -> PairScores | None:
        """Of the first scorer that reads pair by pair; None without one."""
        reading = ((name, scorer) for name, scorer in self.scorers.items() if isinstance(scorer, ScoresPairs))
        found = next(reading, None)
        if found is None:
            return None
        name, scorer = found
        return self.pairs[name] if name in self.pairs else PairScores(scorer, self.train.n_items)

    def categories(self, attribute: str) -> Categories:
        """Of an item attribute with categories."""
        found: Categories = self.kept(("categories", attribute), lambda: item_categories(self.train, attribute))
        return found

    def kept(self, key: Hashable, make: Callable[[], Any]) -> Any:
        """What `make` gave the first time; the last `KEPT` are remembered."""
        kept = self._kept
        found = kept.get(key)
        # another session may let go of it at any time, so it is looked up but once
        if found is None:
            found = kept[key] = make()
            while len(kept) > KEPT:
                kept.popitem(last=False)
        return found

    @cached_property
    def _kept(self) -> OrderedDict[Hashable, Any]:
        return OrderedDict()

    @cached_property
    def last_event_age(self) -> Values:
        """Days from each user's last interaction to the latest of all, (n_users,); NaN for a user without a time."""
        last = np.full(self.train.n_users, np.nan)
        rows = self.train.interactions.drop_nulls("time").group_by("user").agg(pl.col("time").max())
        last[rows["user"].to_numpy()] = rows["time"].to_numpy()
        newest = np.nanmax(last) if len(rows) else np.nan
        return read_only((newest - last) / SECONDS_A_DAY)

    def is_number(self, attribute: str, what: str) -> bool:
        """Whether the user attribute is a number, not a category. Raises `ScenarioError`, `what` needs it."""
        return self._kind(attribute, what) == "number"

    def numbers_of(self, attribute: str) -> Values:
        """A user attribute that is a number, (n_users,) float64; NaN for a user without it."""
        return self.train.users[attribute].cast(pl.Float64).fill_null(np.nan).to_numpy()

    def groups_of(self, attribute: str, what: str) -> tuple[Positions, tuple[str, ...]]:
        """The group of each user by a category, (n_users,) int32, as a place among the names, which are sorted.

        Users without a value are "unknown". Raises `ScenarioError` where there is no such category, `what` needs it.
        """
        if self._kind(attribute, what) != "category":
            raise ScenarioError(f"{what}: the user attribute {attribute!r} has no categories. Choose another.")
        if attribute not in self._groups:
            names, group = np.unique(self.train.users[attribute].fill_null(UNKNOWN).to_numpy(), return_inverse=True)
            self._groups[attribute] = read_only(group.astype(np.int32)), tuple(map(str, names))
        return self._groups[attribute]

    @cached_property
    def _groups(self) -> dict[str, tuple[Positions, tuple[str, ...]]]:
        return {}

    def _kind(self, attribute: str, what: str) -> AttributeKind:
        kinds = {known.name: known.kind for known in self.train.user_attributes}
        if attribute not in kinds:
            has = f"They have {', '.join(kinds)}" if kinds else "They have none"
            raise ScenarioError(
                f"{what}: the users have no attribute {attribute[:80]!r}. {has}; the length of their history is always "
                "known."
            )
        return kinds[attribute]
