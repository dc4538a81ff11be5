"""Inner products in which each factor has a weight of its own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from recengine.arrays import read_only
from recengine.data import Dataset
from recengine.models.base import Resources
from recengine.models.interaction.recipe import PairRecipe, learn_pairs
from recengine.models.interaction.taken import taken
from recengine.models.training import epochs_setting, weight_decay_setting
from recengine.models.vector_scorer import VectorScorer, restored_vectors
from recengine.progress import Cancel, Progress, never, silent, stop_if_asked

if TYPE_CHECKING:
    from recengine.models.networks.gmf import Gmf


@dataclass(frozen=True, kw_only=True)
class GmfRecipe(PairRecipe):
    """Generalised matrix factorisation: h · (p_u ⊙ q_i) (He et al. 2017, WWW, section 3.2).

    The paper's sigmoid on top changes no list. A user's vector, times h, and an item's vector are all that scoring
    needs.

    Defaults are chosen on the validation part of MovieLens-100K (`python -m benchmarks.quality --part validation`),
    seed 0, NDCG@10 (untruncated), all ratings positive, softmax:

    | epochs | learning_rate | weight_decay | dropout | batch_size | negatives | NDCG  |
    | 20     | 0.007         | 0.2          | 0.5     | 2048       | 8         | 0.175 |
    | 15     | 0.005         | 0.1          | 0.2     | 1024       | 16        | 0.159 |
    | 15     | 0.005         | 0            | 0.2     | 1024       | 16        | 0.147 |
    | 10     | 0.001         | 0            | 0.2     | 1024       | 16        | 0.128 |
    """

    name: ClassVar[str] = "gmf"
    label: ClassVar[str] = "Factors by gradient descent (GMF)"
    about: ClassVar[str] = "Learns a vector a user and a vector an item by gradient descent: the plainest network."
    lighter: ClassVar[str] = 'Lower "factors" or "batch_size", or choose als.'
    version: ClassVar[int] = 1

    epochs: int = epochs_setting(20)
    weight_decay: float = weight_decay_setting(0.2)

    def network(self, n_users: int, n_items: int) -> Gmf:
        """A new one, not learnt yet."""
        from recengine.models.networks.gmf import Gmf

        return Gmf(n_users, n_items, self.factors, self.dropout)

    def fit(
        self,
        train: Dataset,
        *,
        seed: int = 0,
        resources: Resources = Resources(),
        progress: Progress = silent,
        cancel: Cancel = never,
    ) -> VectorScorer:
        """Fit on the positives of `train`. Raises `RecipeError` or `CancelledError`."""
        stop_if_asked(cancel)
        heard, scored = taken(train)
        learnt = learn_pairs(
            self,
            lambda: self.network(train.n_users, train.n_items),
            train,
            scored,
            seed=seed,
            resources=resources,
            progress=progress,
            cancel=cancel,
        )
        users = learnt.weights["users.weight"] * learnt.weights["weights"]
        items = learnt.weights["items.weight"]
        users[~heard] = np.nan
        items[~scored] = np.nan
        return VectorScorer(read_only(users), read_only(items), learnt.curves, self.loss_name, learnt.device, {})

    def restore(self, state: dict[str, NDArray[Any]], train: Dataset, device: str) -> VectorScorer:
        """The scorer whose `state` was stored, over the same `train`."""
        users, items, curves, network = restored_vectors(state)
        return VectorScorer(users, items, curves, self.loss_name, device, network)
