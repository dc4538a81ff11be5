"""Compiled loops over lists. Importing this loads numba: import it where it is about to be called."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from recengine.arrays import Mask, Positions
from recengine.compiled import compiled


@compiled
def mark_hits(
    users: Positions,
    items: Positions,
    indptr: NDArray[np.integer],
    indices: NDArray[np.integer],
    start: int,
    stop: int,
    hits: Mask,
) -> None:
    """`hits[u, j]` = whether `items[u, j]` stands in row `users[u]` of the CSR matrix, for u from `start` to `stop`.

    Each row's indices are sorted; padding of the lists (-1) stands in none.
    """
    for row in range(start, stop):
        first, end = indptr[users[row]], indptr[users[row] + 1]
        for place in range(items.shape[1]):
            item = items[row, place]
            low, high = first, end
            while low < high:
                middle = (low + high) // 2
                if indices[middle] < item:
                    low = middle + 1
                else:
                    high = middle
            hits[row, place] = low < end and indices[low] == item
