"""P3α: where a short random walk from the user ends."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from recengine.data import Dataset
from recengine.models.base import Resources
from recengine.models.item_weights import ItemWeightsScorer, restored_weights
from recengine.models.neighbours.walk import WalkSettings
from recengine.models.settings import Span, Whole, setting
from recengine.progress import Cancel, Progress, never, silent, stop_if_asked


@dataclass(frozen=True)
class P3AlphaRecipe(WalkSettings):
    """The score is the probability that a walk of three steps ends at the item, each step to the power of alpha.

    From the user to an item of the history, to somebody who took it, to another item of theirs. For alpha 1 it is a
    probability, before what each item of the history adds is brought to the same sum; walks that end where they came
    from are left out. Source: Cooper, Lee, Radzik, Siantos (2014), WWW Companion.

    Defaults are chosen on the validation part of MovieLens-100K (`python -m benchmarks.quality --part validation`):
    mean of seeds 0 to 2, NDCG@10 (untruncated), all ratings positive:

    | neighbours | normalization | alpha 0.6 | 0.8   | 1.0   |
    | 50         | none          |           | 0.171 |       |
    | 100        | none          | 0.169     | 0.172 |       |
    | 300        | none          |           | 0.167 |       |
    | 100        | equal         |           | 0.178 |       |
    | 200        | equal         |           | 0.175 | 0.168 |
    | 300        | equal         |           | 0.169 |       |
    """

    name: ClassVar[str] = "p3alpha"
    label: ClassVar[str] = "P3α"
    family: ClassVar[str] = "Neighbours"
    about: ClassVar[str] = "Recommends where a short random walk over who took what ends. Favours popular items."
    lighter: ClassVar[str] = 'Lower "neighbours", or choose popularity.'
    version: ClassVar[int] = 1

    neighbours: int = setting(
        100,
        Whole(1, 10_000),
        "How many items a walk may come from, for each item that it ends at.",
        search=Span(10, 500, log=True),
    )

    def fit(
        self,
        train: Dataset,
        *,
        seed: int = 0,
        resources: Resources = Resources(),
        progress: Progress = silent,
        cancel: Cancel = never,
    ) -> ItemWeightsScorer:
        """Add up the walks; `seed` and `resources` change nothing. Raises `CancelledError`."""
        stop_if_asked(cancel)
        penalty = np.ones(train.n_items)
        return ItemWeightsScorer(self, train, self.walk(train.matrix, penalty, progress, cancel))

    def restore(self, state: dict[str, NDArray[Any]], train: Dataset, device: str) -> ItemWeightsScorer:
        """The scorer whose `state` was stored, over the same `train`."""
        return ItemWeightsScorer(self, train, restored_weights(state, train.n_items))
