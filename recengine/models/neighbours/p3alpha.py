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
from recengine.progress import Cancel, Progress, never, silent, stop_if_asked


@dataclass(frozen=True)
class P3AlphaRecipe(WalkSettings):
    """The score is the probability that a walk of three steps ends at the item, each step to the power of alpha.

    From the user to an item of the history, to somebody who took it, to another item of theirs. For alpha 1 it is a
    probability; every walk through the history item itself is left out. Source: Cooper, Lee, Radzik, Siantos (2014),
    WWW Companion.
    """

    name: ClassVar[str] = "p3alpha"
    label: ClassVar[str] = "P3α"
    family: ClassVar[str] = "Neighbours"
    about: ClassVar[str] = "Recommends where a short random walk over who took what ends. Favours popular items."
    lighter: ClassVar[str] = 'Lower "neighbours", or choose popularity.'
    version: ClassVar[int] = 1

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
