"""SLIM: few item-to-item weights, learned by an elastic net."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from recengine.data import Dataset
from recengine.models.base import Resources
from recengine.models.histories import interaction_weights, weighting_setting
from recengine.models.item_weights import (
    ItemWeightsScorer,
    read_only_csr,
    restored_weights,
)
from recengine.models.linear.gram import history_square
from recengine.models.settings import Among, Number, Settings, Span, Switch, Whole, setting
from recengine.progress import Cancel, Progress, never, silent, stop_if_asked

TOLERANCE = 1e-4
"""A round that changes no weight by more than this is the last."""
COUNTED_WEIGHTS = 2000
"""Weights an item that the estimate of memory counts with."""


@dataclass(frozen=True)
class SlimRecipe(Settings):
    """B minimises ½ |X - X B|² + ½ l2 |B|² + l1 Σ |B_ji| with a diagonal of zeros, and B ≥ 0 where `nonnegative`.

    X are the interactions; l2 is `regularization` times the mean over users of Σ x², as for EASE; l1 is `sparsity`
    times the mean of x²: of two items, fewer common users than that are none. Source: Ning & Karypis (2011), ICDM.

    Solved by coordinate descent in `irspack`, on one thread: on several, the result depends on which is first.

    Defaults are chosen on the validation part of MovieLens-100K (`python -m benchmarks.quality --part validation`):
    mean of seeds 0 to 2, NDCG@10 (untruncated), all ratings positive:

    | regularization       | 1     | 2     | 3     | 5     |
    | sparsity 0.5         |       |       | 0.187 | 0.187 |
    | sparsity 1           | 0.185 | 0.187 | 0.187 | 0.187 |
    | sparsity 5           | 0.181 | 0.183 | 0.184 | 0.184 |
    | sparsity 20          |       | 0.173 |       |       |
    | sparsity 1, negative |       |       |       | 0.188 |

    That is 155 weights an item, 399 where they may be negative.
    """

    name: ClassVar[str] = "slim"
    label: ClassVar[str] = "SLIM"
    family: ClassVar[str] = "Linear"
    about: ClassVar[str] = "Learns few weights between items. Nearly as accurate as EASE, smaller and easier to read."
    lighter: ClassVar[str] = "Choose rp3beta, which keeps fewer weights an item, or drop the rarest items."
    version: ClassVar[int] = 1

    regularization: float = setting(
        3.0,
        Number(1e6),
        "Strength of the penalty on large weights, in mean numbers of items taken by a user.",
        search=Span(0.1, 20.0, log=True),
    )
    sparsity: float = setting(
        1.0,
        Number(1e6),
        "How many common users of two items count as none: more leaves fewer weights.",
        search=Span(0.1, 50.0, log=True),
    )
    nonnegative: bool = setting(
        True,
        Switch(),
        "Whether an item taken can only speak for others, never against them.",
        search=Among((True, False)),
    )
    rounds: int = setting(100, Whole(1, 10_000), "Rounds of coordinate descent at most.")
    weighting: str = weighting_setting()

    def memory(self, n_users: int, n_items: int, n_interactions: int) -> int:
        """The weights as triplets, twice, and as a matrix, for at most `COUNTED_WEIGHTS` an item; the interactions."""
        weights = n_items * min(n_items, COUNTED_WEIGHTS)
        return 80 * weights + 80 * n_interactions + 128 * (n_users + n_items) + 50_000_000

    def weights(self, histories: csr_matrix) -> csr_matrix:
        """How much each interaction counts, in the places of `histories`, float32."""
        return interaction_weights(histories, self.weighting)

    def fit(
        self,
        train: Dataset,
        *,
        seed: int = 0,
        resources: Resources = Resources(),
        progress: Progress = silent,
        cancel: Cancel = never,
    ) -> ItemWeightsScorer:
        """Descend; `seed` and `resources` change nothing.

        Raises `CancelledError`; between start and end the solver is asked nothing, and tells nothing.
        """
        stop_if_asked(cancel)
        taken = self.weights(train.matrix)
        progress(0.0, f"Solving {train.n_items:,} items")
        weights = self._solve(taken)
        stop_if_asked(cancel)
        progress(1.0, f"Solved every item: {weights.nnz:,} weights")
        return ItemWeightsScorer(self, train, read_only_csr(weights))

    def restore(self, state: dict[str, NDArray[Any]], train: Dataset, device: str) -> ItemWeightsScorer:
        """The scorer whose `state` was stored, over the same `train`."""
        return ItemWeightsScorer(self, train, restored_weights(state, train.n_items))

    def _solve(self, taken: csr_matrix) -> csr_matrix:
        if taken.nnz == 0:
            return csr_matrix(np.zeros((taken.shape[1], taken.shape[1]), dtype=np.float32))
        # irspack brings settings classes that its own library calls out of date
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            from irspack.utils._util_cpp import slim_weight_allow_negative, slim_weight_positive_only

        solve = slim_weight_positive_only if self.nonnegative else slim_weight_allow_negative
        exact = csr_matrix(taken, dtype=np.float64)
        found = solve(
            exact,
            n_threads=1,
            n_iter=self.rounds,
            l2_coeff=self.regularization * history_square(taken),
            l1_coeff=self.sparsity * float((exact.data**2).mean()),
            tol=TOLERANCE,
        )
        weights: csr_matrix = found.astype(np.float32).tocsr()
        weights.sort_indices()
        return weights
