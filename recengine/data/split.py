"""Cutting a dataset into train, validation and test by (user, item) pair."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

from recengine.data.dataset import Dataset

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

    random: for each user a fifth of the positives (rounded) is test, a tenth of the rest validation.
    last: for each user with at least two positives the last by time is test, the one before, where three or more,
        validation; equal times go by the order of the file.

    Raises `DataError` for `last` without times, `ScenarioError` for an unknown method.
    """
    raise NotImplementedError
