from __future__ import annotations

from dataclasses import replace
from math import log, sqrt

import numpy as np
import polars as pl
import pytest
from scipy.sparse import csr_matrix

from recengine.data import Attribute, Dataset
from recengine.errors import RecipeError
from recengine.models import Resources, TakesNewItems
from recengine.models.content.category import CategoryRecipe
from recengine.models.content.features import fit_featurizer
from recengine.models.content.preparation import fit_preparation
from tests.models.checkerboard import COLD_ITEM, N_USERS, NEWCOMER, tastes

EVERYBODY = np.arange(N_USERS, dtype=np.int32)


def with_genres(board: Dataset, genres: list[list[str]]) -> Dataset:
    items = board.items[: len(genres)].with_columns(genres=pl.Series(genres, dtype=pl.List(pl.String)))
    nothing = board.interactions.clear()
    return replace(board, items=items, interactions=nothing, item_attributes=(Attribute("genres", "categories"),))


def test_the_score_is_the_cosine_of_labels(board: Dataset) -> None:
    train = with_genres(board, [["war"], ["war", "love"], ["love"], []])
    scorer = CategoryRecipe(centred=False, numbers=0).fit(train)
    scores = scorer.fold_in(csr_matrix([[5, 0, 1, 0], [0, 0, 0, 1]]))
    # war and love are on two of three items each, so the second item is (1, 1) / √2; the profile is (1, 1)
    assert scores[0, :3] == pytest.approx([1 / sqrt(2), 1, 1 / sqrt(2)])
    assert np.isnan(scores[0, 3])
    assert np.isnan(scores[1]).all(), "a history that says nothing"
    by_weight = CategoryRecipe(centred=False, numbers=0, weighting="weight").fit(train)
    # the profile is 5 (1, 0) + (0, 1), of length √26
    assert by_weight.fold_in(csr_matrix([[5, 0, 1, 0]]))[0, 0] == pytest.approx(5 / sqrt(26))


def test_a_rare_label_counts_more(board: Dataset) -> None:
    train = with_genres(board, [["war"], ["war", "love"], ["war"], ["love", "silent"], ["silent", "war"]])
    scores = CategoryRecipe(centred=False, numbers=0).fit(train).fold_in(csr_matrix([[0, 1, 0, 0, 0]]))[0]
    war, love = log(6 / 5) + 1, log(6 / 3) + 1
    assert scores[0] == pytest.approx(war / sqrt(war**2 + love**2))


def test_centring_takes_the_mean_of_the_catalogue_away(board: Dataset) -> None:
    """The same cosines as those of dense vectors with the mean subtracted."""
    vectors = fit_featurizer(board.items, board.item_attributes, number_weight=0.5).transform(board.items).toarray()
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    items = fit_preparation(vectors, "centred").apply(vectors).astype(np.float64)
    users = (board.matrix > 0).astype(np.float64) @ items
    expected = users @ items.T / np.linalg.norm(users, axis=1, keepdims=True).clip(1e-9)
    scores = CategoryRecipe().fit(board).score(EVERYBODY)
    told = EVERYBODY != NEWCOMER
    np.testing.assert_allclose(scores[told], expected[told], atol=1e-6)


def test_items_that_are_all_the_same_tell_nothing(board: Dataset) -> None:
    scorer = CategoryRecipe(numbers=0).fit(with_genres(board, [["war"]] * 4))
    assert np.isnan(scorer.fold_in(csr_matrix([[1, 0, 0, 0]]))).all()


def test_a_new_item_scores_as_one_of_the_catalogue(board: Dataset) -> None:
    scorer = CategoryRecipe().fit(board)
    assert isinstance(scorer, TakesNewItems)
    rows = pl.concat([board.items[COLD_ITEM : COLD_ITEM + 1], board.items[:1].with_columns(genres=None, year=None)])
    scores = scorer.score_new_items(EVERYBODY, rows, Resources())
    np.testing.assert_array_equal(scores[:, 0], scorer.score(EVERYBODY)[:, COLD_ITEM])
    assert np.isnan(scores[:, 1]).all(), "nothing is known of it"
    likes = tastes()[:, COLD_ITEM] & (EVERYBODY != NEWCOMER)
    assert np.nanmin(scores[likes, 0]) > np.nanmax(scores[~likes, 0])


def test_without_attributes_it_is_refused(board: Dataset) -> None:
    plain = replace(board, item_attributes=())
    with pytest.raises(RecipeError, match=r'category: no item of "checkerboard" has an attribute to compare by\. Map '):
        CategoryRecipe().fit(plain)
    numbers = replace(board, item_attributes=(Attribute("year", "number"),))
    assert CategoryRecipe().obstacle(numbers) is None
    assert "or let numbers count" in str(CategoryRecipe(numbers=0).obstacle(numbers))
