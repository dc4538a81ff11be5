from __future__ import annotations

from dataclasses import replace

import numpy as np
import polars as pl
import pytest
from scipy.sparse import csr_matrix
from sklearn.linear_model import Ridge

from recengine.data import Dataset
from recengine.errors import RecipeError
from recengine.models import Resources
from recengine.models.content.preparation import fit_preparation
from recengine.models.factors import AlsRecipe
from recengine.models.vectors import TextToFactorsRecipe
from recengine.models.vectors.feature_map import fit_feature_map
from recengine.models.vectors.text_to_factors import TextToFactorsScorer
from tests.models.checkerboard import COLD_ITEM, N_ITEMS, N_USERS, NEWCOMER, WORDLESS_ITEM, tastes

RECIPE = TextToFactorsRecipe(factors=5)
ALL_USERS = np.arange(N_USERS, dtype=np.int32)
WARM = np.arange(N_ITEMS) != COLD_ITEM


@pytest.fixture(scope="module")
def scorer(board: Dataset, resources: Resources) -> TextToFactorsScorer:
    return RECIPE.fit(board, resources=resources)


def test_the_map_is_the_ridge_regression_of_scikit_learn() -> None:
    rng = np.random.default_rng(0)
    texts = rng.normal(size=(40, 6)).astype(np.float32)
    texts /= np.linalg.norm(texts, axis=1, keepdims=True)
    texts[3] = np.nan
    attributes = csr_matrix((rng.random((40, 4)) < 0.5).astype(np.float32))
    factors = rng.normal(size=(40, 3)).astype(np.float32)
    factors[[5, 6]] = np.nan
    weights = rng.random(40) * 9
    preparation = fit_preparation(texts, "as is")
    fitted = fit_feature_map(preparation, texts, attributes, factors, weights, 2.5)

    features = np.hstack([np.nan_to_num(texts), attributes.toarray()])
    known = ~np.isnan(factors[:, 0])
    ridge = Ridge(alpha=2.5).fit(features[known], factors[known], weights[known] / weights[known].mean())
    np.testing.assert_allclose(fitted.of_items(texts, attributes), ridge.predict(features), rtol=1e-4, atol=1e-5)
    # nothing is known of an item without text and attributes
    nothing = fitted.of_items(np.full((1, 6), np.nan, dtype=np.float32), csr_matrix(np.zeros((1, 4), dtype=np.float32)))
    assert np.isnan(nothing).all()
    # of a taste in words no attributes are known: the average ones
    average = np.average(features[known], axis=0, weights=weights[known])
    typed = np.concatenate([texts[0], average[6:]])
    np.testing.assert_allclose(fitted.of_texts(texts[:1])[0], ridge.predict(typed[None])[0], rtol=1e-4, atol=1e-5)


def test_warm_items_score_as_als_scores_them(board: Dataset, resources: Resources, scorer: TextToFactorsScorer) -> None:
    als = AlsRecipe(factors=5).fit(board, resources=resources).score(ALL_USERS)
    np.testing.assert_allclose(scorer.score(ALL_USERS)[:, WARM], als[:, WARM], rtol=1e-5, atol=1e-6)
    mapped = TextToFactorsRecipe(factors=5, mapped="all items").fit(board, resources=resources).score(ALL_USERS)
    assert not np.allclose(mapped[:, WARM], als[:, WARM], equal_nan=True)
    np.testing.assert_allclose(mapped[:, COLD_ITEM], scorer.score(ALL_USERS)[:, COLD_ITEM], rtol=1e-5, atol=1e-6)


def test_the_item_that_nobody_took_goes_to_those_who_like_its_kind(scorer: TextToFactorsScorer) -> None:
    cold = scorer.score(ALL_USERS[:NEWCOMER])[:, COLD_ITEM]
    likes_it = tastes()[:NEWCOMER, COLD_ITEM]
    assert cold[likes_it].min() > cold[~likes_it].max()


def test_a_new_item_scores_as_it_would_in_the_catalogue(
    board: Dataset, resources: Resources, scorer: TextToFactorsScorer
) -> None:
    rows = board.items[[COLD_ITEM, WORDLESS_ITEM]]
    scores = scorer.score_new_items(ALL_USERS, rows, resources)
    assert scores.dtype == np.float32
    np.testing.assert_allclose(scores[:, 0], scorer.score(ALL_USERS)[:, COLD_ITEM], rtol=1e-3, atol=1e-4)
    assert np.isfinite(scores[:NEWCOMER, 1]).all()
    # nothing known at all
    blank = rows[:1].with_columns(
        text=pl.lit(None, dtype=pl.String), genres=pl.lit([], dtype=pl.List(pl.String)), year=pl.lit(None)
    )
    assert np.isnan(scorer.score_new_items(ALL_USERS, blank, resources)).all()


def test_a_taste_in_words_ranks_what_is_like_it_first(resources: Resources, scorer: TextToFactorsScorer) -> None:
    scores = scorer.score_texts(["a wedding, a kiss, true love", "aliens in a rocket", " "], resources)
    even, odd = scores[:2, ::2].mean(axis=1), scores[:2, 1::2].mean(axis=1)
    assert even[0] > odd[0]
    assert even[1] < odd[1]
    assert np.isnan(scores[2]).all()


def test_a_taste_in_words_is_a_user_who_took_one_such_item(resources: Resources, scorer: TextToFactorsScorer) -> None:
    text = "aliens in a rocket"
    state = scorer.state()
    items = np.nan_to_num(state["item_factors"].astype(np.float64))
    base = items.T @ items + scorer._penalty * np.eye(5)
    taken = scorer._fitted.feature_map.of_texts(scorer._encoder.encode([text], device="cpu"))[0].astype(np.float64)
    user = np.linalg.solve(base + RECIPE.alpha * np.outer(taken, taken), RECIPE.alpha * taken)
    expected = scorer._items @ user
    np.testing.assert_allclose(scorer.score_texts([text], resources)[0], expected, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("alpha", [5.0, 0.2])
def test_a_history_with_a_cold_item_is_folded_in(board: Dataset, resources: Resources, alpha: float) -> None:
    scorer = TextToFactorsRecipe(factors=5, alpha=alpha).fit(board, resources=resources)
    history = csr_matrix(np.isin(np.arange(N_ITEMS), [2, COLD_ITEM]).astype(np.float32)[None])
    warm = np.nan_to_num(scorer.state()["item_factors"].astype(np.float64))
    taken = np.where(WARM[:, None], warm, scorer.state()["mapped_factors"])[[2, COLD_ITEM]].astype(np.float64)
    # item 2 is in the sum over all warm items once already, the cold one is not
    system = warm.T @ warm + scorer._penalty * np.eye(5) + (taken.T * [alpha - 1, alpha]) @ taken
    user = np.linalg.solve(system, alpha * taken.sum(axis=0))
    np.testing.assert_allclose(scorer.fold_in(history)[0], scorer._items @ user, rtol=1e-4, atol=1e-5)


def test_attributes_alone_will_do(board: Dataset) -> None:
    wordless = replace(board, items=board.items.with_columns(text=pl.lit("")))
    # no text model is looked for, or this one would be missed
    scorer = TextToFactorsRecipe(factors=5, encoder="no such model").fit(wordless, resources=Resources(device="cpu"))
    assert np.isfinite(scorer.score(ALL_USERS[:NEWCOMER])).all()
    assert np.isnan(scorer.score_texts(["love"], Resources())).all()
    assert np.isfinite(scorer.score_new_items(ALL_USERS[:2], board.items[:3], Resources())).all()


def test_without_text_and_attributes_it_is_refused(board: Dataset) -> None:
    bare = replace(board, items=board.items.with_columns(text=pl.lit(" ")), item_attributes=())
    with pytest.raises(RecipeError, match=r'no item of "checkerboard" has a text or an attribute .* Map a text column'):
        RECIPE.fit(bare)


def test_without_interactions_there_is_no_opinion(board: Dataset, resources: Resources) -> None:
    scorer = RECIPE.fit(board.with_interactions(board.interactions.clear(), "empty"), resources=resources)
    assert np.isnan(scorer.score(ALL_USERS)).all()
