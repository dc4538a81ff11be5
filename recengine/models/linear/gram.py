"""How often items were taken together, as one dense matrix."""

from __future__ import annotations

import numpy as np
from scipy.sparse import csr_matrix

from recengine.arrays import Values
from recengine.progress import Cancel, Progress, stop_if_asked

BLOCK_ENTRIES = 4_000_000
"""Of the sparse product that is held at a time."""


def gram_matrix(taken: csr_matrix, progress: Progress, cancel: Cancel) -> Values:
    """X'X, (n_items, n_items) float64, Fortran order, in blocks of columns. Raises `CancelledError`."""
    n_items = taken.shape[1]
    users = csr_matrix(taken, dtype=np.float64)
    items = csr_matrix(users.T)
    gram = np.zeros((n_items, n_items), order="F")
    size = max(1, BLOCK_ENTRIES // max(1, n_items))
    for start in range(0, n_items, size):
        stop_if_asked(cancel)
        block = slice(start, min(start + size, n_items))
        # rows of the product, which is symmetric: columns that lie together in memory
        (items[block] @ users).toarray(out=gram[:, block].T)
        progress(block.stop / n_items, f"Counted {block.stop:,} of {n_items:,} items")
    return gram


def history_square(taken: csr_matrix) -> float:
    """Mean over the users with a history of Σ x²: their mean number of items where every interaction counts 1."""
    users = np.count_nonzero(np.diff(taken.indptr))
    return float((taken.data.astype(np.float64) ** 2).sum() / max(1, users))
