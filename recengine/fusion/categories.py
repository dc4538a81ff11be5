"""The categories of items, in numbers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_matrix

from recengine.arrays import Positions, Values, read_only
from recengine.data import Dataset
from recengine.errors import ScenarioError
from recengine.models.labels import exploded_labels

AUTO = "auto"
"""The first attribute of several categories, or else the first of one."""


@dataclass(frozen=True)
class Categories:
    """Categories of one attribute; arrays read-only.

    names: in alphabetical order. shares (n_items, G) float64, sparse: an item of n categories has 1/n in each, columns
    rising; an item without one has an empty row. counts (G,) int32: items in each.
    """

    attribute: str
    names: tuple[str, ...]
    shares: csr_matrix
    counts: Positions

    def mix(self, weights: csr_matrix) -> Values:
        """Each row's categories as shares that sum to 1, (n, G), of weighted items (n, n_items).

        0 throughout where none of the items has a category.
        """
        total: Values = np.asarray((weights.astype(np.float64) @ self.shares).todense())
        sums = total.sum(axis=1, keepdims=True)
        mixed: Values = np.divide(total, sums, out=np.zeros_like(total), where=sums > 0)
        return mixed


def category_attribute(dataset: Dataset, wanted: str, what: str) -> str:
    """The name of the attribute that `wanted` stands for. `what` needs it. Raises `ScenarioError`."""
    there = [attribute for attribute in dataset.item_attributes if attribute.kind != "number"]
    if not there:
        raise ScenarioError(
            f'{what}: items of "{dataset.name}" have no attribute with categories. Map one, or leave it out.'
        )
    if wanted == AUTO:
        return min(there, key=lambda attribute: attribute.kind != "categories").name
    names = [attribute.name for attribute in there]
    if wanted not in names:
        raise ScenarioError(
            f"{what}: items have no attribute {wanted[:80]!r} with categories. Choose among {', '.join(names)}."
        )
    return wanted


def item_categories(dataset: Dataset, attribute: str) -> Categories:
    """The categories of every item by that attribute, which must be one of categories."""
    labels = exploded_labels(dataset.items, [each for each in dataset.item_attributes if each.name == attribute])
    names = labels["label"].unique().sort()
    columns = names.search_sorted(labels["label"]).to_numpy() if len(names) else np.zeros(0, dtype=np.int64)
    rows = labels["row"].to_numpy()
    counts = np.bincount(rows, minlength=dataset.n_items)
    shares = csr_matrix((1 / counts[rows], (rows, columns)), shape=(dataset.n_items, len(names)), dtype=np.float64)
    shares.sort_indices()
    for array in (shares.data, shares.indices, shares.indptr):
        read_only(array)
    in_each = np.bincount(columns, minlength=len(names)).astype(np.int32)
    return Categories(attribute, tuple(names.to_list()), shares, read_only(in_each))
