"""Cutting a dataset into train, validation and test by (user, item) pair."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import numpy as np
import polars as pl

from recengine.arrays import Mask
from recengine.data.dataset import Dataset
from recengine.data.splits.places import TEST, TRAIN, VALIDATION, place_positives
from recengine.data.splits.spec import SPLIT_METHODS, SplitMethod, SplitSpec, parse_split
from recengine.errors import DataError, ScenarioError

__all__ = [
    "MAX_SEED",
    "SPLIT_METHODS",
    "Split",
    "SplitMethod",
    "SplitSpec",
    "check_seed",
    "parse_split",
    "part_fingerprint",
    "split_dataset",
]

MAX_SEED = 2**31 - 1
_MAY_BE_EMPTY = ("random", "last", "cold-users", "cold-items")
"""Texts that cut whatever there is: a studio opens on tiny data too, and shows that nothing could be measured."""


@dataclass(frozen=True)
class Split:
    """Disjoint positives over the same users and items.

    train: what tuning fits on. validation: what tuning measures on. test: what figures for people are measured on.
    Rows that are not positive are in `train` only: they are seen from the start and never a target.
    """

    spec: SplitSpec
    seed: int
    train: Dataset
    validation: Dataset
    test: Dataset
    full_train: Dataset
    """`train` and `validation` together: what the final fit uses and the test pool hides."""


def split_dataset(dataset: Dataset, split: str | SplitSpec = "random", *, seed: int = 0) -> Split:
    """Cut `dataset` as `split` says (see `parse_split`); the same arguments give the same parts.

    random[:share]: for each user the share (default a fifth, rounded half up) of the positives is test, a tenth of the
        rest validation.
    last[:n]: for each user with more than n positives the last n by time are test, the n before, where more than 2n,
        validation; equal times go by the order of the file, and rows without a time count as the oldest.
    time[:share]: all positives from one moment on are test, so that they are as near to the share as equal times, which
        stay together, allow; the latest tenth of the rest, cut likewise, is validation. Users and items without a
        positive before it stay, with nothing in train.
    cold-users[:share]: of the users with a positive the share (rounded half up) is drawn, all of whose positives are
        test, and a tenth of the rest, all of whose positives are validation: nothing that they like is in train.
    cold-items[:share]: the same with items: nobody who likes them is in train.
    fold:i/n: each user's positives are dealt at random to n folds (as by `fold_splits`), fold i is test, a tenth of the
        rest validation. Over the n folds each positive of a user who has two or more is test once.
    user-fold:i/n: the users are dealt to n folds, all positives of those of fold i are test; then as `cold-users`. Over
        the n folds each positive is test once.
    With random, last and fold a user with a positive keeps at least one in train. Rows always keep their order.

    Raises `DataError` for a split by time without times, or one that was asked for with a setting (and by time or fold)
    and leaves train or test without a positive; `ScenarioError` for an unknown split or what cannot be a seed.
    """
    spec = parse_split(split)
    check_seed(seed)
    if spec.needs_times and not dataset.has_times:
        raise DataError(
            f'{dataset.name}: a split by "{spec}" needs times, got none. Map a time column or use "random".'
        )
    rows = dataset.interactions
    positive = rows["positive"].to_numpy()
    places = place_positives(dataset, spec, seed)
    if spec.text not in _MAY_BE_EMPTY:
        _check_parts(dataset, spec, np.bincount(places, minlength=3))
    in_test = _within(positive, places == TEST)
    in_validation = _within(positive, places == VALIDATION)

    def part(name: str, mask: Mask) -> Dataset:
        fingerprint = part_fingerprint(dataset.fingerprint, spec, seed, name)
        return dataset.with_interactions(rows.filter(pl.Series(mask)), fingerprint)

    return Split(
        spec=spec,
        seed=seed,
        train=part("train", ~in_test & ~in_validation),
        validation=part("validation", in_validation),
        test=part("test", in_test),
        full_train=part("full_train", ~in_test),
    )


def part_fingerprint(dataset: str, split: str | SplitSpec, seed: int, part: str) -> str:
    """Fingerprint of a part, such as "full_train", of the dataset of that fingerprint, without cutting it."""
    made_from = f"split 1\n{dataset}\n{parse_split(split)}\n{seed}\n{part}"
    return hashlib.sha256(made_from.encode()).hexdigest()


def check_seed(seed: int) -> None:
    """Whether splits, fits and searches can be drawn from it. Raises `ScenarioError`."""
    if not 0 <= seed <= MAX_SEED:
        raise ScenarioError(f"split: the seed must be from 0 to {MAX_SEED:,}, got {seed}. Choose another seed.")


def _check_parts(dataset: Dataset, spec: SplitSpec, sizes: np.ndarray) -> None:
    """Raises `DataError` where nothing would be learnt from, or nothing measured on."""
    for place, called in ((TEST, "test"), (TRAIN, "training")):
        if sizes[place]:
            continue
        why = {
            "last": f"no user has more than {spec.last:,} positives. Use a smaller number",
            "time": "too many of its positives have one and the same time, or none. Use random",
            "fold": "no user with two positives or more has one in it. Use another fold, or fewer",
        }.get(spec.method, "there are too few of them. Use another share, or random")
        raise DataError(f'{dataset.name}: the split "{spec}" leaves the {called} part empty: {why}.')


def _within(rows: Mask, chosen: Mask) -> Mask:
    """`chosen` among the true places of `rows`, as a mask over all rows."""
    mask = np.zeros(rows.size, dtype=np.bool_)
    mask[rows] = chosen
    return mask
