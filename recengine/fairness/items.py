"""The item side: which groups of items the lists show, against what the catalogue and the training data hold."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl
from scipy.sparse import csr_matrix

from recengine.arrays import Positions, Values
from recengine.fairness.groups import in_natural_order
from recengine.fairness.report import GroupShare


def item_exposure(items: Positions, n_items: int) -> Values:
    """Attention that each item gets, (n_items,): sum over the lists of 1 / log2(rank + 1); items (U, k), -1 = padding.

    Source: Singh & Joachims (2018), KDD, with the discount of DCG.
    """
    discount = 1 / np.log2(np.arange(2, items.shape[1] + 2))
    shown = items >= 0
    weights = np.broadcast_to(discount, items.shape)[shown]
    exposure: Values = np.bincount(items[shown], weights=weights, minlength=n_items).astype(np.float64)
    return exposure


def item_fairness(
    groups: pl.Series | Sequence[Sequence[str]], exposure: Values, popularity: Positions
) -> dict[str, GroupShare]:
    """Shares of each item group. Each kind of share sums to 1 over the groups, or is NaN where its total is 0.

    groups (n_items,): lists of labels, none empty; an item of three groups counts a third in each, but one in each
    `n_items`. exposure (n_items,): as of `item_exposure`. popularity (n_items,): training users of each item.
    """
    lists = pl.Series(groups, dtype=pl.List(pl.String))
    lengths = lists.list.len().to_numpy()
    labels = lists.explode(empty_as_null=False)
    present = in_natural_order(labels.unique().to_list())
    codes = labels.replace_strict(present, range(len(present)), return_dtype=pl.Int64).to_numpy()
    membership = csr_matrix(
        (np.repeat(1 / lengths, lengths), (np.repeat(np.arange(len(lists)), lengths), codes)),
        shape=(len(lists), len(present)),
    )
    catalogue = _shares(membership, np.ones(len(lists)))
    interactions = _shares(membership, popularity.astype(np.float64))
    exposed = _shares(membership, exposure)
    n_items = np.bincount(codes, minlength=len(present))
    return {
        label: GroupShare(float(catalogue[g]), float(interactions[g]), float(exposed[g]), int(n_items[g]))
        for g, label in enumerate(present)
    }


def _shares(membership: csr_matrix, amounts: Values) -> Values:
    total = amounts.sum()
    held: Values = membership.T @ amounts
    return held / total if total > 0 else np.full(len(held), np.nan)
