"""The rank of every score in its row, ties sharing their mean."""

import numpy as np

from recengine.arrays import Scores


def average_ranks(scores: Scores) -> Scores:
    """`out[r, j]` = rank of `scores[r, j]` in row r, (R, n) float32, 1 = highest, equal scores share their mean rank.

    Scores are finite or NaN; NaN has no rank and pushes no other one down: it stays NaN.
    """
    unranked = np.isnan(scores)
    # sorting takes twice as long with NaN among the scores
    scores = np.where(unranked, np.float32(-np.inf), scores)
    order = np.argsort(scores, axis=1)
    ascending = np.take_along_axis(scores, order, axis=1)
    changes = ascending[:, 1:] != ascending[:, :-1]
    place = np.arange(scores.shape[1], dtype=np.float32)
    # of each run of equal scores, the place of its first and of its last one
    first = np.zeros(scores.shape, dtype=np.float32)
    np.multiply(changes, place[1:], out=first[:, 1:])
    np.maximum.accumulate(first, axis=1, out=first)
    last = np.full(scores.shape, place[-1:], dtype=np.float32)
    np.copyto(last[:, :-1], place[:-1], where=changes)
    backwards = last[:, ::-1]
    np.minimum.accumulate(backwards, axis=1, out=backwards)
    ranks = np.empty(scores.shape, dtype=np.float32)
    np.put_along_axis(ranks, order, scores.shape[1] - (first + last) / 2, axis=1)
    ranks[unranked] = np.nan
    return ranks
