"""CFCBF: item-KNN in which items are alike by who took them and by their attributes together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, hstack

from recengine.arrays import Positions, Scores, Values
from recengine.data import Dataset
from recengine.errors import RecipeError
from recengine.models.base import Resources
from recengine.models.content.features import ItemFeaturizer, attributes_missing, fit_featurizer, unit_rows
from recengine.models.item_weights import ItemWeightsScorer, restored_csr
from recengine.models.neighbours.links import links
from recengine.models.neighbours.nearest import nearest, nearest_memory
from recengine.models.neighbours.similarity import SimilaritySettings, squares
from recengine.models.settings import Number, Span, setting
from recengine.progress import Cancel, Progress, never, silent, stop_if_asked, within

LABELS = 16
"""Of an item, for the estimate of memory."""


@dataclass(frozen=True)
class CfcbfRecipe(SimilaritySettings):
    """The score of an item is the sum of its similarities to those of its k nearest items that are in the history.

    The vector by which items are compared is that of item-KNN, the users who took the item, followed by `content` times
    the unit vector of its attributes (`ItemFeaturizer`). So the attributes of an item that many took hardly count, and
    those of an item that few took decide. An item that nobody took is nobody's neighbour, but has neighbours, so it is
    recommended too; and so is an item that comes later.

    Source: ItemKNN CFCBF in Ferrari Dacrema, Boglio, Cremonesi, Jannach (2021), ACM TOIS 39(2), after Mobasher, Jin,
    Zhou (2004).

    Defaults are chosen on the validation part of MovieLens-100K (`python -m benchmarks.quality --part validation`),
    mean of seeds 0 to 2, NDCG@10 (untruncated), all ratings positive; the long tail and the items that nobody took yet
    ranked alone too, where item-KNN, which has 0.180, has 0.120 and no opinion:

    | content | neighbours | similarity | numbers | NDCG  | long tail | cold |
    | 1       | 100        | asymmetric | 0.5     | 0.181 | 0.119     | 0.25 |
    | 0.5     | 100        | asymmetric | 0.5     | 0.180 | 0.119     | 0.22 |
    | 2       | 100        | asymmetric | 0.5     | 0.180 | 0.107     | 0.27 |
    | 1       | 50         | asymmetric | 0.5     | 0.177 | 0.122     | 0.26 |
    | 1       | 300        | asymmetric | 0.5     | 0.178 | 0.110     | 0.21 |
    | 1       | 100        | cosine     | 0.5     | 0.175 | 0.114     | 0.24 |
    | 1       | 100        | asymmetric | 0       | 0.181 | 0.120     | 0.21 |

    On a catalogue as well known as this one attributes add nothing to warm items: they pay on cold ones.
    """

    name: ClassVar[str] = "cfcbf"
    label: ClassVar[str] = "Item-KNN with attributes"
    family: ClassVar[str] = "Content"
    about: ClassVar[str] = (
        "Recommends what the same people took and what has the same attributes as the items taken before. "
        "Reaches items that few or none took."
    )
    lighter: ClassVar[str] = 'Lower "neighbours", or choose category.'
    version: ClassVar[int] = 1

    content: float = setting(
        1.0,
        Number(1000.0),
        "How much attributes count: like this number, squared, of common users of two items with the same attributes.",
        search=Span(0.2, 20.0, log=True),
    )
    numbers: float = setting(
        0.5,
        Number(100.0, zero=True),
        "How much a number, such as the year, counts against all categories together; 0 leaves numbers out.",
        search=Span(0.0, 2.0),
    )

    def obstacle(self, train: Dataset) -> str | None:
        """Without an attribute it would be item-KNN."""
        return attributes_missing(self.name, train, self.numbers)

    def memory(self, n_users: int, n_items: int, n_interactions: int) -> int:
        """Blocks of similarities, interactions and attributes as they are compared, the nearest of every item."""
        return nearest_memory(n_items, n_items, n_interactions + LABELS * n_items, self.neighbours)

    def fit(
        self,
        train: Dataset,
        *,
        seed: int = 0,
        resources: Resources = Resources(),
        progress: Progress = silent,
        cancel: Cancel = never,
    ) -> CfcbfScorer:
        """Compare every item with every other; `seed` and `resources` change nothing.

        Raises `RecipeError` or `CancelledError`.
        """
        stop_if_asked(cancel)
        if obstacle := self.obstacle(train):
            raise RecipeError(obstacle)
        by_item = csr_matrix(self.weights(train.matrix).T)
        users = self.features(by_item).apply(by_item)
        featurizer = self.featurizer(train)
        items = csr_matrix(hstack([users, self.attributes(featurizer, train.items)]))
        lengths = squares(items)
        unknown = train.popularity() == 0

        def measure(products: Values, block: slice) -> Values:
            # an item is no neighbour of its own, and what nobody took is in no history
            products[np.arange(len(products)), np.arange(block.start, block.stop)] = 0
            products[:, unknown] = 0
            return self.similarities(products, lengths[block], lengths)

        step = within(progress, 0.0, 0.95)
        found = nearest(items, csr_matrix(items.T), measure, self.neighbours, progress=step, cancel=cancel)
        progress(1.0, "Compared every item")
        return CfcbfScorer(self, train, links(found, "none"), featurizer, lengths)

    def restore(self, state: dict[str, NDArray[Any]], train: Dataset, device: str) -> CfcbfScorer:
        """The scorer whose `state` was stored, over the same `train`."""
        weights = restored_csr(state, (train.n_items, train.n_items))
        return CfcbfScorer(self, train, weights, self.featurizer(train), np.asarray(state["lengths"]))

    def featurizer(self, train: Dataset) -> ItemFeaturizer:
        """Of the attributes of the catalogue."""
        return fit_featurizer(train.items, train.item_attributes, number_weight=self.numbers)

    def attributes(self, featurizer: ItemFeaturizer, items: pl.DataFrame) -> csr_matrix:
        """The part of each item's vector that its attributes are, (len(items), width) float64."""
        return unit_rows(featurizer.transform(items)) * self.content


class CfcbfScorer(ItemWeightsScorer):
    """Sums of similarities. No opinion on an item that nobody took and that has no attribute."""

    def __init__(
        self, recipe: CfcbfRecipe, train: Dataset, weights: csr_matrix, featurizer: ItemFeaturizer, lengths: Values
    ) -> None:
        """weights (n_items, n_items): `weights[j, i]` is what j adds to i; lengths (n_items,): squared, of vectors."""
        super().__init__(recipe, train, weights)
        self._similarities = recipe
        self._featurizer = featurizer
        self._lengths = lengths
        self._attributes = recipe.attributes(featurizer, train.items)
        self._taken = ~self._unknown
        self._unknown = self._unknown & (np.diff(self._attributes.indptr) == 0)

    def score_new_items(self, users: Positions, items: pl.DataFrame, resources: Resources) -> Scores:
        """Sums of similarities by attributes alone, as of an item of the catalogue that nobody took."""
        recipe = self._similarities
        rows = recipe.attributes(self._featurizer, items)
        lengths = squares(rows)

        def measure(products: Values, block: slice) -> Values:
            products[:, ~self._taken] = 0
            return recipe.similarities(products, lengths[block], self._lengths)

        found = nearest(rows, csr_matrix(self._attributes.T), measure, recipe.neighbours)
        scores: Scores = (recipe.weights(self._train.matrix[users]) @ found.T).toarray()
        # who has no opinion on the catalogue has none on what is new; others score what has no neighbour 0
        scores[np.isnan(self.score(users)).all(axis=1)] = np.nan
        scores[:, np.diff(rows.indptr) == 0] = np.nan
        return scores

    def state(self) -> dict[str, NDArray[Any]]:
        """The similarities as a CSR matrix, and the squared lengths."""
        return {**super().state(), "lengths": self._lengths}
