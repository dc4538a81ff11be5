from __future__ import annotations

import hashlib
import itertools
import re
from collections.abc import Callable
from typing import Literal

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recengine.data import Dataset, Split, fold_splits, parse_split, split_dataset
from recengine.errors import DataError, ScenarioError

MakeDataset = Callable[..., Dataset]
OF_OLD = ("random", "last", "cold-users", "cold-items")
SPLITS = (
    *OF_OLD,
    "random:0.5",
    "last:2",
    "time",
    "time:0.4",
    "cold-users:0.5",
    "cold-items:0.4",
    "fold:2/3",
    "user-fold:1/2",
)

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


def cut_or_none(dataset: Dataset, method: str, seed: int) -> Split | None:
    """The split, or None where it would leave a part empty, as the error has to say; those of old always cut."""
    try:
        return split_dataset(dataset, method, seed=seed)
    except DataError as error:
        said = str(error)
    assert re.fullmatch(r'small: the split ".*" leaves the (test|training) part empty: [^\n]*\.', said)
    assert method not in OF_OLD
    return None


def positives_of(part: Dataset) -> list[int]:
    counts: list[int] = part.matrix.getnnz(axis=1).tolist()
    return counts


@pytest.mark.parametrize("method", SPLITS)
@settings(max_examples=15)
@given(rows=rows_of_some_users, seed=st.integers(0, 5))
def test_parts_are_disjoint_complete_and_over_the_same_universe(
    make_dataset: MakeDataset, method: str, rows: list[tuple[str, str, float, int]], seed: int
) -> None:
    dataset = make_dataset(rows, positive_from=3)
    split = cut_or_none(dataset, method, seed)
    if split is None:
        return
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
    if split.spec.method in ("random", "last", "fold"):
        for total, kept in zip(positives_of(dataset), positives_of(split.train), strict=True):
            assert (kept >= 1) == (total >= 1)
    assert split.train.matrix.nnz >= 1


@pytest.mark.parametrize("method", SPLITS)
@settings(max_examples=15)
@given(rows=rows_of_some_users, seed=st.integers(0, 5))
def test_the_same_arguments_give_the_same_parts(
    make_dataset: MakeDataset, method: str, rows: list[tuple[str, str, float, int]], seed: int
) -> None:
    dataset = make_dataset(rows, positive_from=3)
    first, second = (cut_or_none(dataset, method, seed) for _ in range(2))
    assert (first is None) == (second is None)
    if first is None:
        return
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
    for method in OF_OLD:
        split = split_dataset(make_dataset(rows, positive_from=4), method)
        assert split.train.interactions.height == split.full_train.interactions.height == 21


@pytest.mark.parametrize(("method", "axis"), [("cold-users", 1), ("cold-items", 0)])
@settings(max_examples=15)
@given(rows=rows_of_some_users, seed=st.integers(0, 5))
def test_cold_ones_have_every_positive_in_one_part(
    make_dataset: MakeDataset,
    method: str,
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
    with pytest.raises(ScenarioError, match=r"^split: 'first' is unknown\. Choose among random,"):
        split_dataset(undated, "first")
    for seed in (-1, 2**31, 10**30):
        with pytest.raises(ScenarioError, match=f"from 0 to 2,147,483,647, got {seed}"):
            split_dataset(undated, "random", seed=seed)


@pytest.mark.parametrize(
    ("method", "seed", "digest"),
    [
        ("random", 0, "0a52623c3761b9f8"),
        ("random", 3, "a856e7549d346f55"),
        ("last", 0, "ed4125390bb2d994"),
        ("last", 3, "07d12a54efb49283"),
        ("cold-users", 0, "d1183e64704f5a8b"),
        ("cold-users", 3, "a83e809b1cf51d27"),
        ("cold-items", 0, "1797b0364ce95d26"),
        ("cold-items", 3, "58083a6e7e669444"),
    ],
)
def test_parts_and_fingerprints_stay_what_workspaces_hold(
    synthetic_dataset: Dataset, method: str, seed: int, digest: str
) -> None:
    # taken when a split was one of these four names; were they to change, everything fitted would be lost
    split = split_dataset(synthetic_dataset, method, seed=seed)
    found = hashlib.sha256()
    for part in (split.train, split.validation, split.test, split.full_train):
        found.update(part.fingerprint.encode())
        found.update(part.interactions.select("user", "item").to_numpy().astype("<i4").tobytes())
    assert found.hexdigest()[:16] == digest


def test_last_n_takes_the_newest_n_then_the_n_before(make_dataset: MakeDataset) -> None:
    rows = [
        (user, f"i{number}", 5.0, number) for user, n in (("two", 2), ("four", 4), ("five", 5)) for number in range(n)
    ]
    dataset = make_dataset(rows)
    split = split_dataset(dataset, "last:2")
    # two positives: not more than 2, so nothing; four: 2 test, not more than 4, so no validation; five: 2, 2 and 1
    assert positives_of(split.test) == [0, 2, 2]
    assert positives_of(split.validation) == [0, 0, 2]
    assert positives_of(split.train) == [2, 2, 1]
    assert split.test.interactions["time"].to_list() == [2, 3, 3, 4]


def test_time_cuts_at_moments_that_are_the_same_for_all(make_dataset: MakeDataset) -> None:
    # 20 positives at the times 0 to 19, from 4 users in turn: a fifth is 4, so 16 stay; a tenth of 16 is 1.6, so 2
    dataset = make_dataset([(f"u{time % 4}", f"i{time}", 5.0, time) for time in range(20)])
    split = split_dataset(dataset, "time")
    assert sorted(split.train.interactions["time"]) == list(range(14))
    assert sorted(split.validation.interactions["time"]) == [14, 15]
    assert sorted(split.test.interactions["time"]) == [16, 17, 18, 19]


@pytest.mark.parametrize(
    ("times", "test"),
    [
        ([1, 2, 3, 4, 5, 6, 7, 8, 9, 9], [9, 9]),  # 2 of 10, and 2 are of one time
        ([1, 2, 3, 4, 5, 6, 7, 8, 8, 8], [8, 8, 8]),  # 3 is as near to 2 as it gets: 0 would be nothing
        ([1, 1, 1, 1, 1, 1, 1, 1, 1, 9], [9]),  # 1 rather than 10
        ([1, 2, 3, 4, 5, 6, 7, 7, 7, 9], [9]),  # 1 is nearer to 2 than 4 is
        ([None, None, None, None, None, None, None, None, None, 3], [3]),  # what has no time is the oldest
    ],
)
def test_time_does_not_part_what_has_one_time(
    make_dataset: MakeDataset, times: list[int | None], test: list[int]
) -> None:
    dataset = make_dataset([("u", f"i{number}", 5.0, time) for number, time in enumerate(times)])
    assert split_dataset(dataset, "time").test.interactions["time"].to_list() == test


@settings(max_examples=15)
@given(rows=rows_of_some_users, share=st.sampled_from(["0.1", "0.2", "0.5"]))
def test_nothing_in_train_is_later_than_what_is_measured_on(
    make_dataset: MakeDataset, rows: list[tuple[str, str, float, int]], share: str
) -> None:
    split = cut_or_none(make_dataset(rows, positive_from=3), f"time:{share}", 0)
    if split is None:
        return
    spans = [part.interactions.filter("positive")["time"] for part in (split.train, split.validation, split.test)]
    ends = [(span.min(), span.max()) for span in spans if len(span)]
    assert all(before[1] < after[0] for before, after in itertools.pairwise(ends))  # type: ignore[operator]


@settings(max_examples=15)
@given(rows=rows_of_some_users, seed=st.integers(0, 5), folds=st.integers(2, 4))
def test_over_all_folds_each_positive_is_measured_on_once(
    make_dataset: MakeDataset, rows: list[tuple[str, str, float, int]], seed: int, folds: int
) -> None:
    dataset = make_dataset(rows, positive_from=3)
    tested: list[tuple[int, int]] = []
    for fold in range(1, folds + 1):
        split = cut_or_none(dataset, f"fold:{fold}/{folds}", seed)
        tested += [] if split is None else pairs(split.test)
    counts = positives_of(dataset)
    assert sorted(tested) == sorted(
        (user, item) for user, item in np.argwhere(dataset.matrix.toarray() > 0).tolist() if counts[user] > 1
    )


def test_a_fold_of_the_positives_is_that_of_fold_splits(synthetic_dataset: Dataset) -> None:
    for number, fold in enumerate(fold_splits(synthetic_dataset, 4, seed=3), 1):
        split = split_dataset(synthetic_dataset, f"fold:{number}/4", seed=3)
        assert pairs(split.test) == pairs(fold.validation)
        assert pairs(split.full_train) == pairs(fold.train)


def test_folds_of_users_are_groups_of_equal_size_as_those_of_scikit_learn(synthetic_dataset: Dataset) -> None:
    from sklearn.model_selection import KFold

    users = np.flatnonzero(np.diff(synthetic_dataset.matrix.indptr))
    expected = sorted(len(test) for _, test in KFold(7, shuffle=True, random_state=0).split(users))
    found = [
        np.unique(split_dataset(synthetic_dataset, f"user-fold:{n}/7").test.matrix.nonzero()[0]) for n in range(1, 8)
    ]
    assert sorted(map(len, found)) == expected
    assert sorted(np.concatenate(found)) == users.tolist()
    split = split_dataset(synthetic_dataset, "user-fold:2/7")
    known, asked = (np.diff(part.matrix.indptr) > 0 for part in (split.full_train, split.test))
    assert not (known & asked).any()


def test_folds_have_validation_parts_of_their_own(synthetic_dataset: Dataset) -> None:
    for name in ("fold", "user-fold"):
        first, second = (split_dataset(synthetic_dataset, f"{name}:{fold}/3").validation for fold in (1, 2))
        assert pairs(first)
        assert not pairs(first) & pairs(second)


def test_a_share_is_of_the_test_part(make_dataset: MakeDataset) -> None:
    dataset = make_dataset([("u", f"i{number}", 5.0, number) for number in range(10)])
    # 0.3 of 10 is 3, a tenth of 7 is 0.7; 0.9 of 10 is 9, a tenth of 1 is 0.1
    for share, sizes in (("0.3", (6, 1, 3)), ("0.9", (1, 0, 9))):
        split = split_dataset(dataset, f"random:{share}")
        assert tuple(part.interactions.height for part in (split.train, split.validation, split.test)) == sizes


@pytest.mark.parametrize(
    ("split", "told"),
    [
        ("last:3", "no user has more than 3 positives"),
        ("time", "too many of its positives have one and the same time"),
        ("cold-users:0.3", "there are too few"),
        ("fold:1/2", None),
        ("user-fold:2/2", "leaves the test part empty"),
        ("user-fold:1/2", "leaves the training part empty"),
    ],
)
def test_a_split_that_leaves_nothing_says_so(make_dataset: MakeDataset, split: str, told: str | None) -> None:
    dataset = make_dataset([("u", item, 5.0, 7) for item in ("a", "b", "c")])
    if told is None:
        assert split_dataset(dataset, split).test.interactions.height in (1, 2)
        return
    with pytest.raises(DataError, match=told) as caught:
        split_dataset(dataset, split)
    assert "\n" not in str(caught.value)
    assert parse_split(split).text in str(caught.value)


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
