"""Where each positive goes: train, validation or test."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from recengine.data.dataset import Dataset
from recengine.data.splits.folds import deal
from recengine.data.splits.spec import SplitSpec

TRAIN, VALIDATION, TEST = 0, 1, 2
VALIDATION_SHARE = Fraction(1, 10)
"""Of what is not test."""
UNDATED = np.iinfo(np.int64).min
"""What a positive without a time counts as: older than any other."""
Places = NDArray[np.int64]


def place_positives(dataset: Dataset, spec: SplitSpec, seed: int) -> Places:
    """TRAIN, VALIDATION or TEST for each positive of `dataset`, in the order of its rows."""
    rows = dataset.interactions.filter("positive")
    users = rows["user"].to_numpy()
    if spec.method in ("cold-users", "cold-items", "user-fold"):
        of_items = spec.method == "cold-items"
        owners = rows["item"].to_numpy() if of_items else users
        counts = np.bincount(owners, minlength=dataset.n_items if of_items else dataset.n_users)
        places: Places = _of_owners(counts, spec, seed)[owners]
        return places
    counts = np.bincount(users, minlength=dataset.n_users)
    if spec.method == "fold":
        return _of_fold(users, counts, spec, seed)
    if spec.method == "random":
        n_test, n_validation = _shares(counts, spec.share)
        first_to_go: NDArray[Any] = np.random.default_rng(seed).random(users.size)
        return _places(_ranks(users, first_to_go, counts), n_test[users], n_validation[users])
    times = rows["time"].fill_null(UNDATED).to_numpy()
    if spec.method == "time":
        return _by_moments(times, spec.share)
    # rank within the user by time, then by the order of the file, turned round: the newest goes first
    first_to_go = -_ranks(users, times, counts)
    n_test = np.where(counts > spec.last, spec.last, 0)
    n_validation = np.where(counts > 2 * spec.last, spec.last, 0)
    return _places(_ranks(users, first_to_go, counts), n_test[users], n_validation[users])


def _of_owners(counts: NDArray[np.int64], spec: SplitSpec, seed: int) -> Places:
    """For each user, or item, where all of their positives go, (n_owners,); those without a positive stay out of it."""
    taken = np.random.default_rng(seed).permutation(np.flatnonzero(counts))
    places = np.zeros(len(counts), dtype=np.int64)
    if spec.method != "user-fold":
        n_test, n_validation = _shares(np.array(len(taken)), spec.share)
        places[taken] = _places(np.arange(len(taken)), n_test, n_validation)
        return places
    # the permutation is dealt out like cards; validation comes from the folds that follow the one of the test
    behind = (np.arange(len(taken)) - (spec.fold - 1)) % spec.folds
    taken = taken[np.argsort(behind, kind="stable")]
    n_test = np.array((behind == 0).sum())
    places[taken] = _places(np.arange(len(taken)), n_test, _half_up(len(taken) - n_test, VALIDATION_SHARE))
    return places


def _of_fold(users: NDArray[Any], counts: NDArray[np.int64], spec: SplitSpec, seed: int) -> Places:
    """Of each user with two positives or more those dealt to the fold are test; others stay in train."""
    fold = deal(users, counts, spec.folds, seed)
    behind = np.where(fold < 0, spec.folds, (fold - (spec.fold - 1)) % spec.folds)
    n_test = np.bincount(users[behind == 0], minlength=len(counts))
    n_validation = np.where(counts > 1, _half_up(counts - n_test, VALIDATION_SHARE), 0)
    return _places(_ranks(users, behind, counts), n_test[users], n_validation[users])


def _by_moments(times: NDArray[np.int64], share: Fraction) -> Places:
    """Cut at two moments that are the same for all; equal times stay together, so the shares are the nearest there are.

    No moment is before the first time: what has no time, or the oldest, is in train.
    """
    ordered = np.sort(times)
    test = _cut(ordered, share)
    validation = _cut(ordered[:test], VALIDATION_SHARE)
    places = np.full(len(times), TRAIN, dtype=np.int64)
    for start, end, place in ((validation, test, VALIDATION), (test, len(times), TEST)):
        if start < end:
            places[(times >= ordered[start]) & (times <= ordered[end - 1])] = place
    return places


def _cut(ordered: NDArray[np.int64], share: Fraction) -> int:
    """How many of the oldest stay, so that nearly `share` goes and equal times are not parted."""
    n = len(ordered)
    wanted = n - int(_half_up(np.array(n), share))
    if wanted in (0, n):
        return n
    before, after = (int(np.searchsorted(ordered, ordered[wanted], side=side)) for side in ("left", "right"))
    if before == 0 or after == n:
        return before or after
    return after if after - wanted <= wanted - before else before


def _shares(counts: NDArray[np.int64], share: Fraction) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """`share` of each count, then a tenth of the rest; one of each count, if there is any, is never taken."""
    n_test = np.minimum(_half_up(counts, share), np.maximum(counts - 1, 0))
    return n_test, _half_up(counts - n_test, VALIDATION_SHARE)


def _half_up(counts: NDArray[np.int64], share: Fraction) -> NDArray[np.int64]:
    """`share` of each count, rounded half up in whole numbers."""
    taken: NDArray[np.int64] = (2 * share.numerator * counts + share.denominator) // (2 * share.denominator)
    return taken


def _places(rank: NDArray[np.int64], n_test: NDArray[np.int64], n_validation: NDArray[np.int64]) -> Places:
    """The part of each rank: the first `n_test` are test, the next `n_validation` validation, the others train."""
    return np.where(rank < n_test, TEST, np.where(rank < n_test + n_validation, VALIDATION, TRAIN))


def _ranks(users: NDArray[Any], keys: NDArray[Any], counts: NDArray[np.int64]) -> NDArray[np.int64]:
    """Place of each row among its user's rows by increasing key, from 0; equal keys go by row order."""
    order = np.lexsort((keys, users))  # stable
    starts = np.cumsum(counts) - counts
    ranks = np.empty(users.size, dtype=np.int64)
    ranks[order] = np.arange(users.size) - starts[users[order]]
    return ranks
