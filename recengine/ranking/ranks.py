"""The rank of every score in its row, ties sharing their mean."""

import numpy as np

from recengine.arrays import Scores


def average_ranks(scores: Scores) -> Scores:
    """`out[r, j]` = rank of `scores[r, j]` in row r, (R, n) float32, 1 = highest, equal scores share their mean rank.

    NaN has no rank and pushes no other one down: NaN stays NaN.
    """
    order = np.argsort(scores, axis=1)  # ascending, NaN last
    ascending = np.take_along_axis(scores, order, axis=1)
    place = np.arange(scores.shape[1], dtype=np.float32)
    changes = ascending[:, 1:] != ascending[:, :-1]
    # of each run of equal scores, the place of its first and of its last one
    first = np.zeros(scores.shape, dtype=np.float32)
    np.multiply(changes, place[1:], out=first[:, 1:])
    np.maximum.accumulate(first, axis=1, out=first)
    last = np.full(scores.shape, place[-1:], dtype=np.float32)
    np.copyto(last[:, :-1], place[:-1], where=changes)
    backwards = last[:, ::-1]
    np.minimum.accumulate(backwards, axis=1, out=backwards)
    n_ranked = scores.shape[1] - np.count_nonzero(np.isnan(scores), axis=1)
    ranks = np.empty(scores.shape, dtype=np.float32)
    np.put_along_axis(ranks, order, n_ranked[:, None].astype(np.float32) - (first + last) / 2, axis=1)
    return np.where(np.isnan(scores), np.float32(np.nan), ranks)
