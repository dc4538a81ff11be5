"""How alike two items are."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy.sparse import csr_matrix, issparse

from recengine.arrays import Mask, Positions, Scores
from recengine.errors import ScenarioError
from recengine.fusion.categories import category_attribute
from recengine.fusion.facts import Facts
from recengine.models.content.features import fit_featurizer, unit_rows

SMALL_CATALOGUE = 4096
"""Items up to which the cosines of all pairs are computed once (64 MB at most) and looked up from then on."""
DENSE_BYTES = 1 << 27
"""Categories whose vectors take no more are held with their zeros, which is faster."""
GATHERED_BYTES = 1 << 26
"""Vectors that are put side by side at once."""


@dataclass(frozen=True, eq=False)
class Likeness:
    """Cosines of item vectors. vectors (n_items, d) float32, unit rows, 0 where nothing is known; sparse where so many
    categories, such as authors, would take too much. known (n_items,).
    """

    vectors: Scores | csr_matrix
    known: Mask

    @cached_property
    def _cosines(self) -> Scores:
        products = self.vectors @ self.vectors.T
        cosines: Scores = products.toarray() if issparse(products) else products
        return cosines

    def to_one(self, items: Positions, one: Positions) -> Scores:
        """`out[u, j]` = cosine of `items[u, j]` and `one[u]`, (U, m) in [-1, 1]; 0 where one of them is not known."""
        if self.vectors.shape[0] <= SMALL_CATALOGUE:
            return self._cosines[one[:, None], items]
        cosines = np.empty(items.shape, dtype=np.float32)
        block = max(1, GATHERED_BYTES // (4 * max(1, items.shape[1] * self._length)))
        for start in range(0, len(items), block):
            rows = slice(start, start + block)
            cosines[rows] = self._products(items[rows], one[rows])
        return cosines

    @cached_property
    def _length(self) -> int:
        """Numbers that a vector holds at most."""
        if isinstance(self.vectors, csr_matrix):
            return int(np.diff(self.vectors.indptr).max(initial=0))
        return int(self.vectors.shape[1])

    def _products(self, items: Positions, one: Positions) -> Scores:
        # a product for each user: what a user gets does not depend on the others
        if isinstance(self.vectors, csr_matrix):
            pairs = self.vectors[items.ravel()].multiply(self.vectors[np.repeat(one, items.shape[1])])
            sums: Scores = np.asarray(pairs.sum(axis=1), dtype=np.float32).reshape(items.shape)
            return sums
        products: Scores = np.matmul(self.vectors[items], self.vectors[one][:, :, None])[:, :, 0]
        return products


def text_likeness(facts: Facts, what: str) -> Likeness:
    """Of the texts, by the first scorer that has their vectors. Raises `ScenarioError`, `what` needs it."""
    vectors = facts.item_vectors
    if vectors is None:
        raise ScenarioError(
            f"{what}: no model here reads texts. Add the model text, or compare items by category or title instead."
        )

    def make() -> Likeness:
        known = ~np.isnan(vectors[:, 0]) if vectors.shape[1] else np.zeros(len(vectors), dtype=np.bool_)
        return Likeness(np.nan_to_num(vectors), known)

    found: Likeness = facts.kept("text likeness", make)
    return found


def category_likeness(facts: Facts, attribute: str, what: str) -> Likeness:
    """Of the categories by `attribute`, each weighted by how few items have it. Raises `ScenarioError`."""
    name = category_attribute(facts.train, attribute, what)

    def make() -> Likeness:
        chosen = [each for each in facts.train.item_attributes if each.name == name]
        rows = unit_rows(fit_featurizer(facts.train.items, chosen).transform(facts.train.items))
        known = np.diff(rows.indptr) > 0
        rows = rows.astype(np.float32)
        dense = 4 * rows.shape[0] * rows.shape[1] <= DENSE_BYTES
        return Likeness(rows.toarray() if dense else rows, known)

    found: Likeness = facts.kept(("category likeness", name), make)
    return found
