"""What the lists show, whether or not it is relevant: over every user with a list, also those without a test item."""

import numpy as np
from numpy.typing import NDArray

from recengine.arrays import Values
from recengine.data.quality.spread import gini_index
from recengine.ranking.judged import JudgedLists


def novelty(lists: JudgedLists) -> Values:
    """Mean inverse user frequency of the listed items, (U,), in bits, higher is more unusual; NaN for an empty list.

    mean of -log2(users(i) / n_users) over the list; an item that nobody took counts as one user.
    Source: Castells, Hurley & Vargas (2015), Recommender Systems Handbook, chapter 26.
    """
    information = np.log2(lists.n_users) - np.log2(np.maximum(lists.popularity, 1))
    return _mean_over_list(lists, information)


def average_popularity(lists: JudgedLists) -> Values:
    """Mean number of training users of the listed items (ARP), (U,); NaN for an empty list.

    Source: Yin et al. (2012), PVLDB 5(9).
    """
    return _mean_over_list(lists, lists.popularity.astype(np.float64))


def coverage(lists: JudgedLists) -> float:
    """Share of the catalogue that stands in at least one list, in [0, 1], higher is more varied."""
    return float(np.count_nonzero(_exposure(lists)) / lists.n_items)


def gini(lists: JudgedLists) -> float:
    """Gini index of the items' places in lists, in [0, 1], 0 = all equal, higher is more concentrated.

    Over ALL items of the catalogue, also the never shown; NaN where nothing is shown.
    With x ascending: sum of (2 i - n - 1) x_i over n * sum of x_i, i from 1 to n.
    """
    return gini_index(np.sort(_exposure(lists)))


def _exposure(lists: JudgedLists) -> NDArray[np.intp]:
    """Number of lists each item stands in, (n_items,)."""
    items = lists.rankings.items
    return np.bincount(items[items >= 0], minlength=lists.n_items)


def _mean_over_list(lists: JudgedLists, value_of_item: Values) -> Values:
    items = lists.rankings.items
    listed = items >= 0
    total = np.where(listed, value_of_item[items], 0.0).sum(axis=1)
    count = listed.sum(axis=1)
    return np.where(count > 0, total / np.maximum(count, 1), np.nan)
