"""Cutting what may be learnt from into folds, so that a small dataset is measured on all of its positives."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from recengine.arrays import Mask
from recengine.data.dataset import Dataset
from recengine.errors import ScenarioError

MIN_FOLDS, MAX_FOLDS = 2, 20


@dataclass(frozen=True)
class Fold:
    """Disjoint positives over the same users and items: what is fitted on, and what is measured on.

    Rows that are not positive are in `train` only.
    """

    train: Dataset
    validation: Dataset


def fold_splits(dataset: Dataset, folds: int, *, seed: int = 0) -> tuple[Fold, ...]:
    """Cut the positives of `dataset` into `folds` parts, user by user, each in turn what is measured on.

    Give it `Split.full_train`, so that the test part is in no fold. Every positive of a user who has at least two is
    measured on exactly once; parts of a user differ by at most one positive. A user's only positive is in every train.
    So a user with a positive keeps at least one in every train. Rows keep their order; the same arguments give the same
    folds. Raises `ScenarioError` for a number of folds or a seed that cannot be.
    """
    if not MIN_FOLDS <= folds <= MAX_FOLDS:
        raise ScenarioError(
            f"folds must be from {MIN_FOLDS} to {MAX_FOLDS}, got {folds}. Change it, or use 1 for the validation part."
        )
    if seed < 0:
        raise ScenarioError(f"folds: the seed must be 0 or more, got {seed}. Choose another seed.")
    rows = dataset.interactions
    positive = rows["positive"].to_numpy()
    users = rows["user"].to_numpy()[positive]
    fold = deal(users, np.bincount(users, minlength=dataset.n_users), folds, seed)
    return tuple(_fold(dataset, positive, fold == number, f"{folds}\n{seed}\n{number}") for number in range(folds))


def deal(users: NDArray[Any], counts: NDArray[np.int64], folds: int, seed: int) -> NDArray[np.int64]:
    """The fold of each row, from 0, (n,); -1 for the only row of a user, which is in none.

    users (n,): whose each row is; counts (n_users,): how many rows each has.
    """
    generator = np.random.default_rng(seed)
    order = np.lexsort((generator.random(users.size), users))
    # each user's rows in a random order, dealt out from a random fold on, so that no fold gets all the odd ones
    place = np.arange(users.size) - np.repeat(np.cumsum(counts) - counts, counts)
    first = generator.integers(0, folds, size=len(counts))
    fold = np.empty(users.size, dtype=np.int64)
    fold[order] = (place + first[users[order]]) % folds
    fold[counts[users] < 2] = -1
    return fold


def _fold(dataset: Dataset, positive: Mask, measured: Mask, name: str) -> Fold:
    in_validation = np.zeros(len(positive), dtype=np.bool_)
    in_validation[positive] = measured

    def part(kind: str, mask: Mask) -> Dataset:
        made_from = f"fold 1\n{dataset.fingerprint}\n{name}\n{kind}"
        rows = dataset.interactions.filter(pl.Series(mask))
        return dataset.with_interactions(rows, hashlib.sha256(made_from.encode()).hexdigest())

    return Fold(part("train", ~in_validation), part("validation", in_validation))
