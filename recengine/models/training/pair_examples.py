"""Users with an item that each took and items that each did not: what networks over pairs learn from."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from recengine.arrays import Positions, Scores, Values
from recengine.models.training.sampling import Negatives

PAIR_SAMPLINGS = ("uniform", "popularity", "in-batch")
"""As `Negatives` draws, or the items that other users of the batch took."""
BATCHES = 32
"""Of a round at least, where each then has `FEWEST` positives: fewer would hardly move the weights."""
FEWEST = 64


class PairExamples:
    """Every positive with `n` items that its user did not take.

    An item that is drawn often looks less liked than it is. What a network is to learn is its score, less the logarithm
    of how much more often than under uniform drawing its item is drawn, times `correction` (Yi et al. 2019, RecSys,
    section 3): so with 1 the score itself learns what it would under uniform drawing, and with 0 it lacks popularity.
    """

    def __init__(self, taken: csr_matrix, sampling: str, n: int, correction: float = 1.0) -> None:
        """taken (n_users, n_items): the positives. sampling: one of `PAIR_SAMPLINGS`."""
        self._users = np.repeat(np.arange(taken.shape[0], dtype=np.int32), np.diff(taken.indptr))
        self._items: Positions = np.asarray(taken.indices, dtype=np.int32)
        self._negatives = Negatives(taken, "popularity" if sampling == "popularity" else "uniform")
        self._in_batch = sampling == "in-batch"
        self._n = n
        counts = np.bincount(taken.indices, minlength=taken.shape[1])
        log_share: Values = self._negatives.log_share
        if self._in_batch:
            log_share = np.log(np.maximum(counts, 1)) - np.log(max(1.0, float(taken.nnz)))
        more = log_share + np.log(max(1.0, float(np.count_nonzero(counts))))
        self._corrections = np.where(counts > 0, correction * more, 0).astype(np.float32)

    def __len__(self) -> int:
        """Positives."""
        return len(self._users)

    def batches(self, rng: np.random.Generator, size: int) -> Iterator[tuple[Positions, Positions, Scores]]:
        """All in random order, at most `size` at once, or fewer for `BATCHES`.

        users (b,); items (b, 1 + n), the one taken first; corrections (b, 1 + n) to take from their scores, infinite
        for an item not to be counted: what others of the batch took the user may have taken too.
        """
        size = min(size, max(FEWEST, -(-len(self) // BATCHES)))
        order = rng.permutation(len(self))
        for start in range(0, len(order), size):
            rows = order[start : start + size]
            users, items = self._users[rows], self._items[rows]
            others = neighbours(items, self._n) if self._in_batch else self._negatives.draw(rng, users, self._n)
            every = np.concatenate([items[:, None], others], axis=1)
            corrections = self._corrections[every]
            if self._in_batch:
                corrections[:, 1:][self._negatives.took(users[:, None], others)] = np.inf
            yield users, every, corrections


def neighbours(items: NDArray[np.int32], n: int) -> Positions:
    """For each of `items` (b,) the `n` behind it, round from the last to the first, (b, n)."""
    places = np.arange(len(items))[:, None] + np.arange(1, 1 + n)
    behind: Positions = items[places % len(items)]
    return behind
