"""Item-KNN: items that the same people took as the items of the history."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from recengine.arrays import Values
from recengine.data import Dataset
from recengine.models.base import Resources
from recengine.models.item_weights import ItemWeightsScorer, restored_weights
from recengine.models.neighbours.links import NORMALIZATIONS, links
from recengine.models.neighbours.nearest import nearest, nearest_memory
from recengine.models.neighbours.similarity import SimilaritySettings, squares
from recengine.models.settings import Among, Choice, setting
from recengine.progress import Cancel, Progress, never, silent, stop_if_asked


@dataclass(frozen=True)
class ItemKnnRecipe(SimilaritySettings):
    """The score of an item is the sum of its similarities to those of its k nearest items that are in the history.

    Items are compared by the users who took them. Each item keeps its own nearest, so that every item can be reached.
    Source: Sarwar, Karypis, Konstan, Riedl (2001), WWW.

    Defaults are chosen on the validation part of MovieLens-100K (`python -m benchmarks.quality --part validation`):
    mean of seeds 0 to 2, NDCG@10 (untruncated), all ratings positive; one setting changed at a time:

    | as it stands                            | 0.180               |
    | neighbours 50, 150, 250                 | 0.176, 0.177, 0.177 |
    | shrinkage 0, 20                         | 0.179, 0.178        |
    | asymmetry 0.6, 0.8                      | 0.177, 0.180        |
    | similarity cosine, tanimoto, product    | 0.174, 0.169, 0.157 |
    | feature weighting none, bm25            | 0.174, 0.165        |
    | amplification 1.5                       | 0.178               |
    | normalization equal                     | 0.175               |
    """

    name: ClassVar[str] = "item-knn"
    label: ClassVar[str] = "Item-KNN"
    family: ClassVar[str] = "Neighbours"
    about: ClassVar[str] = "Recommends what the same people took as the items taken before. Easy to explain."
    lighter: ClassVar[str] = 'Lower "neighbours", or choose popularity.'
    version: ClassVar[int] = 1

    normalization: str = setting(
        "none",
        Choice(NORMALIZATIONS),
        'Whether what each item of the history adds to all others is as large as it comes, or "equal" for each.',
        search=Among(NORMALIZATIONS),
    )

    def memory(self, n_users: int, n_items: int, n_interactions: int) -> int:
        """Blocks of similarities, the interactions as they are compared, the nearest of every item."""
        return nearest_memory(n_items, n_items, n_interactions, self.neighbours)

    def fit(
        self,
        train: Dataset,
        *,
        seed: int = 0,
        resources: Resources = Resources(),
        progress: Progress = silent,
        cancel: Cancel = never,
    ) -> ItemWeightsScorer:
        """Compare every item with every other; `seed` and `resources` change nothing. Raises `CancelledError`."""
        stop_if_asked(cancel)
        by_item = csr_matrix(self.weights(train.matrix).T)
        items = self.features(by_item).apply(by_item)
        lengths = squares(items)

        def measure(products: Values, block: slice) -> Values:
            # an item is no neighbour of its own
            products[np.arange(len(products)), np.arange(block.start, block.stop)] = 0
            return self.similarities(products, lengths[block], lengths)

        found = nearest(items, csr_matrix(items.T), measure, self.neighbours, progress=progress, cancel=cancel)
        progress(1.0, "Compared every item")
        return ItemWeightsScorer(self, train, links(found, self.normalization))

    def restore(self, state: dict[str, NDArray[Any]], train: Dataset, device: str) -> ItemWeightsScorer:
        """The scorer whose `state` was stored, over the same `train`."""
        return ItemWeightsScorer(self, train, restored_weights(state, train.n_items))
