"""Head, tail and cold: the catalogue by how many users an item has in training."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from recengine.arrays import Mask, read_only

HEAD_SHARE = 0.8
"""The head is the most popular items that together hold this share of the training positives."""


def head_items(popularity: NDArray[np.integer]) -> Mask:
    """The head of the catalogue, (n_items,) bool: the fewest most popular items that hold `HEAD_SHARE` of the total.

    popularity (n_items,): users with a training positive. Of items with equal popularity the lower position goes
    first, so the head is decided where the cut falls among equals. Without any positive the head is empty.
    """
    order = np.argsort(-popularity.astype(np.int64), kind="stable")
    held = np.cumsum(popularity[order], dtype=np.int64)
    head = np.zeros(len(popularity), dtype=np.bool_)
    if len(held) and held[-1] > 0:
        size = int(np.searchsorted(held, HEAD_SHARE * held[-1])) + 1
        head[order[:size]] = True
    return read_only(head)
