"""How much each feature of a row counts when rows are compared: users of an item, or items of a user."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_matrix

from recengine.arrays import Values

FEATURE_WEIGHTINGS = ("none", "tf-idf", "bm25")


@dataclass(frozen=True)
class FeatureWeights:
    """Weights of features, learned from a matrix whose rows are documents and whose columns are terms.

    factors (f,) float64: of each feature, 1 or its inverse document frequency log(1 + N / (1 + documents)).
    mean_length: the mean sum of a row, which BM25 compares with. scale: brings the root mean square of all weights to
    1, so that shrinkage means the same under each of them.
    """

    kind: str
    factors: Values
    mean_length: float
    scale: float
    k1: float
    b: float

    def apply(self, matrix: csr_matrix) -> csr_matrix:
        """Weighted rows, float64; BM25 is (k1 + 1) x / (x + k1 (1 - b + b length / mean length)) times the factor.

        Source: Robertson & Zaragoza (2009), Foundations and Trends in Information Retrieval 3(4).
        """
        weighted = csr_matrix(matrix, dtype=np.float64, copy=True)
        if self.kind == "bm25":
            length = np.asarray(weighted.sum(axis=1)).ravel() / self.mean_length
            damping = self.k1 * (1 - self.b + self.b * length)
            weighted.data *= (self.k1 + 1) / (weighted.data + np.repeat(damping, np.diff(weighted.indptr)))
        weighted.data *= self.factors[weighted.indices] * self.scale
        return weighted


def learn_features(matrix: csr_matrix, kind: str, *, k1: float, b: float) -> FeatureWeights:
    """From the training matrix (documents, features); `kind` is one of `FEATURE_WEIGHTINGS`."""
    factors = np.ones(matrix.shape[1])
    if kind != "none":
        documents = np.bincount(matrix.indices, minlength=matrix.shape[1])
        factors = np.log(1 + matrix.shape[0] / (1 + documents))
    mean_length = float(matrix.sum(dtype=np.float64)) / max(1, matrix.shape[0])
    unscaled = FeatureWeights(kind, factors, mean_length or 1.0, 1.0, k1, b)
    squares = unscaled.apply(matrix).data ** 2
    scale = 1 / np.sqrt(squares.mean()) if len(squares) else 1.0
    return FeatureWeights(kind, factors, mean_length or 1.0, float(scale), k1, b)
