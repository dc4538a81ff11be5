"""Cutting a dataset into train, validation and test by (user, item) pair."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any, Literal, get_args

import numpy as np
import polars as pl
from numpy.typing import NDArray

from recengine.arrays import Mask
from recengine.data.dataset import Dataset
from recengine.errors import DataError, ScenarioError

SplitMethod = Literal["random", "last"]
SPLIT_METHODS: tuple[str, ...] = get_args(SplitMethod)


@dataclass(frozen=True)
class Split:
    """Disjoint positives over the same users and items.

    train: what tuning fits on. validation: what tuning measures on. test: what figures for people are measured on.
    Rows that are not positive are in `train` only: they are seen from the start and never a target.
    """

    method: SplitMethod
    seed: int
    train: Dataset
    validation: Dataset
    test: Dataset
    full_train: Dataset
    """`train` and `validation` together: what the final fit uses and the test pool hides."""


def split_dataset(dataset: Dataset, method: SplitMethod = "random", *, seed: int = 0) -> Split:
    """Cut `dataset`; the same arguments give the same parts.

    random: for each user a fifth of the positives (rounded half up) is test, a tenth of the rest validation.
    last: for each user with at least two positives the last by time is test, the one before, where three or more,
        validation; equal times go by the order of the file, and rows without a time count as the oldest.
    Either way a user with a positive keeps at least one in train, and rows keep their order.

    Raises `DataError` for `last` without times, `ScenarioError` for an unknown method or a negative seed.
    """
    if method not in SPLIT_METHODS:
        raise ScenarioError(f"split: unknown method {method!r}. Choose one of: {', '.join(SPLIT_METHODS)}.")
    if seed < 0:
        raise ScenarioError(f"split: the seed must be 0 or more, got {seed}. Choose another seed.")
    if method == "last" and not dataset.has_times:
        raise DataError(f'{dataset.name}: a split by "last" needs times, got none. Map a time column or use "random".')

    rows = dataset.interactions
    positive = rows["positive"].to_numpy()
    users = rows["user"].to_numpy()[positive]
    counts = np.bincount(users, minlength=dataset.n_users)
    if method == "random":
        first_to_go = np.random.default_rng(seed).random(users.size)
        # a fifth, then a tenth of the rest, each rounded half up in whole numbers
        n_test = (2 * counts + 5) // 10
        n_validation = (counts - n_test + 5) // 10
    else:
        # rank within the user by time, then by the order of the file, turned round: the newest goes first
        first_to_go = -_ranks(users, rows["time"].fill_null(np.iinfo(np.int64).min).to_numpy()[positive], counts)
        n_test = (counts >= 2).astype(np.int64)
        n_validation = (counts >= 3).astype(np.int64)
    rank = _ranks(users, first_to_go, counts)
    in_test = _within(positive, rank < n_test[users])
    in_validation = _within(positive, rank < (n_test + n_validation)[users]) & ~in_test

    def part(name: str, mask: Mask) -> Dataset:
        made_from = f"split 1\n{dataset.fingerprint}\n{method}\n{seed}\n{name}"
        return dataset.with_interactions(rows.filter(pl.Series(mask)), hashlib.sha256(made_from.encode()).hexdigest())

    return Split(
        method=method,
        seed=seed,
        train=part("train", ~in_test & ~in_validation),
        validation=part("validation", in_validation),
        test=part("test", in_test),
        full_train=part("full_train", ~in_test),
    )


def _ranks(users: NDArray[Any], keys: NDArray[Any], counts: NDArray[np.int64]) -> NDArray[np.int64]:
    """Place of each row among its user's rows by increasing key, from 0; equal keys go by row order."""
    order = np.lexsort((keys, users))  # stable
    starts = np.cumsum(counts) - counts
    ranks = np.empty(users.size, dtype=np.int64)
    ranks[order] = np.arange(users.size) - starts[users[order]]
    return ranks


def _within(rows: Mask, chosen: Mask) -> Mask:
    """`chosen` among the true places of `rows`, as a mask over all rows."""
    mask = np.zeros(rows.size, dtype=np.bool_)
    mask[rows] = chosen
    return mask
