"""Item attributes as vectors, for every recommender that reads attributes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from recengine.arrays import Values
from recengine.data import Attribute, Dataset
from recengine.models.labels import LABEL, exploded_labels


@dataclass(frozen=True)
class ItemFeaturizer:
    """How the attributes of a catalogue become columns, so that an item that comes later becomes the same columns.

    A label is a column: its inverse document frequency, log((1 + n) / (1 + n_label)) + 1 over the n items that have
    a label at all (scikit-learn's `TfidfVectorizer`), the labels of an item together brought to unit length. A number
    is two columns, (cos q, sin q) times the weight of numbers, where q in [0, π/2] is its place among the catalogue's
    numbers: equal numbers have the inner product 1, the lowest and the highest 0, and an outlier does no harm. What is
    not known, be it a missing value or a label that the catalogue has not, is 0.

    labels: `attribute`, `label`, `column`, `weight` (Float32), a row a column of labels. numbers: by attribute its
    distinct values, rising (m,), and their places in [0, 1] (m,).
    """

    attributes: tuple[Attribute, ...]
    labels: pl.DataFrame
    numbers: tuple[tuple[str, Values, Values], ...]
    number_weight: float

    @property
    def width(self) -> int:
        """Columns of the matrix."""
        return self.labels.height + 2 * len(self.numbers)

    @property
    def names(self) -> list[str]:
        """Of the columns, in words, such as "genre: Comedy" and "year (late)"."""
        labels = [f"{attribute}: {label}" for attribute, label in self.labels.select(LABEL).iter_rows()]
        return labels + [f"{name} ({end})" for name, _, _ in self.numbers for end in ("low", "high")]

    def transform(self, items: pl.DataFrame) -> csr_matrix:
        """The columns of `items`, (len(items), width) float32; an attribute that `items` lacks is not known."""
        known = exploded_labels(items, self.attributes).join(self.labels, on=LABEL, how="inner")
        rows, columns = known["row"].to_numpy(), known["column"].to_numpy()
        weights = known["weight"].to_numpy()
        lengths = np.sqrt(np.bincount(rows, weights.astype(np.float64) ** 2, minlength=items.height))
        every_row: list[NDArray[np.int64]] = [rows.astype(np.int64)]
        every_column: list[NDArray[np.int64]] = [columns.astype(np.int64)]
        every_value: list[Values] = [weights / lengths[rows]]
        for place, (name, values, quantiles) in enumerate(self.numbers):
            if name not in items.columns:
                continue
            given = items[name].cast(pl.Float64).fill_null(np.nan).to_numpy()
            present = np.flatnonzero(np.isfinite(given))
            angle = np.interp(given[present], values, quantiles) * np.pi / 2
            for part, value in enumerate((np.cos(angle), np.sin(angle))):
                every_row.append(present)
                every_column.append(np.full(present.size, self.labels.height + 2 * place + part))
                every_value.append(value * self.number_weight)
        entries = np.concatenate(every_value).astype(np.float32)
        matrix = csr_matrix(
            (entries, (np.concatenate(every_row), np.concatenate(every_column))), shape=(items.height, self.width)
        )
        matrix.eliminate_zeros()
        return matrix


def fit_featurizer(
    items: pl.DataFrame, attributes: Sequence[Attribute], *, number_weight: float = 1.0
) -> ItemFeaturizer:
    """What `items`, a catalogue, has by `attributes`: every label, and every number that differs between items.

    The same arguments give the same columns in the same order, so nothing of it needs to be stored. number_weight: the
    length of a number's part against 1 for all labels together; 0 leaves the numbers out.
    """
    found = exploded_labels(items, attributes)
    with_label = found["row"].n_unique()
    counts = found.group_by(LABEL).len("items").sort(LABEL)
    weight = ((1 + with_label) / (1 + pl.col("items"))).log() + 1
    labels = counts.select(*LABEL, weight.cast(pl.Float32).alias("weight")).with_row_index("column")
    numbers = []
    for attribute in attributes if number_weight else ():
        if attribute.kind != "number":
            continue
        given = items[attribute.name].cast(pl.Float64).fill_null(np.nan).to_numpy()
        values, times = np.unique(given[np.isfinite(given)], return_counts=True)
        if values.size > 1:
            # the share of items below it, equal ones counted half, stretched to reach from 0 to 1
            middle = np.cumsum(times) - times / 2
            numbers.append((attribute.name, values, (middle - middle[0]) / (middle[-1] - middle[0])))
    return ItemFeaturizer(tuple(attributes), labels, tuple(numbers), number_weight)


def attributes_missing(name: str, train: Dataset, number_weight: float) -> str | None:
    """Why the recommender called `name` finds nothing in the item attributes of `train`, as one line; None if it does.

    It takes an item with a label, or where numbers count two items whose number differs.
    """
    if fit_featurizer(train.items, train.item_attributes, number_weight=number_weight).width:
        return None
    numbers = "" if number_weight else ", or let numbers count"
    return (
        f'{name}: no item of "{train.name}" has an attribute to compare by. Map an item attribute{numbers}, or leave '
        "this model out."
    )


def unit_rows(matrix: csr_matrix) -> csr_matrix:
    """Its rows brought to unit length, float64; a row of zeros stays."""
    squares = np.bincount(
        np.repeat(np.arange(matrix.shape[0]), np.diff(matrix.indptr)),
        np.square(matrix.data, dtype=np.float64),
        minlength=matrix.shape[0],
    )
    scale = np.divide(1, np.sqrt(squares), out=np.zeros(len(squares)), where=squares > 0)
    out = csr_matrix(matrix, dtype=np.float64, copy=True)
    out.data *= np.repeat(scale, np.diff(matrix.indptr))
    return out
