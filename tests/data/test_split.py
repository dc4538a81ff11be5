from __future__ import annotations

from collections.abc import Callable
from typing import Literal, get_args

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recengine.data import SPLIT_METHODS, Dataset, SplitMethod, split_dataset
from recengine.errors import DataError, ScenarioError

MakeDataset = Callable[..., Dataset]

rows_of_some_users = st.lists(
    st.tuples(
        st.sampled_from(["u1", "u2", "u3", "u4"]),
        st.sampled_from([f"i{number}" for number in range(12)]),
        st.sampled_from([1.0, 3.0, 5.0]),
        st.integers(0, 3),
    ),
    min_size=1,
    max_size=40,
    unique_by=lambda row: row[:2],
).filter(lambda rows: any(rating >= 3 for _, _, rating, _ in rows))


def pairs(part: Dataset) -> set[tuple[int, int]]:
    return set(part.interactions.select("user", "item").rows())


def positives_of(part: Dataset) -> list[int]:
    counts: list[int] = part.matrix.getnnz(axis=1).tolist()
    return counts


@pytest.mark.parametrize("method", SPLIT_METHODS)
@given(rows=rows_of_some_users, seed=st.integers(0, 5))
def test_parts_are_disjoint_complete_and_over_the_same_universe(
    make_dataset: MakeDataset, method: SplitMethod, rows: list[tuple[str, str, float, int]], seed: int
) -> None:
    dataset = make_dataset(rows, positive_from=3)
    split = split_dataset(dataset, method, seed=seed)
    parts = (split.train, split.validation, split.test)

    assert sum(part.interactions.height for part in parts) == dataset.interactions.height
    assert set.union(*map(pairs, parts)) == pairs(dataset)
    assert pairs(split.full_train) == pairs(split.train) | pairs(split.validation)
    for part in (*parts, split.full_train):
        assert part.users is dataset.users
        assert part.items is dataset.items
        assert part.interactions["user"].is_sorted()
        assert part.interactions.schema == dataset.interactions.schema
    assert split.validation.interactions["positive"].all()
    assert split.test.interactions["positive"].all()
    if method in ("random", "last"):
        for total, kept in zip(positives_of(dataset), positives_of(split.train), strict=True):
            assert (kept >= 1) == (total >= 1)
    assert split.train.matrix.nnz >= 1


@pytest.mark.parametrize("method", SPLIT_METHODS)
@given(rows=rows_of_some_users, seed=st.integers(0, 5))
def test_the_same_arguments_give_the_same_parts(
    make_dataset: MakeDataset, method: SplitMethod, rows: list[tuple[str, str, float, int]], seed: int
) -> None:
    dataset = make_dataset(rows, positive_from=3)
    first, second = (split_dataset(dataset, method, seed=seed) for _ in range(2))
    for part in ("train", "validation", "test", "full_train"):
        assert getattr(first, part).interactions.equals(getattr(second, part).interactions)
        assert getattr(first, part).fingerprint == getattr(second, part).fingerprint


@pytest.mark.parametrize(
    ("positives", "n_test", "n_validation"),
    [
        (1, 0, 0),  # a fifth of 1 is 0.2
        (2, 0, 0),  # 0.4
        (3, 1, 0),  # 0.6 rounds to 1, a tenth of 2 is 0.2
        (8, 2, 1),  # 1.6 rounds to 2, a tenth of 6 is 0.6
        (10, 2, 1),  # 2, a tenth of 8 is 0.8
        (100, 20, 8),
    ],
)
def test_random_takes_a_fifth_and_a_tenth_of_the_rest(
    make_dataset: MakeDataset, positives: int, n_test: int, n_validation: int
) -> None:
    dataset = make_dataset([("u", f"i{number}", 5.0, None) for number in range(positives)])
    split = split_dataset(dataset, "random")
    assert split.test.interactions.height == n_test
    assert split.validation.interactions.height == n_validation
    assert split.train.interactions.height == positives - n_test - n_validation


def test_random_gives_every_positive_the_same_chance(make_dataset: MakeDataset) -> None:
    dataset = make_dataset([("u", f"i{number}", 5.0, None) for number in range(10)])
    times_in_test = np.zeros(10)
    for seed in range(2000):
        times_in_test[split_dataset(dataset, "random", seed=seed).test.interactions["item"].to_numpy()] += 1
    # each of 10 items is among 2 of 10 in a fifth of the draws: 400, standard deviation sqrt(2000 * 0.2 * 0.8) = 17.9
    assert np.abs(times_in_test - 400).max() < 5 * 17.9


def test_another_seed_cuts_otherwise(synthetic_dataset: Dataset) -> None:
    first, second = (split_dataset(synthetic_dataset, "random", seed=seed) for seed in (0, 1))
    assert pairs(first.test) != pairs(second.test)


def test_rows_that_are_not_positive_stay_in_train(make_dataset: MakeDataset) -> None:
    rows = [("u", f"i{number}", 1.0, number) for number in range(20)] + [("u", "liked", 5.0, 1)]
    for method in get_args(SplitMethod):
        split = split_dataset(make_dataset(rows, positive_from=4), method)
        assert split.train.interactions.height == split.full_train.interactions.height == 21


@pytest.mark.parametrize(("method", "axis"), [("cold-users", 1), ("cold-items", 0)])
@given(rows=rows_of_some_users, seed=st.integers(0, 5))
def test_cold_ones_have_every_positive_in_one_part(
    make_dataset: MakeDataset,
    method: SplitMethod,
    axis: Literal[0, 1],
    rows: list[tuple[str, str, float, int]],
    seed: int,
) -> None:
    dataset = make_dataset(rows, positive_from=3)
    split = split_dataset(dataset, method, seed=seed)
    parts = [part.matrix.getnnz(axis=axis) for part in (split.train, split.validation, split.test)]
    whole = dataset.matrix.getnnz(axis=axis)
    assert (np.maximum.reduce(parts) == whole).all()
    n = int((whole > 0).sum())
    n_test = int(n * 0.2 + 0.5)
    assert int((parts[2] > 0).sum()) == n_test
    assert int((parts[1] > 0).sum()) == int((n - n_test) * 0.1 + 0.5)


def test_each_user_is_as_likely_to_be_cold(make_dataset: MakeDataset) -> None:
    dataset = make_dataset([(f"u{number}", "i", 5.0, None) for number in range(10)])
    times_in_test = np.zeros(10)
    for seed in range(2000):
        times_in_test[split_dataset(dataset, "cold-users", seed=seed).test.interactions["user"].to_numpy()] += 1
    # 2 of 10 users in each draw: 400 each, standard deviation sqrt(2000 * 0.2 * 0.8) = 17.9
    assert np.abs(times_in_test - 400).max() < 5 * 17.9


def test_last_takes_the_newest_then_the_one_before(make_dataset: MakeDataset) -> None:
    dataset = make_dataset(
        [
            ("one", "a", 5.0, 9),
            ("two", "a", 5.0, 2),
            ("two", "b", 5.0, 1),
            ("three", "c", 5.0, 7),
            ("three", "a", 5.0, 5),
            ("three", "b", 5.0, 6),
        ]
    )
    split = split_dataset(dataset, "last")

    def named(part: Dataset) -> list[tuple[str, str]]:
        rows = part.interactions.select("user", "item").rows()
        return [(dataset.user_ids[user], dataset.item_ids[item]) for user, item in rows]

    assert named(split.test) == [("two", "a"), ("three", "c")]
    assert named(split.validation) == [("three", "b")]
    assert named(split.train) == [("one", "a"), ("two", "b"), ("three", "a")]


def test_last_decides_equal_times_by_the_order_of_the_file(make_dataset: MakeDataset) -> None:
    dataset = make_dataset([("u", item, 5.0, 4) for item in ("c", "a", "b")])
    split = split_dataset(dataset, "last")
    assert [dataset.item_ids[item] for item in split.test.interactions["item"]] == ["b"]
    assert [dataset.item_ids[item] for item in split.validation.interactions["item"]] == ["a"]


def test_last_takes_rows_without_a_time_for_the_oldest(make_dataset: MakeDataset) -> None:
    dataset = make_dataset([("u", "dated", 5.0, 1), ("u", "undated", 5.0, None)])
    split = split_dataset(dataset, "last")
    assert [dataset.item_ids[item] for item in split.test.interactions["item"]] == ["dated"]


def test_every_part_has_a_fingerprint_of_its_own(synthetic_dataset: Dataset) -> None:
    splits = [
        split_dataset(synthetic_dataset, "random", seed=0),
        split_dataset(synthetic_dataset, "random", seed=1),
        split_dataset(synthetic_dataset, "last", seed=0),
        split_dataset(synthetic_dataset, "cold-users", seed=0),
        split_dataset(synthetic_dataset, "cold-items", seed=0),
    ]
    prints = [part.fingerprint for one in splits for part in (one.train, one.validation, one.test, one.full_train)]
    assert len({*prints, synthetic_dataset.fingerprint}) == 21
    assert all(len(one) == 64 for one in prints)


def test_a_bad_choice_is_one_clear_line(make_dataset: MakeDataset) -> None:
    undated = make_dataset([("u", "a", 5.0, None), ("u", "b", 5.0, None)])
    with pytest.raises(DataError, match=r'^small: a split by "last" needs times'):
        split_dataset(undated, "last")
    with pytest.raises(ScenarioError, match=r"unknown method 'first'.*random, last"):
        split_dataset(undated, "first")  # type: ignore[arg-type]
    for seed in (-1, 2**31, 10**30):
        with pytest.raises(ScenarioError, match=f"from 0 to 2,147,483,647, got {seed}"):
            split_dataset(undated, "random", seed=seed)


@pytest.mark.sample
def test_movielens_parts_have_the_expected_sizes(movielens: Dataset) -> None:
    split = split_dataset(movielens, "random", seed=0)
    counts = np.bincount(movielens.interactions.filter("positive")["user"].to_numpy())
    n_test = np.floor(counts * 0.2 + 0.5)
    assert split.test.interactions.height == n_test.sum()
    assert split.validation.interactions.height == np.floor((counts - n_test) * 0.1 + 0.5).sum()
    last = split_dataset(movielens, "last")
    assert last.test.interactions.height == (counts >= 2).sum()
    newest = movielens.interactions.filter("positive").group_by("user", maintain_order=True).agg(pl.col("time").max())
    tested = last.test.interactions.join(newest, on="user", suffix="_newest")
    assert (tested["time"] == tested["time_newest"]).all()
