"""How well vectors tell which items are alike: against items that the same people took, or that share categories."""

from __future__ import annotations

import numpy as np
from scipy.sparse import csr_matrix, diags_array

from recengine.arrays import Positions, Scores, Values
from recengine.data import Dataset
from recengine.models.labels import exploded_labels
from recengine.ranking import top_k

NEAREST = 10
"""Items that count as alike to each."""
LEAST_TOGETHER = 3
"""Users who must have taken two items for these to be alike."""


def alike(train: Dataset) -> csr_matrix:
    """Which items are alike to each, (n_items, n_items): the `NEAREST` of highest cosine over users, 1 for each.

    Of items that at least `LEAST_TOGETHER` users took both; where no two items are so, cosine over labels.
    """
    taken = csr_matrix(train.matrix, dtype=np.float64, copy=True)
    taken.data[:] = 1
    together = csr_matrix(taken.T @ taken)
    together.data[together.data < LEAST_TOGETHER] = 0
    sizes: Values = np.asarray(taken.sum(axis=0), dtype=np.float64).ravel()
    found = _nearest(together, sizes)
    if found.nnz:
        return found
    rows = exploded_labels(train.items, train.item_attributes)
    columns = np.unique(rows["label"].to_numpy(), return_inverse=True)[1]
    has = csr_matrix((np.ones(rows.height), (rows["row"].to_numpy(), columns)), shape=(train.n_items, 1 + rows.height))
    return _nearest(csr_matrix(has @ has.T), np.asarray(has.sum(axis=1)).ravel())


def similar_item_ndcg(vectors: Scores, relevant: csr_matrix, queries: Positions) -> Values:
    """NDCG@10 of all other items by cosine, for each of `queries`, (q,), in [0, 1], higher is better.

    NaN where an item has no vector, or none is alike. Gain is binary (Järvelin & Kekäläinen 2002). vectors (n_items,
    d): of unit length, NaN rows where there is no text.
    """
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


def _nearest(products: csr_matrix, sizes: Values) -> csr_matrix:
    """The `NEAREST` other rows of each by product over the root of both sizes; of equals those that come first."""
    scale = diags_array(1 / np.sqrt(np.maximum(sizes, 1)))
    cosine = csr_matrix(scale @ products @ scale)
    cosine.setdiag(0)
    cosine.eliminate_zeros()
    rows = np.repeat(np.arange(cosine.shape[0]), np.diff(cosine.indptr))
    order = np.lexsort((cosine.indices, -cosine.data, rows))
    place = np.arange(len(order)) - np.searchsorted(rows[order], rows[order])
    kept = order[place < NEAREST]
    return csr_matrix((np.ones(len(kept)), (rows[kept], cosine.indices[kept])), shape=cosine.shape)
