from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from recengine.data import Dataset
from recengine.errors import EncoderError, RecipeError
from recengine.models import Resources, ScoresPairs, make_recipe
from recengine.models.profiles.bert_click import BertClickRecipe, BertClickScorer
from recengine.models.profiles.pair_texts import PairTexts
from recengine.text import MULTILINGUAL_MODEL
from tests.models.checkerboard import COLD_ITEM, N_ITEMS, N_USERS, NEWCOMER, WORDLESS_ITEM, tastes

SETTINGS = {
    "pairs": 240,
    "batch_size": 24,
    "learning_rate": 4e-3,
    "history": 2,
    "tokens": 32,
    "upper": 1,
    "sampling": "uniform",
}
USERS = np.arange(N_USERS, dtype=np.int32)
EVERYTHING = np.tile(np.arange(N_ITEMS, dtype=np.int32), (N_USERS, 1))


def fit(board: Dataset) -> BertClickScorer:
    scorer = make_recipe("bert-click", SETTINGS).fit(board, seed=1, resources=Resources(device="cpu"))
    assert isinstance(scorer, BertClickScorer)
    return scorer


@pytest.fixture(scope="module")
def clicked(board: Dataset) -> BertClickScorer:
    return fit(board)


def test_words_that_decide_are_found(clicked: BertClickScorer) -> None:
    assert isinstance(clicked, ScoresPairs)
    some = USERS[:6]
    scores = clicked.score_pairs(some, EVERYTHING[:6])
    likes = tastes()[:6]
    written = np.arange(N_ITEMS) != WORDLESS_ITEM
    for row, liked in zip(scores, likes, strict=True):
        assert row[liked & written].mean() > row[~liked & written].mean() + 0.5
    assert np.isfinite(scores[:, COLD_ITEM]).all()


def test_the_learning_rate_rises_and_falls() -> None:
    recipe = make_recipe("bert-click", {"learning_rate": 0.1})
    assert isinstance(recipe, BertClickRecipe)
    rates = [recipe.learning_rate_at(share) for share in (0, 0.05, 0.1, 0.55, 0.99, 1)]
    assert rates == pytest.approx([0, 0.05, 0.1, 0.05, 0.005, 0.005])


def test_no_opinion_is_nan(clicked: BertClickScorer) -> None:
    scores = clicked.score_pairs(np.array([0, NEWCOMER], dtype=np.int32), np.array([[2, -1, WORDLESS_ITEM], [2, 3, 4]]))
    assert np.isfinite(scores[0, 0])
    assert np.isnan(scores[0, 1:]).all()
    assert np.isnan(scores[1]).all()
    assert np.isnan(clicked.score(USERS)).all()


def test_the_same_seed_and_a_stored_one_score_the_same(clicked: BertClickScorer, board: Dataset) -> None:
    pairs = USERS[:2], EVERYTHING[:2, :6]
    expected = clicked.score_pairs(*pairs)
    np.testing.assert_array_equal(fit(board).score_pairs(*pairs), expected)
    state = {name: np.array(array) for name, array in clicked.state().items()}
    restored = make_recipe("bert-click", SETTINGS).restore(state, board, clicked.device)
    assert isinstance(restored, BertClickScorer)
    np.testing.assert_array_equal(restored.score_pairs(*pairs), expected)
    # a third of the encoder and more is not stored: only what learnt
    assert sum(array.nbytes for array in state.values()) < 12_000_000
    state["encoder"] = np.frombuffer(b"another", dtype=np.uint8)
    with pytest.raises(EncoderError, match="changed since bert-click was fitted"):
        make_recipe("bert-click", SETTINGS).restore(state, board, clicked.device)


def test_the_candidate_is_no_part_of_its_history(board: Dataset) -> None:
    texts = PairTexts(board, history=2, words=3)
    latest = board.sequences.take(np.array([0])).items[::-1][:3].tolist()
    last, before, third = texts.candidates(np.array(latest))
    users = np.array([0, 0, NEWCOMER], dtype=np.int32)
    assert texts.histories(users, without=np.array([-1, latest[0], -1])) == [
        f"{last}; {before}",
        f"{before}; {third}",
        "",
    ]


def test_what_is_no_encoder_is_one_clear_line(board: Dataset, tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text('{"model_type": "nonsense"}')
    (tmp_path / "model.safetensors").write_bytes(b"")
    for encoder, said in (
        (str(tmp_path), "no encoder of the BERT kind can be loaded"),
        (MULTILINGUAL_MODEL, "is no encoder of the BERT kind"),
        (str(tmp_path / "nowhere"), "nothing is downloaded unasked"),
    ):
        with pytest.raises(EncoderError) as caught:
            make_recipe("bert-click", {"encoder": encoder}).fit(board, resources=Resources(device="cpu"))
        assert said in str(caught.value)
        assert "\n" not in str(caught.value)


def test_without_texts_there_is_one_clear_line(board: Dataset) -> None:
    wordless = replace(board, items=board.items.with_columns(text=pl.lit("")))
    with pytest.raises(RecipeError, match=r"bert-click: no item of .* has a text\. Map a text column"):
        make_recipe("bert-click").fit(wordless)
