"""How well a round of alternating least squares went: its loss on a few users, so that it costs next to nothing."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from recengine.arrays import Positions, Scores

SAMPLE = 1_000
"""About how many interactions of the sampled users there are; more would slow small fits."""


@dataclass(frozen=True)
class LossSample:
    """users (n,): whose loss is measured. rows, items, confidences (m,): their interactions, rows counting `users`.

    share: of the sample among all users.
    """

    users: NDArray[np.intp]
    rows: NDArray[np.intp]
    items: Positions
    confidences: Scores
    penalty: float
    share: float

    @classmethod
    def draw(cls, confidences: csr_matrix, penalty: float) -> LossSample:
        """Always the same users, at least one: losses of runs with other seeds can be compared."""
        lengths = np.diff(confidences.indptr)
        order = np.random.default_rng(0).permutation(len(lengths))
        users = np.sort(order[: max(1, int(np.searchsorted(np.cumsum(lengths[order]), SAMPLE)))])
        chosen = confidences[users]
        rows = np.repeat(np.arange(len(users)), np.diff(chosen.indptr))
        return cls(users, rows, chosen.indices, chosen.data, penalty, len(users) / len(lengths))

    def loss(self, users: Scores, items: Scores) -> float:
        """Σ c (p - x_u · y_i)² + penalty (Σ |x_u|² + Σ |y_i|²), a pair of user and item; over the sampled users.

        All items that a user did not take are summed at once: Σ_i (x_u · y_i)² = x_u' (Σ_i y_i y_i') x_u.
        """
        vectors = users[self.users]
        gram = items.T @ items
        taken = np.einsum("nf,nf->n", vectors[self.rows], items[self.items])
        squares = float(np.vdot(vectors @ gram, vectors)) - float(np.vdot(taken, taken))
        missed = 1 - taken
        of_taken = float(np.vdot(self.confidences * missed, missed))
        lengths = float(np.vdot(vectors, vectors)) + self.share * float(np.trace(gram))
        return (squares + of_taken + self.penalty * lengths) / (len(self.users) * len(items))
