from __future__ import annotations

from dataclasses import replace

import numpy as np
import polars as pl
import pytest
from scipy.sparse import csr_matrix

from recengine.arrays import Scores
from recengine.data import Dataset
from recengine.errors import RecipeError
from recengine.models.content.text_profile import TextProfileRecipe, TextProfileScorer, prepare
from recengine.models.registry import default_recipes

NAN = float("nan")


def scorer_of(board: Dataset, items: Scores, weighting: str = "uniform") -> TextProfileScorer:
    """Over item vectors given by hand, users without a history; `fold_in` is what is asked."""
    return TextProfileScorer(TextProfileRecipe(weighting=weighting), board, items, np.empty((0, 2), np.float32), "CPU")


def history(*weights: float) -> csr_matrix:
    return csr_matrix(np.array([weights], dtype=np.float32))


def test_the_score_is_the_cosine_of_profile_and_item(board: Dataset) -> None:
    items = np.array([[1, 0], [0, 1], [0.6, 0.8], [NAN, NAN]], dtype=np.float32)
    scores = scorer_of(board, items).fold_in(history(5, 0, 1, 0))[0]
    # profile (1, 0) + (0.6, 0.8) = (1.6, 0.8), of length √3.2
    assert scores[:3] == pytest.approx([1.6 / 3.2**0.5, 0.8 / 3.2**0.5, (0.96 + 0.64) / 3.2**0.5])
    assert np.isnan(scores[3])
    weighted = scorer_of(board, items, "weight").fold_in(history(5, 0, 1, 0))[0]
    # profile 5 (1, 0) + (0.6, 0.8) = (5.6, 0.8), of length √32
    assert weighted[:2] == pytest.approx([5.6 / 32**0.5, 0.8 / 32**0.5])


def test_a_history_that_says_nothing_gives_no_opinion(board: Dataset) -> None:
    items = np.array([[1, 0], [-1, 0], [NAN, NAN], [0, 1]], dtype=np.float32)
    scorer = scorer_of(board, items)
    assert np.isnan(scorer.fold_in(history(1, 1, 0, 0))).all(), "opposites cancel out"
    assert np.isnan(scorer.fold_in(history(0, 0, 1, 0))).all(), "no text in the history"
    assert np.isnan(scorer.fold_in(history(0, 0, 0, 0))).all(), "no history"
    assert scorer.fold_in(history(0, 0, 1, 1))[0, 3] == pytest.approx(1), "an item without text counts nothing"


def test_centring_takes_the_mean_away() -> None:
    vectors = np.array([[0.8, 0.6], [0.8, -0.6], [NAN, NAN], [0.8, 0.6]], dtype=np.float32)
    prepared = prepare(vectors, "centred")
    # the mean is (0.8, 0.2): what is left points up or down
    np.testing.assert_allclose(prepared[[0, 1, 3]], [[0, 1], [0, -1], [0, 1]], atol=1e-6)
    assert np.isnan(prepared[2]).all()
    np.testing.assert_array_equal(prepare(vectors, "as is"), vectors)


def test_texts_that_are_all_the_same_tell_nothing() -> None:
    same = np.tile(np.array([0.6, 0.8], dtype=np.float32), (4, 1))
    for preparation in ("centred", "whitened"):
        assert np.isnan(prepare(same, preparation)).all(), preparation
    assert np.isnan(prepare(np.full((3, 2), NAN, dtype=np.float32), "whitened")).all()


def test_whitening_shrinks_the_axis_that_all_differ_along() -> None:
    vectors = np.array([[3, 1], [3, -1], [-3, 1], [-3, -1]], dtype=np.float32)
    centred, whitened = prepare(vectors, "centred"), prepare(vectors, "whitened")
    assert centred[0, 0] / centred[0, 1] == pytest.approx(3)
    # variances 9 and 1, their mean 5: the axes are divided by √(9 + 3 · 5) and √(1 + 3 · 5)
    assert whitened[0, 0] / whitened[0, 1] == pytest.approx(3 / 24**0.5 * 16**0.5)
    np.testing.assert_allclose(np.linalg.norm(whitened, axis=1), 1, rtol=1e-6)


def test_whitening_does_not_depend_on_the_axes() -> None:
    """Rotated vectors give rotated results: cosines are the same, whatever eigenvectors were found."""
    rng = np.random.default_rng(1)
    vectors = (rng.normal(size=(60, 5)) * [3, 2, 1, 1, 0.1]).astype(np.float32)
    rotation = np.linalg.qr(rng.normal(size=(5, 5)))[0].astype(np.float32)
    plain, rotated = prepare(vectors, "whitened"), prepare(vectors @ rotation, "whitened")
    np.testing.assert_allclose(rotated @ rotated.T, plain @ plain.T, atol=1e-4)


def test_a_catalogue_without_text_is_an_error_and_no_default(board: Dataset) -> None:
    wordless = replace(board, items=board.items.with_columns(text=pl.lit("  ")))
    with pytest.raises(RecipeError, match=r'no item of "checkerboard" has a text\. Map a text column'):
        TextProfileRecipe().fit(wordless)
    assert [recipe.name for recipe in default_recipes(wordless)] == ["als", "popularity"]
    assert [recipe.name for recipe in default_recipes(board)] == ["als", "text", "popularity"]
