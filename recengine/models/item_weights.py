"""Scores that are linear in the history: each item taken adds its weight to every other item."""

from __future__ import annotations

from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, issparse

from recengine.arrays import Mask, Positions, Scores, Values, read_only
from recengine.data import Dataset
from recengine.models.base import ScoreShares

CSR_ARRAYS = ("data", "indices", "indptr")


class WeighsHistories(Protocol):
    """How much each interaction counts."""

    def weights(self, histories: csr_matrix) -> csr_matrix:
        """Of each interaction, float32, in the places of `histories`, none 0; a row depends on no other row."""


class ItemWeightsScorer:
    """`score[u, i]` = Σ_j h_uj · W_ji over the items j of the history, h being how much each counts.

    No opinion on an item without training users, nor where no item of the history has a weight for any item, as for a
    user without a history. An item that shares no neighbour with the history has the score 0.
    """

    def __init__(self, recipe: WeighsHistories, train: Dataset, weights: Scores | csr_matrix) -> None:
        """weights (n_items, n_items) float32, dense or CSR: `weights[j, i]` is what j in a history adds to item i."""
        self._recipe = recipe
        self._train = train
        self._weights = weights
        self._unknown: Mask = train.popularity() == 0

    @property
    def device(self) -> str:
        """Always the CPU."""
        return "CPU"

    def score(self, users: Positions) -> Scores:
        """Weighted sums over the training histories."""
        return self.fold_in(self._train.matrix[users])

    def fold_in(self, histories: csr_matrix) -> Scores:
        """As `score`, for these histories. The rows of a sparse product are independent, to the last bit."""
        products = self._recipe.weights(histories) @ self._weights
        scores: Scores = products.toarray() if issparse(products) else products
        return silenced(scores, self._unknown)

    def explain(self, user: int, item: int) -> ScoreShares:
        """Shares h_uj · W_ji, in float64; what the float32 score differs by is `rest`."""
        history = self._recipe.weights(self._train.matrix[user])
        column = self._weights[history.indices][:, [item]]
        weights: Values = (column.toarray() if issparse(column) else column).ravel().astype(np.float64)
        shares: Values = history.data * weights
        score = float(self.score(np.array([user], dtype=np.int32))[0, item])
        return ScoreShares(history.indices.astype(np.int32), shares, score - float(shares.sum()))

    def state(self) -> dict[str, NDArray[Any]]:
        """The weights: one array, or the three of a CSR matrix."""
        if issparse(self._weights):
            return {name: getattr(self._weights, name) for name in CSR_ARRAYS}
        return {"weights": self._weights}


def restored_weights(state: dict[str, NDArray[Any]], n_items: int) -> Scores | csr_matrix:
    """The weights whose `state` was stored."""
    return np.asarray(state["weights"]) if "weights" in state else restored_csr(state, (n_items, n_items))


def restored_csr(state: dict[str, NDArray[Any]], shape: tuple[int, int]) -> csr_matrix:
    """The matrix of `data`, `indices` and `indptr`, over the same pages where these are memory-mapped."""
    return csr_matrix(tuple(np.asarray(state[name]) for name in CSR_ARRAYS), shape=shape)


def read_only_csr(matrix: csr_matrix) -> csr_matrix:
    """The same matrix, whose arrays from now on refuse to be written to."""
    for array in (matrix.data, matrix.indices, matrix.indptr):
        read_only(array)
    return matrix


def silenced(scores: Scores, unknown: Mask) -> Scores:
    """`scores` with NaN for `unknown` items, and for rows where every score is 0 and so tells nothing; in place."""
    scores[~scores.any(axis=1)] = np.nan
    scores[:, unknown] = np.nan
    return scores
