"""How many of the relevant items a list holds, and how high. One value a user, then a mean over users.

In every formula h is the number of relevant items in the list, |R| the user's relevant items, k the length asked for;
a shorter list is padded with misses. Relevance is binary. NaN where a user has no relevant item.
"""

import numpy as np

from recengine.arrays import Positions, Values
from recengine.ranking.judged import JudgedLists


def ndcg(lists: JudgedLists) -> Values:
    """Normalised discounted cumulative gain, (U,), in [0, 1], higher is better.

    sum of 1 / log2(rank + 1) over the hits, over its value for a list that starts with min(|R|, k) hits.
    Source: Järvelin & Kekäläinen (2002), ACM TOIS 20(4).
    """
    ideal_hits = np.minimum(lists.n_relevant, lists.k)
    return _gain(lists) / _ideal(lists, ideal_hits)


def ndcg_full_k(lists: JudgedLists) -> Values:
    """NDCG against a list of k hits, whether the user has as many or not, (U,); RecTools' default."""
    ideal_hits = np.full_like(lists.n_relevant, lists.k)
    return _gain(lists) / _ideal(lists, ideal_hits)


def ndcg_untruncated(lists: JudgedLists) -> Values:
    """NDCG against a list of all |R| hits, even beyond k, (U,).

    Source: Anelli et al. (2021), the reproducibility benchmark of ACM TOIS.
    """
    return _gain(lists) / _ideal(lists, lists.n_relevant)


def precision(lists: JudgedLists) -> Values:
    """h / k, (U,), in [0, 1], higher is better."""
    return _defined(lists, _n_hits(lists) / lists.k)


def precision_pooled(lists: JudgedLists) -> float:
    """Sum of h over sum of min(k, |R|), in [0, 1], one figure over all users; as implicit computes precision."""
    possible = int(np.minimum(lists.n_relevant, lists.k).sum())
    return int(lists.hits.sum()) / possible if possible else float("nan")


def recall(lists: JudgedLists) -> Values:
    """h / |R|, (U,), in [0, 1], higher is better."""
    return _n_hits(lists) / _relevant(lists)


def recall_bounded(lists: JudgedLists) -> Values:
    """h / min(|R|, k), (U,), in [0, 1], higher is better: 1 where no list of k could be better; LensKit's recall."""
    return _n_hits(lists) / np.minimum(_relevant(lists), lists.k)


def average_precision(lists: JudgedLists) -> Values:
    """Sum over the hits of the precision down to them, over min(|R|, k), (U,), in [0, 1], higher is better."""
    return _precision_at_hits(lists) / np.minimum(_relevant(lists), lists.k)


def average_precision_by_relevant(lists: JudgedLists) -> Values:
    """The same over |R|, (U,): below 1 for users with more than k relevant items; ranx, irspack, RecTools' default."""
    return _precision_at_hits(lists) / _relevant(lists)


def average_precision_by_k(lists: JudgedLists) -> Values:
    """The same over k, (U,): below 1 for users with fewer than k relevant items."""
    return _defined(lists, _precision_at_hits(lists) / lists.k)


def reciprocal_rank(lists: JudgedLists) -> Values:
    """1 / rank of the first hit, 0 without one, (U,), in [0, 1], higher is better."""
    first = lists.hits.argmax(axis=1)
    return _defined(lists, np.where(_n_hits(lists) > 0, 1 / (first + 1), 0.0))


def hit(lists: JudgedLists) -> Values:
    """1 where the list has at least one relevant item, else 0, (U,), higher is better."""
    return _defined(lists, np.minimum(_n_hits(lists), 1.0))


def _discount(n: int) -> Values:
    """1 / log2(rank + 1) for ranks 1 to n."""
    return np.reciprocal(np.log2(np.arange(2, n + 2)))


def _gain(lists: JudgedLists) -> Values:
    gain: Values = lists.hits @ _discount(lists.k)
    return gain


def _ideal(lists: JudgedLists, n_hits: Positions) -> Values:
    """Gain of a list that starts with `n_hits` hits, (U,); NaN where the user has nothing relevant."""
    best = np.concatenate([[np.nan], np.cumsum(_discount(int(n_hits.max(initial=0))))])
    return _defined(lists, best[n_hits])


def _n_hits(lists: JudgedLists) -> Values:
    n_hits: Values = lists.hits.sum(axis=1, dtype=np.float64)
    return n_hits


def _precision_at_hits(lists: JudgedLists) -> Values:
    total = np.zeros(len(lists.hits))
    found = np.zeros(len(lists.hits))
    # place by place, as sums along so short rows take several times as long
    for rank, hit in enumerate(np.ascontiguousarray(lists.hits.T), start=1):
        found += hit
        total += found / rank * hit
    return total


def _relevant(lists: JudgedLists) -> Values:
    """|R| as a divisor, (U,); NaN where it is 0."""
    return _defined(lists, lists.n_relevant.astype(np.float64))


def _defined(lists: JudgedLists, values: Values) -> Values:
    return np.where(lists.n_relevant > 0, values, np.nan)
