"""In what order a trial is measured, so that one without hope ends before all of the work is done."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import numpy as np
import polars as pl

from recengine.arrays import Mask
from recengine.data import Dataset, Fold
from recengine.models import Recipe, estimated_memory

SHARE = 0.25
"""Of the users, on which a trial is fitted and measured first."""
MIN_USERS = 200
"""Below so many users a share of them tells settings apart less than chance does."""
PAYS = 0.5
"""A sample is worth its time where it takes at most this part of the whole."""


@dataclass(frozen=True)
class Rungs:
    """What a trial may be measured on, in order.

    sample: a share of the users, fitted and measured alone, before everything; None where it would not pay, or folds do
    its work. folds: the whole, one fit each; the objective is over those so far.

    What that saves (MovieLens-100K, 40 trials of ALS, seeds 0 to 2, `python -m benchmarks.pruning`): a fifth of the
    processor time, 11 to 34 % a seed, with the same best NDCG@10 within .003. The first trials are never pruned, so
    short searches save nothing.
    """

    sample: Fold | None
    folds: tuple[Fold, ...]

    @property
    def n(self) -> int:
        """How many there are."""
        return len(self.folds) + (self.sample is not None)

    @classmethod
    def of(cls, folds: list[Fold], recipe: Recipe, *, seed: int) -> Rungs:
        """Several folds are rungs by themselves; a single validation part gets a sample of the users before it.

        Not where too few users are left to tell settings apart, nor where `recipe` costs nearly as much on them as on
        everybody, as its memory tells: time goes with the same counts of users, items and interactions. One whose cost
        is all in the items, such as EASE, would be fitted twice for nothing. (A clock would tell more, but then the
        same seed would not give the same trials.)
        """
        whole, everything = folds[0], tuple(folds)
        measured = np.flatnonzero(np.diff(whole.validation.matrix.indptr))
        n_sampled = round(SHARE * len(measured))
        if len(folds) > 1 or n_sampled < MIN_USERS:
            return cls(None, everything)
        # a share of those who are measured, and the same share of everybody else
        n_users = whole.train.n_users
        others = np.setdiff1d(np.arange(n_users), measured)
        generator = np.random.default_rng(seed)
        chosen = np.zeros(n_users, dtype=np.bool_)
        chosen[generator.permutation(measured)[:n_sampled]] = True
        chosen[generator.permutation(others)[: round(SHARE * len(others))]] = True
        sample = Fold(_of_users(whole.train, chosen, seed), _of_users(whole.validation, chosen, seed))
        # the other users stay in the table, but cost next to nothing
        cost = recipe.memory(int(chosen.sum()), whole.train.n_items, sample.train.matrix.nnz)
        if cost > PAYS * estimated_memory(recipe, whole.train):
            return cls(None, everything)
        return cls(sample, everything)


def _of_users(dataset: Dataset, chosen: Mask, seed: int) -> Dataset:
    """The same users and items with the interactions of `chosen` (n_users,) alone."""
    rows = dataset.interactions.filter(pl.Series(chosen[dataset.interactions["user"].to_numpy()]))
    made_from = f"sample 1\n{dataset.fingerprint}\n{seed}\n{SHARE}"
    return dataset.with_interactions(rows, hashlib.sha256(made_from.encode()).hexdigest())
