"""RP3β: where a short random walk from the user ends, with less weight on popular items."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from recengine.data import Dataset
from recengine.models.base import Resources
from recengine.models.item_weights import ItemWeightsScorer, restored_weights
from recengine.models.neighbours.walk import WalkSettings
from recengine.models.settings import Number, Span, setting
from recengine.progress import Cancel, Progress, never, silent, stop_if_asked


@dataclass(frozen=True)
class RP3BetaRecipe(WalkSettings):
    """The score of P3α, divided by the number of training users of the item to the power of beta.

    Source: Christoffel, Paudel, Newell, Bernstein (2015), RecSys.

    Defaults are chosen on the validation part of MovieLens-100K (`python -m benchmarks.quality --part validation`):
    mean of seeds 0 to 2, NDCG@10 (untruncated), all ratings positive; "equal" normalization, others as they stand:

    | neighbours | beta 0.3 | 0.45  | 0.6   |    | alpha 0.6 | 0.7   | 0.8   |
    | 100        |          | 0.179 |       |    |           |       | 0.179 |
    | 200        | 0.179    | 0.182 | 0.179 |    | 0.179     | 0.181 | 0.182 |
    | 300        |          | 0.180 | 0.178 |    |           |       | 0.180 |

    Without normalization it has 0.181.
    """

    name: ClassVar[str] = "rp3beta"
    label: ClassVar[str] = "RP3β"
    family: ClassVar[str] = "Neighbours"
    about: ClassVar[str] = (
        "Recommends where a short random walk ends, with less weight on popular items. Accurate and fast."
    )
    lighter: ClassVar[str] = 'Lower "neighbours", or choose popularity.'
    version: ClassVar[int] = 1

    beta: float = setting(
        0.45,
        Number(2.0, zero=True),
        "How far popular items count less; 0 is P3α.",
        search=Span(0.0, 1.0),
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
        penalty = np.maximum(train.popularity(), 1.0) ** -self.beta
        return ItemWeightsScorer(self, train, self.walk(train.matrix, penalty, progress, cancel))

    def restore(self, state: dict[str, NDArray[Any]], train: Dataset, device: str) -> ItemWeightsScorer:
        """The scorer whose `state` was stored, over the same `train`."""
        return ItemWeightsScorer(self, train, restored_weights(state, train.n_items))
