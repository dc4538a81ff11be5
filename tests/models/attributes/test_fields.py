"""What is known of users and items, as arrays."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from recengine.data import Dataset
from recengine.models import Resources
from recengine.models.attributes.fields import FARTHEST, UNKNOWN, Fields, ItemTexts
from tests.models.checkerboard import COLD_ITEM, N_ITEMS, N_USERS, NEWCOMER, WORDLESS_ITEM


def test_ids_are_of_who_has_a_positive(board: Dataset) -> None:
    fields = Fields.learn(board)
    users, items = fields.user_rows(board), fields.item_rows(board)
    assert (len(users), len(items)) == (N_USERS, N_ITEMS)
    expected = 1 + np.arange(N_USERS)
    expected[NEWCOMER] = UNKNOWN
    np.testing.assert_array_equal(users.ids, expected)
    assert items.ids[COLD_ITEM] == UNKNOWN
    assert items.ids[COLD_ITEM + 1] == COLD_ITEM + 2


def test_labels_of_a_row_count_as_one(board: Dataset) -> None:
    fields = Fields.learn(board)
    assert fields.items.names == ("id", "genres", "year")
    assert fields.items.label_counts == (3,)  # family, romance, space
    ((codes, weights),) = fields.item_rows(board).labels
    np.testing.assert_array_equal(codes[:3], [[1, 2], [3, 0], [2, 0]])
    np.testing.assert_array_equal(weights[:3], [[1 / 2, 1 / 2], [1, 0], [1, 0]])


def test_numbers_are_standardised_over_what_was_taken(board: Dataset) -> None:
    years = board.items["year"].to_numpy()
    known = np.arange(N_ITEMS) != COLD_ITEM
    rows = Fields.learn(board).item_rows(board)
    expected = (years - years[known].mean()) / years[known].std()
    np.testing.assert_allclose(rows.numbers[:, 0], expected, rtol=1e-5)
    assert rows.numbers[known].mean() == pytest.approx(0, abs=1e-6)
    assert not rows.missing.any()


def test_what_the_fit_has_not_seen_is_not_known(board: Dataset) -> None:
    fields = Fields.learn(board)
    people = pl.DataFrame({"club": ["pilots", "sailors", None], "age": [None, float("nan"), 1e9]})
    rows = fields.new_users(people)
    assert rows.ids.tolist() == [UNKNOWN] * 3
    assert rows.labels[0][0].tolist() == [[2], [0], [0]]
    assert rows.missing.tolist() == [[1], [1], [0]]
    assert rows.numbers.tolist() == [[0], [0], [FARTHEST]]
    assert rows.told.tolist() == rows.described.tolist() == [True, False, True]
    # no column at all is as if it were empty
    assert not fields.new_users(people.select(pl.lit("x").alias("other"))).told.any()


def test_a_label_of_untaken_items_alone_is_none(board: Dataset) -> None:
    genres = board.items["genres"].to_list()
    genres[COLD_ITEM] = ["opera", "romance"]
    items = board.items.with_columns(pl.Series("genres", genres))
    changed = Dataset("changed", board.interactions, items, board.users, board.item_attributes, (), "changed")
    fields = Fields.learn(changed)
    assert "opera" not in fields.items.labels[0][1].to_list()
    codes, weights = fields.item_rows(changed).labels[0]
    assert (codes[COLD_ITEM].tolist(), weights[COLD_ITEM].tolist()) == ([2, 0], [1, 0])
    assert fields.users.names == ("id",)


def test_texts_come_back_from_what_is_stored(board: Dataset, resources: Resources) -> None:
    fields = Fields.learn(board, ItemTexts.read(board, resources=resources))
    rows = fields.item_rows(board)
    lengths = np.linalg.norm(rows.texts, axis=1)
    assert lengths[WORDLESS_ITEM] == 0
    np.testing.assert_allclose(np.delete(lengths, WORDLESS_ITEM), 1, rtol=1e-5)
    again = Fields.restore(fields.state(), board, "CPU")
    np.testing.assert_array_equal(again.item_rows(board).texts, rows.texts)
    new = again.new_items(board.items, resources)
    np.testing.assert_allclose(new.texts, rows.texts, atol=1e-4)
    np.testing.assert_array_equal(new.labels[0][0], rows.labels[0][0])


def test_without_text_or_attributes_there_is_the_id(board: Dataset) -> None:
    bare = Dataset("bare", board.interactions, board.items.with_columns(text=pl.lit("")), board.users, (), (), "bare")
    assert ItemTexts.read(bare) is None
    fields = Fields.learn(bare)
    assert fields.users.names == fields.items.names == ("id",)
    rows = fields.item_rows(bare)
    assert (rows.numbers.shape, rows.texts.shape) == ((N_ITEMS, 0), (N_ITEMS, 0))
    assert rows.told.sum() == N_ITEMS - 1
    assert not rows.described.any()
    assert fields.state() == {}
    assert len(rows.take(np.array([3, 1]))) == 2
