"""How well vectors tell which items are alike: against items that the same people took, or that share categories."""

from __future__ import annotations

import numpy as np
from scipy.sparse import csr_matrix, diags_array, vstack

from recengine.arrays import Positions, Scores, Values
from recengine.data import Dataset
from recengine.models.labels import exploded_labels
from recengine.ranking import top_k

NEAREST = 10
"""Items that count as alike to each."""
LEAST_TOGETHER = 3
"""Users who must have taken two items for these to be alike."""
CELLS_AT_ONCE = 2**22
"""Of a product of items with items: sorted, they take about 60 bytes each."""


def alike(train: Dataset) -> csr_matrix:
    """Which items are alike to each, (n_items, n_items): the `NEAREST` of highest cosine over users, 1 for each.

    Of items that at least `LEAST_TOGETHER` users took both; where no two items are so, cosine over labels.
    """
    taken = csr_matrix(train.matrix, dtype=np.float64, copy=True)
    taken.data[:] = 1
    found = _nearest(csr_matrix(taken.T), LEAST_TOGETHER)
    if found.nnz:
        return found
    rows = exploded_labels(train.items, train.item_attributes)
    columns = np.unique(rows["label"].to_numpy(), return_inverse=True)[1]
    has = csr_matrix((np.ones(rows.height), (rows["row"].to_numpy(), columns)), shape=(train.n_items, 1 + rows.height))
    return _nearest(has, 1)


def similar_item_ndcg(vectors: Scores, relevant: csr_matrix, queries: Positions) -> Values:
    """NDCG@10 of all other items by cosine, for each of `queries`, (q,), in [0, 1], higher is better.

    NaN where an item has no vector, or none is alike. Gain is binary (Järvelin & Kekäläinen 2002). vectors (n_items,
    d): of unit length, NaN rows where there is no text.
    """
    if not len(queries):
        return np.zeros(0)
    size = max(1, CELLS_AT_ONCE // len(vectors))
    blocks = (queries[start : start + size] for start in range(0, len(queries), size))
    return np.concatenate([_ndcg_of_block(vectors, relevant, block) for block in blocks])


def _ndcg_of_block(vectors: Scores, relevant: csr_matrix, queries: Positions) -> Values:
    scores = vectors[queries] @ vectors.T
    scores[np.arange(len(queries)), queries] = np.nan
    places = top_k(scores, NEAREST)
    rows = relevant[queries]
    hits = np.asarray(csr_matrix(rows[np.arange(len(queries))[:, None], np.maximum(places, 0)]).toarray()) * (
        places >= 0
    )
    discount = 1 / np.log2(np.arange(2, NEAREST + 2))
    n_relevant = np.diff(rows.indptr)
    ideal = np.concatenate([[np.nan], discount.cumsum()])[np.minimum(n_relevant, NEAREST)]
    found: Values = hits @ discount[: hits.shape[1]] / ideal
    found[np.isnan(vectors[queries, 0])] = np.nan
    return found


def _nearest(has: csr_matrix, least: int) -> csr_matrix:
    """The `NEAREST` other rows of each by cosine, 1 for each; of equals those that come first.

    has (n, m): 0 or 1. Rows that share less than `least` are not near.
    """
    size = max(1, CELLS_AT_ONCE // max(1, has.shape[0]))
    scale: Values = 1 / np.sqrt(np.maximum(np.asarray(has.sum(axis=1), dtype=np.float64).ravel(), 1))
    starts = range(0, has.shape[0], size)
    return csr_matrix(vstack([_nearest_of_block(has, least, scale, slice(start, start + size)) for start in starts]))


def _nearest_of_block(has: csr_matrix, least: int, scale: Values, block: slice) -> csr_matrix:
    shared = csr_matrix(has[block] @ has.T)
    shared.data[shared.data < least] = 0
    cosine = csr_matrix(diags_array(scale[block]) @ shared @ diags_array(scale))
    rows = np.repeat(np.arange(cosine.shape[0]), np.diff(cosine.indptr))
    cosine.data[cosine.indices == rows + block.start] = 0
    order = np.lexsort((cosine.indices, -cosine.data, rows))
    order = order[cosine.data[order] > 0]
    place = np.arange(len(order)) - np.searchsorted(rows[order], rows[order])
    kept = order[place < NEAREST]
    return csr_matrix((np.ones(len(kept)), (rows[kept], cosine.indices[kept])), shape=cosine.shape)
