"""Small lists whose metrics can be worked out by hand."""

from collections.abc import Sequence

import numpy as np
from scipy.sparse import csr_matrix

from recengine.ranking import JudgedLists, Rankings, judge


def pairs(relevant: Sequence[Sequence[int]], n_items: int) -> csr_matrix:
    """The relevant items of each user as a matrix."""
    matrix = np.zeros((len(relevant), n_items), dtype=np.float32)
    for user, positions in enumerate(relevant):
        matrix[user, list(positions)] = 1
    return csr_matrix(matrix)


def rankings_of(lists: Sequence[Sequence[int]]) -> Rankings:
    """The lists of users 0, 1, ..., padded with -1."""
    items = np.array(lists, dtype=np.int32)
    return Rankings(np.arange(len(lists), dtype=np.int32), items, np.where(items < 0, np.nan, 1).astype(np.float32))


def judged(
    lists: Sequence[Sequence[int]],
    relevant: Sequence[Sequence[int]],
    popularity: Sequence[int] = (1,) * 6,
    n_users: int = 4,
) -> JudgedLists:
    """Lists beside the relevant items of each user."""
    counts = np.array(popularity, dtype=np.int32)
    return judge(rankings_of(lists), pairs(relevant, len(counts)), counts, n_users)
