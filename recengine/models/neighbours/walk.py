"""Random walks of three steps: from a user to an item taken, to a user who took it too, to an item of theirs."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_matrix

from recengine.arrays import Values
from recengine.models.histories import interaction_weights, weighting_setting
from recengine.models.neighbours.links import NORMALIZATIONS, links
from recengine.models.neighbours.nearest import nearest, nearest_memory
from recengine.models.settings import Among, Choice, Number, Settings, Span, Whole, setting
from recengine.progress import Cancel, Progress


@dataclass(frozen=True)
class WalkSettings(Settings):
    """What P3α and RP3β share. A step goes to a neighbour with a probability in proportion to the interaction."""

    alpha: float = setting(
        0.8,
        Number(4.0),
        "Power of each step's probability: above 1, likely steps become likelier.",
        search=Span(0.3, 2.0),
    )
    neighbours: int = setting(
        200,
        Whole(1, 10_000),
        "How many items a walk may come from, for each item that it ends at.",
        search=Span(10, 500, log=True),
    )
    normalization: str = setting(
        "equal",
        Choice(NORMALIZATIONS),
        'Whether what each item of the history adds to all others is as large as it comes, or "equal" for each.',
        search=Among(NORMALIZATIONS),
    )
    weighting: str = weighting_setting()

    def memory(self, n_users: int, n_items: int, n_interactions: int) -> int:
        """Blocks of probabilities, the interactions by user and by item, the likeliest origins of every item."""
        return nearest_memory(n_items, n_items, n_interactions, self.neighbours)

    def weights(self, histories: csr_matrix) -> csr_matrix:
        """p^α, where p is the probability of the step from the user to each item of the history, float32."""
        weights = interaction_weights(histories, self.weighting)
        steps = transitions(weights, self.alpha)
        return csr_matrix((steps.data.astype(np.float32), weights.indices, weights.indptr), shape=weights.shape)

    def walk(self, histories: csr_matrix, penalty: Values, progress: Progress, cancel: Cancel) -> csr_matrix:
        """`weights[j, i]` = Σ_u p(u | j)^α p(i | u)^α · penalty[i], (n_items, n_items); 0 where i is j.

        Of each item i the `neighbours` largest are kept. Raises `CancelledError`.
        """
        taken = interaction_weights(histories, self.weighting)
        arrive = csr_matrix(transitions(taken, self.alpha).T)
        leave = csr_matrix(transitions(csr_matrix(taken.T), self.alpha).T)

        def measure(products: Values, block: slice) -> Values:
            products[np.arange(len(products)), np.arange(block.start, block.stop)] = 0
            return products * penalty[block, None]

        found = nearest(arrive, leave, measure, self.neighbours, progress=progress, cancel=cancel)
        progress(1.0, "Walked from every item")
        return links(found, self.normalization)


def transitions(matrix: csr_matrix, alpha: float) -> csr_matrix:
    """Rows divided by their sum, to the power of `alpha`, float64."""
    sums = matrix.astype(np.float64) @ np.ones(matrix.shape[1])
    steps = (matrix.data / np.repeat(sums, np.diff(matrix.indptr))) ** alpha
    return csr_matrix((steps, matrix.indices, matrix.indptr), shape=matrix.shape)
