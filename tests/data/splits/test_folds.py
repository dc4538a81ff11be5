import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recengine.data import Dataset, fold_splits, split_dataset
from recengine.errors import ScenarioError


def _pairs(part: Dataset) -> set[tuple[int, int]]:
    return set(part.interactions.select("user", "item").iter_rows())


def _dataset(like: Dataset, positives: list[int], negatives: int) -> Dataset:
    """User u has `positives[u]` positive items and `negatives` that are not."""
    rows = [(user, item, item < count) for user, count in enumerate(positives) for item in range(count + negatives)]
    interactions = pl.DataFrame(
        {
            "user": [row[0] for row in rows],
            "item": [row[1] for row in rows],
            "weight": [1.0] * len(rows),
            "time": [None] * len(rows),
            "positive": [row[2] for row in rows],
        },
        schema={"user": pl.Int32, "item": pl.Int32, "weight": pl.Float32, "time": pl.Int64, "positive": pl.Boolean},
    )
    return like.with_interactions(interactions, "made")


@settings(max_examples=40)
@given(
    positives=st.lists(st.integers(0, 9), min_size=1, max_size=12),
    negatives=st.integers(0, 2),
    folds=st.integers(2, 6),
    seed=st.integers(0, 50),
)
def test_every_positive_is_measured_once_and_everyone_keeps_one(
    synthetic_dataset: Dataset, positives: list[int], negatives: int, folds: int, seed: int
) -> None:
    dataset = _dataset(synthetic_dataset, positives, negatives)
    parts = fold_splits(dataset, folds, seed=seed)
    assert len(parts) == folds
    measured: list[tuple[int, int]] = []
    for part in parts:
        train, validation = _pairs(part.train), _pairs(part.validation)
        assert train | validation == _pairs(dataset)
        assert not train & validation
        assert part.validation.interactions["positive"].all()
        kept = {user for user, item in train if item < positives[user]}
        assert kept == {user for user, count in enumerate(positives) if count}
        measured += list(validation)
        sizes = np.bincount([user for user, _ in validation], minlength=len(positives))
        for user, count in enumerate(positives):
            assert sizes[user] in ({0} if count < 2 else {count // folds, -(-count // folds)})
    assert sorted(measured) == sorted((user, item) for user, n in enumerate(positives) if n > 1 for item in range(n))


def test_the_test_part_is_in_no_fold(synthetic_dataset: Dataset) -> None:
    split = split_dataset(synthetic_dataset, seed=3)
    hidden = _pairs(split.test)
    parts = fold_splits(split.full_train, 4, seed=3)
    assert hidden
    assert all(not hidden & (_pairs(part.train) | _pairs(part.validation)) for part in parts)


def test_the_seed_decides(synthetic_dataset: Dataset) -> None:
    first, again, other = (fold_splits(synthetic_dataset, 3, seed=seed) for seed in (5, 5, 6))
    assert [_pairs(part.validation) for part in first] == [_pairs(part.validation) for part in again]
    assert [_pairs(part.validation) for part in first] != [_pairs(part.validation) for part in other]
    prints = [side.fingerprint for parts in (first, other) for part in parts for side in (part.train, part.validation)]
    assert len(set(prints)) == 12


@pytest.mark.parametrize(("folds", "seed", "word"), [(1, 0, "folds"), (21, 0, "folds"), (3, -1, "seed")])
def test_mistakes(synthetic_dataset: Dataset, folds: int, seed: int, word: str) -> None:
    with pytest.raises(ScenarioError, match=word):
        fold_splits(synthetic_dataset, folds, seed=seed)
