from __future__ import annotations

from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from recengine.data import Dataset
from recengine.errors import RecipeError
from recengine.models import Resources, TakesNewItems
from recengine.models.content.cfcbf import CfcbfRecipe
from recengine.models.content.features import fit_featurizer
from recengine.models.neighbours.item_knn import ItemKnnRecipe
from tests.models.checkerboard import COLD_ITEM, N_ITEMS, N_USERS, NEWCOMER, tastes

EVERYBODY = np.arange(N_USERS, dtype=np.int32)
KNOWN = EVERYBODY != NEWCOMER


def test_the_score_is_the_sum_of_similarities_over_users_and_attributes(board: Dataset) -> None:
    recipe = CfcbfRecipe(
        similarity="cosine", shrinkage=3, feature_weighting="none", neighbours=N_ITEMS, content=1.5, numbers=0.5
    )
    taken = (board.matrix.toarray() > 0).astype(float)
    attributes = fit_featurizer(board.items, board.item_attributes, number_weight=0.5).transform(board.items).toarray()
    attributes /= np.linalg.norm(attributes, axis=1, keepdims=True)
    vectors = np.concatenate([taken.T, 1.5 * attributes], axis=1)
    lengths = np.linalg.norm(vectors, axis=1)
    similar = vectors @ vectors.T / (np.outer(lengths, lengths) + 3)
    np.fill_diagonal(similar, 0)
    expected = taken @ similar
    np.testing.assert_allclose(recipe.fit(board).score(EVERYBODY)[KNOWN], expected[KNOWN], rtol=1e-5)


def test_attributes_that_hardly_count_leave_item_knn(board: Dataset) -> None:
    scores = CfcbfRecipe(content=1e-6, neighbours=8).fit(board).score(EVERYBODY)
    expected = ItemKnnRecipe(neighbours=8).fit(board).score(EVERYBODY)
    warm = np.arange(N_ITEMS) != COLD_ITEM
    np.testing.assert_allclose(scores[:, warm], expected[:, warm], rtol=1e-4, atol=1e-4)


def test_a_new_item_scores_as_one_that_nobody_took(board: Dataset) -> None:
    recipe = CfcbfRecipe(neighbours=5)
    scorer = recipe.fit(board)
    restored = recipe.restore(scorer.state(), board, "CPU")
    assert isinstance(restored, TakesNewItems)
    blank = board.items[:1].with_columns(genres=None, year=None)
    rows = pl.concat([board.items[COLD_ITEM : COLD_ITEM + 1], blank], how="vertical_relaxed")
    scores = restored.score_new_items(EVERYBODY, rows, Resources())
    np.testing.assert_allclose(scores[:, 0], scorer.score(EVERYBODY)[:, COLD_ITEM], rtol=1e-6)
    assert np.isnan(scores[:, 1]).all(), "nothing is known of it"
    likes = tastes()[:, COLD_ITEM]
    assert scores[likes & KNOWN, 0].min() > scores[~likes & KNOWN, 0].max()


def test_an_item_without_users_and_attributes_has_no_opinion(board: Dataset) -> None:
    items = board.items.with_columns(
        pl.when(pl.int_range(pl.len()) != COLD_ITEM).then(pl.col(name)).alias(name) for name in ("genres", "year")
    )
    scores = CfcbfRecipe().fit(replace(board, items=items)).score(EVERYBODY)
    assert np.isnan(scores[:, COLD_ITEM]).all()
    assert np.isfinite(np.delete(scores[KNOWN], COLD_ITEM, axis=1)).all()


def test_without_attributes_it_is_refused(board: Dataset) -> None:
    with pytest.raises(RecipeError, match=r"cfcbf: no item .* has an attribute to compare by"):
        CfcbfRecipe().fit(replace(board, item_attributes=()))
