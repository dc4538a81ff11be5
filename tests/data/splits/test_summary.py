from __future__ import annotations

import json
from collections.abc import Callable

import numpy as np
import polars as pl
import pytest

from recengine.data import Dataset, picture_split, split_dataset, split_summary

MakeDataset = Callable[..., Dataset]
SPLITS = ("random", "last:2", "time:0.3", "cold-users", "cold-items", "fold:2/3", "user-fold:1/4")


def test_counts_by_hand(make_dataset: MakeDataset) -> None:
    # 10 positives at times 1 to 10: a fifth is 2, a tenth of 8 is 0.8; "new" and the item i9 come up only in test
    rows = [("old", f"i{time}", 5.0, time) for time in range(1, 9)]
    rows += [("new", "i9", 5.0, 9), ("old", "i10", 5.0, 10), ("old", "seen", 1.0, 3)]
    found = split_summary(split_dataset(make_dataset(rows, positive_from=3), "time", seed=4))
    train, validation, test = found.parts
    assert (train.name, train.users, train.items, train.positives, train.first, train.last) == ("train", 1, 7, 7, 1, 7)
    assert (validation.users, validation.items, validation.positives) == (1, 1, 1)
    assert (validation.first, validation.last) == (8, 8)
    assert (test.name, test.users, test.items, test.positives, test.first, test.last) == ("test", 2, 2, 2, 9, 10)
    assert (found.split, found.seed) == ("time", 4)
    assert (found.users, found.items, found.positives, found.not_positive, found.undated) == (2, 11, 10, 1, 0)
    assert (found.users_measured, found.cold_users, found.cold_items, found.cold_positives) == (2, 1, 2, 2)


def test_what_has_no_time_has_no_span(make_dataset: MakeDataset) -> None:
    split = split_dataset(make_dataset([("u", f"i{number}", 5.0, None) for number in range(5)]))
    found = split_summary(split)
    assert [(part.first, part.last) for part in found.parts] == [(None, None)] * 3
    assert found.undated == 5
    picture = picture_split(split)
    assert picture.timeline is None
    assert np.isnan(picture.sample[0].times).all()


def test_an_empty_test_is_counted_too(make_dataset: MakeDataset) -> None:
    found = split_summary(split_dataset(make_dataset([("u", "i", 5.0, 1)])))
    assert [part.positives for part in found.parts] == [1, 0, 0]
    assert found.users_measured == found.cold_users == found.cold_items == 0


@pytest.mark.parametrize("text", SPLITS)
def test_counts_agree_with_the_parts(synthetic_dataset: Dataset, text: str) -> None:
    split = split_dataset(synthetic_dataset, text)
    found = split_summary(split)
    assert sum(part.positives for part in found.parts) == found.positives == synthetic_dataset.matrix.nnz
    assert found.not_positive + found.positives == synthetic_dataset.interactions.height
    for part, frame in zip(found.parts, (split.train, split.validation, split.test), strict=True):
        rows = frame.interactions.filter("positive")
        assert (part.users, part.items) == (len(set(rows["user"])), len(set(rows["item"])))
    known = set(split.full_train.interactions.filter("positive")["user"])
    asked = set(split.test.interactions["user"])
    assert found.cold_users == len(asked - known)
    assert found.cold_users == (found.users_measured if "user" in text else 0)
    assert (found.cold_items == found.parts[2].items) == (text == "cold-items")
    assert json.loads(json.dumps(found.to_json()))["parts"][2]["positives"] == found.parts[2].positives


@pytest.mark.parametrize("text", SPLITS)
def test_the_picture_shows_what_the_parts_hold(synthetic_dataset: Dataset, text: str) -> None:
    split = split_dataset(synthetic_dataset, text)
    picture = picture_split(split)
    assert picture.timeline is not None
    assert picture.timeline.counts.sum(axis=1).tolist() == [part.positives for part in picture.summary.parts]
    assert 3 <= len(picture.sample) <= 14
    shown = {part for sample in picture.sample for part in sample.parts.tolist()}
    assert shown == {0, 1, 2}
    position = synthetic_dataset.user_position
    for sample in picture.sample:
        rows = synthetic_dataset.interactions.filter(pl.col("positive") & (pl.col("user") == position[sample.user]))
        assert sorted(sample.times) == sorted(rows["time"].cast(pl.Float64))
        assert (np.diff(sample.times) >= 0).all()
        tested = split.test.interactions.filter(user=position[sample.user]).height
        assert int((sample.parts == 2).sum()) == tested
    again = picture_split(split_dataset(synthetic_dataset, text))
    assert [sample.user for sample in again.sample] == [sample.user for sample in picture.sample]


def test_of_the_very_active_the_latest_events_are_shown(make_dataset: MakeDataset) -> None:
    rows = [("u", f"i{number}", 5.0, number) for number in range(300)]
    (sample,) = picture_split(split_dataset(make_dataset(rows), "time")).sample
    assert (len(sample.parts), sample.left_out) == (120, 180)
    assert sample.times.tolist() == list(range(180, 300))
