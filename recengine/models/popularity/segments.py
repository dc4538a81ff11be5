"""Segments of people by their attributes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from scipy.sparse import csr_matrix

from recengine.arrays import Values
from recengine.data import Attribute
from recengine.models.labels import LABEL, exploded_labels


@dataclass(frozen=True)
class Segments:
    """A segment for each label of each attribute, and for each bin of a number.

    labels: `attribute`, `label`, `segment`, a row a segment. edges: by number its inner bin edges, rising.
    """

    attributes: tuple[Attribute, ...]
    labels: pl.DataFrame
    edges: tuple[tuple[str, Values], ...]

    @property
    def count(self) -> int:
        """How many there are."""
        return self.labels.height

    def memberships(self, users: pl.DataFrame) -> csr_matrix:
        """`out[u, g]` = 1 where u is in segment g, (len(users), count) float32; what is not known is in none."""
        known = exploded_labels(*_binned(users, self.attributes, self.edges)).join(self.labels, on=LABEL, how="inner")
        places = known["row"].to_numpy(), known["segment"].to_numpy()
        return csr_matrix((np.ones(known.height, dtype=np.float32), places), shape=(users.height, self.count))

    def shares(self, users: pl.DataFrame) -> csr_matrix:
        """The same, each known attribute of a user counting the same: rows sum to 1, or 0 where nothing is known.

        An attribute of which a user has several labels is shared out among them.
        """
        belongs = self.memberships(users)
        of_attribute = self.labels["attribute"].rank("dense").to_numpy().astype(np.int64) - 1
        by_attribute = csr_matrix(
            (np.ones(self.count), (np.arange(self.count), of_attribute)),
            shape=(self.count, int(of_attribute.max(initial=-1)) + 1),
        )
        labels = csr_matrix(belongs @ by_attribute)
        rows = np.repeat(np.arange(users.height), np.diff(belongs.indptr))
        known = np.diff(labels.indptr)
        several = np.asarray(labels[rows, of_attribute[belongs.indices]], dtype=np.float64).ravel()
        shares = csr_matrix(belongs, dtype=np.float64)
        shares.data = 1 / (known[rows] * several)
        return shares


def find_segments(users: pl.DataFrame, attributes: Sequence[Attribute], bins: int) -> Segments:
    """Every label in the user table, and `bins` bins of about as many users for each number."""
    edges = []
    for one in attributes:
        if one.kind == "number":
            numbers = _numbers(users, one.name)
            inner = np.linspace(0, 1, bins + 1)[1:-1]
            present = numbers[np.isfinite(numbers)]
            edges.append((one.name, np.unique(np.quantile(present, inner)) if present.size else np.empty(0)))
    found = exploded_labels(*_binned(users, attributes, edges)).select(LABEL).unique().sort(LABEL)
    return Segments(tuple(attributes), found.with_row_index("segment"), tuple(edges))


def _binned(
    users: pl.DataFrame, attributes: Sequence[Attribute], edges: Sequence[tuple[str, Values]]
) -> tuple[pl.DataFrame, list[Attribute]]:
    """The table with numbers replaced by the name of their bin, and its attributes."""
    columns = []
    for name, inner in edges:
        if name in users.columns:
            numbers = _numbers(users, name)
            bins = pl.Series(name, np.searchsorted(inner, numbers, side="right")).cast(pl.String)
            columns.append(bins.set(pl.Series(~np.isfinite(numbers)), None))
    kinds = [Attribute(one.name, "category" if one.kind == "number" else one.kind) for one in attributes]
    return users.with_columns(columns), kinds


def _numbers(users: pl.DataFrame, name: str) -> Values:
    return users[name].cast(pl.Float64).fill_null(np.nan).to_numpy()
