"""The dataset: who interacted with what, the catalogue and the users."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Literal

import numpy as np
import polars as pl
from scipy.sparse import csr_matrix

from recengine.arrays import Positions, read_only
from recengine.data.sequences import Sequences

AttributeKind = Literal["category", "categories", "number"]


@dataclass(frozen=True)
class Attribute:
    """A column of the catalogue or the user table that can form groups or features.

    `kind`: one category a row (String), several (List of String), or a number (Float64).
    """

    name: str
    kind: AttributeKind


@dataclass(frozen=True)
class Dataset:
    """Interactions over a catalogue and a user table. Users and items are positions in the two tables.

    interactions: `user` Int32, `item` Int32, `weight` Float32 > 0, `time` Int64 seconds since 1970 or null,
        `positive` Boolean. One row a (user, item) pair, sorted by user, then in the order of the file.
        A row that is not positive means: seen, so never recommended, but no sign of liking.
    items: one row an item: `id` String, `title` String, `text` String (may be empty), perhaps `image` String (an
        address or null), then the attributes.
    users: one row a user: `id` String, then the attributes.
    positive_from: the lowest value that counted as positive, or None where every row does.
    fingerprint: SHA-256 (hex) over content and mapping; a part of a split has one of its own.
    part_of: fingerprint of the dataset whose interactions it has a part of; empty for a whole one.
    """

    name: str
    interactions: pl.DataFrame
    items: pl.DataFrame
    users: pl.DataFrame
    item_attributes: tuple[Attribute, ...]
    user_attributes: tuple[Attribute, ...]
    fingerprint: str
    positive_from: float | None = None
    notes: tuple[str, ...] = field(default=(), compare=False)
    """What a reader of the numbers must know of the data: terms, citation, how ties in time are decided."""
    part_of: str = field(default="", compare=False)

    @property
    def whole(self) -> str:
        """Fingerprint of the dataset that was imported, of which this is a part or all."""
        return self.part_of or self.fingerprint

    @property
    def n_users(self) -> int:
        return self.users.height

    @property
    def n_items(self) -> int:
        return self.items.height

    @property
    def has_times(self) -> bool:
        return self.interactions["time"].null_count() < self.interactions.height

    def with_interactions(self, interactions: pl.DataFrame, fingerprint: str) -> Dataset:
        """The same users and items with other interactions."""
        return replace(self, interactions=interactions, fingerprint=fingerprint, part_of=self.whole)

    def in_file_order(self) -> Dataset:
        """The same without its times, so that `sequences` stand in the order of the file."""
        if not self.has_times:
            return self
        timeless = self.interactions.with_columns(time=pl.lit(None, dtype=pl.Int64))
        return self.with_interactions(timeless, f"{self.fingerprint}, in the order of the file")

    @cached_property
    def matrix(self) -> csr_matrix:
        """Positive interactions, (n_users, n_items) float32: `matrix[u, i]` = weight; indices sorted."""
        return self._csr(self.interactions.filter(pl.col("positive")))

    @cached_property
    def seen(self) -> csr_matrix:
        """All interactions, positive or not, (n_users, n_items) float32; what a user must not be shown."""
        return self._csr(self.interactions)

    @cached_property
    def sequences(self) -> Sequences:
        """Positive interactions in the order of time, a history a user; see `Sequences.of`."""
        return Sequences.of(self.interactions, self.n_users, self.n_items)

    @cached_property
    def item_ids(self) -> list[str]:
        return self.items["id"].to_list()

    @cached_property
    def user_ids(self) -> list[str]:
        return self.users["id"].to_list()

    @cached_property
    def titles(self) -> list[str]:
        return self.items["title"].to_list()

    @cached_property
    def user_position(self) -> dict[str, int]:
        return {identifier: position for position, identifier in enumerate(self.user_ids)}

    @cached_property
    def item_position(self) -> dict[str, int]:
        return {identifier: position for position, identifier in enumerate(self.item_ids)}

    def popularity(self) -> Positions:
        """Users with a positive interaction, for each item, (n_items,) int32."""
        counts = np.bincount(self.matrix.indices, minlength=self.n_items)
        return read_only(counts.astype(np.int32))

    def _csr(self, rows: pl.DataFrame) -> csr_matrix:
        matrix = csr_matrix(
            (
                rows["weight"].to_numpy().astype(np.float32),
                (rows["user"].to_numpy(), rows["item"].to_numpy()),
            ),
            shape=(self.n_users, self.n_items),
        )
        matrix.sort_indices()
        return matrix
