from __future__ import annotations

import time

import numpy as np
import polars as pl
import pytest

from recengine.data import Attribute, Dataset, split_dataset, synthetic, synthetic_preferences
from recengine.data.samples.words import GENRES, NOUNS, PLOTS
from recengine.errors import DataError


@pytest.fixture(scope="module")
def dataset() -> Dataset:
    return synthetic()


def test_the_same_arguments_give_the_same_data(dataset: Dataset) -> None:
    assert synthetic().fingerprint == dataset.fingerprint
    assert len({dataset.fingerprint, synthetic(seed=1).fingerprint, synthetic(n_users=601).fingerprint}) == 3


def test_it_is_made_in_under_two_seconds() -> None:
    start = time.process_time()
    synthetic(seed=3)
    assert time.process_time() - start < 2


def test_groups_are_of_unequal_size_and_history(dataset: Dataset) -> None:
    assert dataset.user_attributes == (
        Attribute("group", "category"),
        Attribute("age", "number"),
        Attribute("age_group", "category"),
    )
    sizes = dict(dataset.users["group"].value_counts().rows())
    assert sizes["valley"] > 1.5 * sizes["coast"]
    assert sizes["coast"] > 1.5 * sizes["mountain"]
    lengths = np.bincount(dataset.interactions["user"].to_numpy(), minlength=dataset.n_users)
    groups = dataset.users["group"].to_numpy()
    assert lengths[groups == "mountain"].mean() < 0.8 * lengths[groups == "valley"].mean()
    assert 0 < dataset.users["age"].null_count() < 0.1 * dataset.n_users
    assert dataset.users["age_group"].n_unique() == 8  # the seven groups and none


def test_ratings_follow_the_true_preferences(dataset: Dataset) -> None:
    preferences = synthetic_preferences()
    assert preferences.shape == (dataset.n_users, dataset.n_items)
    rows = dataset.interactions
    true = preferences[rows["user"].to_numpy(), rows["item"].to_numpy()]
    given = rows["weight"].to_numpy()
    assert set(given) == {1, 2, 3, 4, 5}
    # noise of 0.6 stars: a rating is off by its rounding, its cut to 1 to 5 and that noise
    assert np.abs(given - np.clip(true, 1, 5)).mean() < 0.7
    assert np.corrcoef(given, true)[0, 1] > 0.7
    assert dataset.positive_from == 4
    assert 0.4 < rows["positive"].mean() < 0.8  # type: ignore[operator]


def test_groups_differ_in_taste(dataset: Dataset) -> None:
    preferences = synthetic_preferences()
    fantasy = dataset.items["genre"].list.first().to_numpy() == "Fantasy"
    liking = {
        str(group): preferences[(dataset.users["group"] == group).to_numpy()][:, fantasy].mean()
        for group in dataset.users["group"].unique()
    }
    assert liking["mountain"] > liking["valley"] + 1


def test_popularity_has_a_long_tail_and_the_newest_items_are_cold(dataset: Dataset) -> None:
    popularity = dataset.seen.getnnz(axis=0)
    newest = dataset.n_items // 20
    assert (popularity[-newest:] == 0).all()
    assert (popularity[:-newest] > 0).mean() > 0.98
    busiest_first = np.sort(popularity)[::-1]
    assert busiest_first[: dataset.n_items // 5].sum() > 0.5 * popularity.sum()


def test_a_split_by_time_asks_for_items_that_are_cold_in_train(dataset: Dataset) -> None:
    split = split_dataset(dataset, "last")
    cold = split.full_train.popularity() == 0
    assert cold[split.test.interactions["item"].to_numpy()].sum() >= 10


def test_the_text_says_what_the_item_is(dataset: Dataset) -> None:
    assert len(set(dataset.titles)) == dataset.n_items
    for title, text, genres, year in dataset.items.select("title", "text", "genre", "year").rows():
        assert text.startswith(f"{title} ({year:.0f}). {', '.join(genres)}. ")
        kind = GENRES.index(genres[0])
        assert any(noun in title for noun in NOUNS[kind])
        assert text.endswith(PLOTS[kind])


def test_times_tell_events_apart(dataset: Dataset) -> None:
    assert dataset.interactions["time"].null_count() == 0
    # in the order of the file a user's events are in the order of time
    ordered = dataset.interactions.select(pl.col("time").diff().over("user") >= 0).to_series()
    assert ordered.drop_nulls().all()


@pytest.mark.parametrize(("n_users", "n_items"), [(1, 4), (3, 5), (7, 40), (2000, 30)])
def test_any_size_will_do(n_users: int, n_items: int) -> None:
    dataset = synthetic(n_users=n_users, n_items=n_items, positive_from=None)
    assert (dataset.n_users, dataset.n_items) == (n_users, n_items)


def test_a_size_that_is_too_small_is_one_clear_line() -> None:
    with pytest.raises(DataError, match="at least 1 user and 4 items, got 0 and 10"):
        synthetic(n_users=0, n_items=10)
