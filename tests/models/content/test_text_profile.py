from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import polars as pl
import pytest
from scipy.sparse import csr_matrix

from recengine.arrays import Scores
from recengine.data import Dataset
from recengine.errors import RecipeError
from recengine.models import Recipe, Resources, Scorer, TakesNewItems, TakesTexts
from recengine.models.content.preparation import Preparation, fit_preparation
from recengine.models.content.text_profile import TextProfileRecipe, TextProfileScorer
from recengine.models.content.vectors import encoder_name
from recengine.models.registry import default_recipes
from recengine.ranking import top_k
from recengine.text import DEFAULT_MODEL, MULTILINGUAL_MODEL
from tests.models.checkerboard import COLD_ITEM, N_ITEMS, NEWCOMER, WORDLESS_ITEM

NAN = float("nan")


def scorer_of(board: Dataset, items: Scores, weighting: str = "uniform") -> TextProfileScorer:
    """Over item vectors given by hand, users without a history; `fold_in` is what is asked."""
    nobody, nothing = np.empty((0, 2), np.float32), Preparation(np.zeros(2), np.empty((0, 0)))
    return TextProfileScorer(TextProfileRecipe(weighting=weighting), board, items, nobody, nothing, "", "CPU")


def prepare(vectors: Scores, preparation: str) -> Scores:
    return fit_preparation(vectors, preparation).apply(vectors)


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


def test_a_taste_in_words_ranks_the_catalogue(fitted: Callable[[Recipe], Scorer], resources: Resources) -> None:
    scorer = fitted(TextProfileRecipe())
    assert isinstance(scorer, TakesTexts)
    scores = scorer.score_texts(["a tender love story with a wedding", "  ", "robots in space"], resources)
    assert scores.shape == (3, N_ITEMS)
    assert scores.dtype == np.float32
    assert np.isnan(scores[1]).all()
    # love stories are even, space is odd
    assert (top_k(scores, 5)[[0, 2]] % 2 == [[0], [1]]).all()
    assert np.isnan(scores[:, WORDLESS_ITEM]).all()


def test_a_new_item_scores_as_one_of_the_catalogue(
    fitted: Callable[[Recipe], Scorer], board: Dataset, resources: Resources
) -> None:
    """Because it is prepared as the catalogue was, also by a scorer that was stored."""
    recipe = TextProfileRecipe()
    scorer = fitted(recipe)
    restored = recipe.restore(scorer.state(), board, scorer.device)
    assert isinstance(restored, TakesNewItems)
    rows = pl.concat([board.items[COLD_ITEM : COLD_ITEM + 1], board.items[:1].with_columns(text=pl.lit(None))])
    users = np.array([0, 2, NEWCOMER], dtype=np.int32)
    scores = restored.score_new_items(users, rows, resources)
    # encoded alone and among others, a text is the same to rounding
    np.testing.assert_allclose(scores[:, 0], scorer.score(users)[:, COLD_ITEM], atol=1e-5)
    assert np.isnan(scores[2]).all(), "a user without a history"
    assert np.isnan(scores[:, 1]).all(), "an item without a text"


def test_what_was_taken_long_ago_fades(board: Dataset, resources: Resources) -> None:
    times = {0: 0, 1: 100 * 86_400}
    taken = pl.DataFrame(
        {
            "user": [0, 0],
            "item": list(times),
            "weight": [1.0, 1.0],
            "time": list(times.values()),
            "positive": [True, True],
        },
        schema=board.interactions.schema,
    )
    train = board.with_interactions(taken, "two")
    user = np.array([0], dtype=np.int32)
    recipe = TextProfileRecipe(half_life=50)
    fading = recipe.fit(train, resources=resources)
    # the first was taken two half-lives before the second
    by_weight = TextProfileRecipe(weighting="weight").fit(train, resources=resources)
    expected = by_weight.fold_in(csr_matrix(([0.25, 1], ([0, 0], [0, 1])), shape=(1, N_ITEMS)))
    np.testing.assert_allclose(fading.score(user), expected, atol=1e-6)
    shares = fading.explain(0, 3)
    assert shares.shares.sum() + shares.rest == pytest.approx(fading.score(user)[0, 3])
    assert abs(shares.rest) < 1e-5
    # a history that is handed in has no times
    now = fading.fold_in(train.matrix[:1])
    np.testing.assert_array_equal(now, by_weight.score(user))


def test_the_encoder_suits_the_language() -> None:
    english = ["The old man and the sea. A fisherman fights a great fish, alone."]
    chinese = ["一个老渔夫独自在海上与一条大鱼搏斗的故事。", "两个年轻人在战争中相爱又被命运分开。"]
    assert encoder_name("auto", english) == DEFAULT_MODEL
    assert encoder_name("auto", chinese) == MULTILINGUAL_MODEL
    assert encoder_name("/models/mine", chinese) == "/models/mine"
