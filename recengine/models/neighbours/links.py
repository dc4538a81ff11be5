"""From the nearest of each item to the weights by which a history adds up."""

from __future__ import annotations

import numpy as np
from scipy.sparse import csr_matrix

from recengine.models.item_weights import read_only_csr

NORMALIZATIONS = ("none", "equal")


def links(nearest: csr_matrix, normalization: str) -> csr_matrix:
    """`weights[j, i]` = `nearest[i, j]`, (n_items, n_items) float32, read-only.

    Where `normalization` is "equal", the weights of each history item j are divided by their sum.
    """
    weights = csr_matrix(nearest.T)
    weights.sort_indices()
    if normalization == "equal":
        sums = np.asarray(weights.sum(axis=1, dtype=np.float64)).ravel()
        weights.data /= np.repeat(sums, np.diff(weights.indptr)).astype(np.float32)
    return read_only_csr(weights)
