"""Scores as inner products of user and item vectors."""

from __future__ import annotations

import numpy as np

from recengine.arrays import Scores

_BIG_ENOUGH = 1_100_000
"""Multiplications from which OpenBLAS takes the kernel that it takes for every larger product (it switches at 10^6)."""


def inner_products(users: Scores, items: Scores) -> Scores:
    """`out[u, i]` = users[u] · items[i], (U, I) float32; a NaN row of either makes a NaN row or column.

    One matrix product. A few users are padded to a block of zeros, because BLAS sums a small product in another order:
    so a user's scores are the same, to the last bit under OpenBLAS, alone and among all users.
    """
    n_users = len(users)
    block = max(16, -(-_BIG_ENOUGH // max(1, items.size)))
    if n_users < block:
        padded = np.zeros((block, users.shape[1]), dtype=np.float32)
        padded[:n_users] = users
        users = padded
    products: Scores = users @ items.T
    return products[:n_users]
