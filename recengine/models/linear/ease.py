"""EASE: the best linear item-to-item weights, in closed form."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from recengine.arrays import Scores, Values, read_only
from recengine.data import Dataset
from recengine.errors import RecipeError
from recengine.models.base import Resources
from recengine.models.histories import interaction_weights, weighting_setting
from recengine.models.item_weights import ItemWeightsScorer, restored_weights
from recengine.models.linear.gram import gram_matrix, history_square
from recengine.models.settings import Number, Settings, Span, setting
from recengine.progress import Cancel, Progress, never, silent, stop_if_asked, within

ROWS = 512
"""Of the inverse, that are read at a time."""


@dataclass(frozen=True)
class EaseRecipe(Settings):
    """B minimises |X - X B|² + λ |B|² with a diagonal of zeros: B_ji = -P_ji / P_ii with P = (X'X + λ)⁻¹.

    X are the interactions, λ is `regularization` times the mean over users of Σ x², which is the mean number of items
    taken. In that unit the best values agree between datasets: the paper's 500, 1,000 and 200 for MovieLens-20M,
    Netflix and the Million Song Dataset are 7, 8 and 3. Source: Steck (2019), WWW.

    Defaults are chosen on the validation part of MovieLens-100K (`python -m benchmarks.quality --part validation`):
    mean of seeds 0 to 2, NDCG@10 (untruncated), all ratings positive:

    | regularization | 2     | 3     | 4     | 5     | 6     | 8     | 12    |
    | uniform        | 0.182 | 0.185 | 0.186 | 0.186 | 0.186 | 0.186 | 0.185 |
    | weight         |       |       | 0.189 | 0.189 |       |       |       |

    Ratings add a little here; where weights are counts, a few large ones would rule, so "uniform" is the default.
    """

    name: ClassVar[str] = "ease"
    label: ClassVar[str] = "EASE"
    family: ClassVar[str] = "Linear"
    about: ClassVar[str] = "Learns what each item taken says for every other. Very accurate on up to some 20,000 items."
    lighter: ClassVar[str] = "Choose rp3beta or slim, which keep few weights an item, or drop the rarest items."
    version: ClassVar[int] = 1

    regularization: float = setting(
        5.0,
        Number(1e6),
        "Strength of the penalty on large weights, in mean numbers of items taken by a user.",
        search=Span(0.3, 50.0, log=True),
    )
    weighting: str = weighting_setting()

    def memory(self, n_users: int, n_items: int, n_interactions: int) -> int:
        """The matrix of items by items in float64, which is inverted in place, its copy, and the weights in float32."""
        return 24 * n_items**2 + 60 * n_interactions + 100_000_000

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
        """Invert; `seed` and `resources` change nothing. Raises `RecipeError` or `CancelledError`."""
        stop_if_asked(cancel)
        taken = self.weights(train.matrix)
        gram = gram_matrix(taken, within(progress, 0.0, 0.3), cancel)
        penalty = self.regularization * history_square(taken)
        weights = ease_weights(gram, penalty, within(progress, 0.3, 1.0), cancel)
        return ItemWeightsScorer(self, train, read_only(weights))

    def restore(self, state: dict[str, NDArray[Any]], train: Dataset, device: str) -> ItemWeightsScorer:
        """The scorer whose `state` was stored, over the same `train`."""
        return ItemWeightsScorer(self, train, restored_weights(state, train.n_items))


def ease_weights(gram: Values, penalty: float, progress: Progress, cancel: Cancel) -> Scores:
    """B (n_items, n_items) float32 for `gram` (Fortran order), which is overwritten. A penalty of 0: nothing taken."""
    from scipy.linalg import lapack

    if penalty == 0:
        progress(1.0, "Nothing was taken")
        return np.zeros(gram.shape, dtype=np.float32)
    np.fill_diagonal(gram, gram.diagonal() + penalty)
    progress(0.0, "Taking the root of the matrix")
    root, problem = lapack.dpotrf(gram, lower=1, clean=0, overwrite_a=1)
    stop_if_asked(cancel)
    progress(0.3, "Inverting the matrix")
    if not problem:
        inverse, problem = lapack.dpotri(root, lower=1, overwrite_c=1)
    if problem:
        raise RecipeError('ease: the matrix cannot be inverted in this precision. Raise "regularization".')
    stop_if_asked(cancel)
    progress(0.9, "Reading the weights off")
    weights = np.empty(gram.shape, dtype=np.float32)
    by_item = -1 / inverse.diagonal()
    for start in range(0, len(weights), ROWS):
        stop = min(start + ROWS, len(weights))
        # LAPACK leaves the inverse, which is symmetric, in the lower triangle alone
        weights[start:, start:stop] = inverse[start:, start:stop] * by_item[start:stop]
        weights[start:stop, stop:] = inverse[stop:, start:stop].T * by_item[stop:]
        corner = inverse[start:stop, start:stop]
        lower = np.tril(corner)
        weights[start:stop, start:stop] = (lower + np.tril(corner, -1).T) * by_item[start:stop]
    np.fill_diagonal(weights, 0)
    progress(1.0, "Read the weights off")
    return weights
