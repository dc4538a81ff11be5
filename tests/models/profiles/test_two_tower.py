from __future__ import annotations

from dataclasses import replace

import numpy as np
import polars as pl
import pytest
import torch
from scipy.sparse import csr_matrix

from recengine.arrays import Scores
from recengine.data import Dataset
from recengine.errors import RecipeError
from recengine.models import Resources, TakesNewItems, TakesTexts, make_recipe
from recengine.models.networks.two_tower import SHARPNESS, TwoTower
from recengine.models.profiles.two_tower import TwoTowerScorer
from tests.models.checkerboard import COLD_ITEM, N_ITEMS, N_USERS, WORDLESS_ITEM

EVEN, ODD = 0, 2
"""A user who likes even items, and one who likes odd ones."""


class Given:
    """Three items on the axes of a plane and between them, each a statement too."""

    items = np.array([[1, 0], [0, 1], [0.6, 0.8]], dtype=np.float32)
    statements = items

    def profiles(self, told: csr_matrix) -> Scores:
        return np.asarray(told @ self.items, dtype=np.float32)


def test_the_item_to_be_predicted_is_left_out_of_the_user() -> None:
    told = csr_matrix(np.array([[1, 0, 2]], dtype=np.float32))
    network = TwoTower(Given(), told)
    # 1 · (1, 0) + 2 · (0.6, 0.8) without the third is (1, 0)
    logits = network(torch.tensor([0]), torch.tensor([[2, 0, 1]]), torch.tensor([2.0]))
    expected = SHARPNESS * np.array([[0.6, 1.0, 0.0]])
    np.testing.assert_allclose(logits.detach().numpy(), expected, atol=1e-6)


def test_a_user_without_any_other_item_has_the_logit_b() -> None:
    network = TwoTower(Given(), csr_matrix(np.array([[0, 1, 0]], dtype=np.float32)))
    with torch.no_grad():
        network.bias.fill_(0.5)
    logits = network(torch.tensor([0]), torch.tensor([[1, 0]]), torch.tensor([1.0]))
    np.testing.assert_allclose(logits.detach().numpy(), [[0.5, 0.5]], atol=1e-6)


@pytest.fixture(scope="module")
def worded(board: Dataset) -> Dataset:
    """Texts in which one word tells the items of one taste from those of the other."""
    texts = [f"{'harbour' if item % 2 else 'mountain'} story {item}" for item in range(N_ITEMS)]
    return replace(board, items=board.items.with_columns(text=pl.Series(texts)), fingerprint="words")


def test_words_that_decide_are_found(worded: Dataset, resources: Resources) -> None:
    recipe = make_recipe("two-tower", {"epochs": 5, "batch_size": 64, "preparation": "centred", "learning_rate": 0.01})
    scorer = recipe.fit(worded, resources=resources)
    scores = scorer.score(np.arange(N_USERS, dtype=np.int32))
    even = np.arange(N_ITEMS) % 2 == 0
    assert scores[EVEN][even].min() > scores[EVEN][~even].max()
    assert scores[ODD][~even].min() > scores[ODD][even].max()
    # an item that nobody took is placed by its words
    assert scores[EVEN][COLD_ITEM] > scores[ODD][COLD_ITEM]


def test_new_items_and_tastes_in_words_are_ranked(board: Dataset, resources: Resources) -> None:
    recipe = make_recipe("two-tower", {"epochs": 3, "batch_size": 64})
    scorer = recipe.fit(board, resources=resources)
    assert isinstance(scorer, TwoTowerScorer)
    assert isinstance(scorer, TakesNewItems)
    assert isinstance(scorer, TakesTexts)
    users = np.array([EVEN, ODD], dtype=np.int32)
    new = board.items[[2, 3, WORDLESS_ITEM]]
    found = scorer.score_new_items(users, new, resources)
    np.testing.assert_allclose(found[:, :2], scorer.score(users)[:, 2:4], rtol=1e-3, atol=1e-3)
    assert np.isnan(found[:, 2]).all()
    taste, blank = scorer.score_texts(["a wedding and a first kiss", " "], resources)
    assert np.isnan(blank).all()
    assert np.nanmean(taste[::2]) > np.nanmean(taste[1::2])


def test_without_texts_there_is_one_clear_line(board: Dataset) -> None:
    wordless = replace(board, items=board.items.with_columns(text=pl.lit("")))
    with pytest.raises(RecipeError, match=r"two-tower: no item of .* has a text\. Map a text column"):
        make_recipe("two-tower").fit(wordless)
