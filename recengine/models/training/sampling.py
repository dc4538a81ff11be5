"""Items drawn as what was not taken."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from recengine.arrays import Mask, Positions, Values

SAMPLINGS = ("uniform", "popularity")
REDRAWS = 8
"""Times that what was drawn and is taken after all is drawn anew; who took nearly everything keeps the last draw."""


class Negatives:
    """Draws items that a user did not take, among those that somebody took.

    "uniform": all alike. "popularity": in proportion to the square root of how many took it, between the two extremes
    of drawing alike and drawing by popularity, which takes popularity out of what is learnt (see `BprRecipe`).
    """

    def __init__(self, taken: csr_matrix, sampling: str = "uniform") -> None:
        """taken (n_users, n_items): what each user took."""
        counts = np.bincount(taken.indices, minlength=taken.shape[1]).astype(np.float64)
        weights = np.sqrt(counts) if sampling == "popularity" else (counts > 0).astype(np.float64)
        self._n_items = taken.shape[1]
        self._steps: Values = np.cumsum(weights)
        self.log_share: Values = np.log(np.maximum(weights, np.finfo(float).tiny) / max(weights.sum(), 1.0))
        """log of the share with which each item is drawn, (n_items,), for the correction of a sampled softmax."""
        rows = np.repeat(np.arange(taken.shape[0], dtype=np.int64), np.diff(taken.indptr))
        # ascending, since rows of a matrix with sorted indices are
        self._pairs = np.sort(rows * self._n_items + taken.indices)

    def draw(self, rng: np.random.Generator, users: NDArray[np.integer], n: int) -> Positions:
        """`n` items for each of `users`, (len(users), n) int32."""
        keys = np.repeat(users.astype(np.int64), n) * self._n_items
        drawn = self._items(rng, len(keys))
        for _ in range(REDRAWS):
            taken = np.flatnonzero(self._is_taken(keys + drawn))
            if not len(taken):
                break
            drawn[taken] = self._items(rng, len(taken))
        return drawn.reshape(len(users), n).astype(np.int32)

    def took(self, users: NDArray[np.integer], items: NDArray[np.integer]) -> Mask:
        """Whether each took its item, of the shape that both broadcast to."""
        return self._is_taken(users.astype(np.int64) * self._n_items + items)

    def _items(self, rng: np.random.Generator, n: int) -> NDArray[np.int64]:
        places = np.searchsorted(self._steps, rng.random(n) * self._steps[-1], side="right")
        within: NDArray[np.int64] = np.minimum(places, self._n_items - 1).astype(np.int64)
        return within

    def _is_taken(self, keys: NDArray[np.int64]) -> NDArray[np.bool_]:
        if not len(self._pairs):
            return np.zeros(keys.shape, dtype=bool)
        places = np.minimum(np.searchsorted(self._pairs, keys), len(self._pairs) - 1)
        found: NDArray[np.bool_] = self._pairs[places] == keys
        return found
