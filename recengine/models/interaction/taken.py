"""Who took something, and what was taken."""

import numpy as np

from recengine.arrays import Mask
from recengine.data import Dataset


def taken(train: Dataset) -> tuple[Mask, Mask]:
    """Users (n_users,) and items (n_items,) with a positive."""
    return np.diff(train.matrix.indptr) > 0, train.popularity() > 0
