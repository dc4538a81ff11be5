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

SplitMethod = Literal["random", "last", "cold-users", "cold-items"]
SPLIT_METHODS: tuple[str, ...] = get_args(SplitMethod)
MAX_SEED = 2**31 - 1
_TRAIN, _VALIDATION, _TEST = 0, 1, 2


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
    cold-users: of the users with a positive a fifth (rounded half up) is drawn, all of whose positives are test, and a
        tenth of the rest, all of whose positives are validation: nothing that they like is in train.
    cold-items: the same with items: nobody who likes them is in train.
    With the first two a user with a positive keeps at least one in train. Rows always keep their order.

    Raises `DataError` for `last` without times, `ScenarioError` for an unknown method or what cannot be a seed.
    """
    if method not in SPLIT_METHODS:
        raise ScenarioError(f"split: unknown method {method!r}. Choose one of: {', '.join(SPLIT_METHODS)}.")
    check_seed(seed)
    if method == "last" and not dataset.has_times:
        raise DataError(f'{dataset.name}: a split by "last" needs times, got none. Map a time column or use "random".')

    rows = dataset.interactions
    positive = rows["positive"].to_numpy()
    users = rows["user"].to_numpy()[positive]
    if method in ("cold-users", "cold-items"):
        of_users = method == "cold-users"
        owners = users if of_users else rows["item"].to_numpy()[positive]
        place = _drawn(owners, dataset.n_users if of_users else dataset.n_items, seed)[owners]
    else:
        counts = np.bincount(users, minlength=dataset.n_users)
        if method == "random":
            first_to_go = np.random.default_rng(seed).random(users.size)
            n_test, n_validation = _shares(counts)
        else:
            # rank within the user by time, then by the order of the file, turned round: the newest goes first
            first_to_go = -_ranks(users, rows["time"].fill_null(np.iinfo(np.int64).min).to_numpy()[positive], counts)
            n_test = (counts >= 2).astype(np.int64)
            n_validation = (counts >= 3).astype(np.int64)
        rank = _ranks(users, first_to_go, counts)
        place = _places(rank, n_test[users], n_validation[users])
    in_test = _within(positive, place == _TEST)
    in_validation = _within(positive, place == _VALIDATION)

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


def check_seed(seed: int) -> None:
    """Whether splits, fits and searches can be drawn from it. Raises `ScenarioError`."""
    if not 0 <= seed <= MAX_SEED:
        raise ScenarioError(f"split: the seed must be from 0 to {MAX_SEED:,}, got {seed}. Choose another seed.")


def _drawn(owners: NDArray[Any], n_owners: int, seed: int) -> NDArray[np.int64]:
    """For each user, or item, where all of their positives go, (n_owners,); those without a positive stay out of it."""
    taken = np.flatnonzero(np.bincount(owners, minlength=n_owners))
    n_test, n_validation = _shares(np.array(len(taken)))
    places = np.zeros(n_owners, dtype=np.int64)
    places[np.random.default_rng(seed).permutation(taken)] = _places(np.arange(len(taken)), n_test, n_validation)
    return places


def _shares(counts: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """A fifth of each count, then a tenth of the rest, each rounded half up in whole numbers."""
    n_test = (2 * counts + 5) // 10
    return n_test, (counts - n_test + 5) // 10


def _places(rank: NDArray[np.int64], n_test: NDArray[np.int64], n_validation: NDArray[np.int64]) -> NDArray[np.int64]:
    """The part of each rank: the first `n_test` are test, the next `n_validation` validation, the others train."""
    return np.where(rank < n_test, _TEST, np.where(rank < n_test + n_validation, _VALIDATION, _TRAIN))


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
