from __future__ import annotations

import numpy as np
import pytest
from scipy.sparse import csr_matrix, random_array
from scipy.stats import kstest

from recengine.data import Dataset
from recengine.models.popularity.chance import RandomRecipe
from tests.models.checkerboard import N_USERS

EVERYBODY = np.arange(N_USERS, dtype=np.int32)


def test_numbers_are_uniform_and_independent(board: Dataset) -> None:
    scorer = RandomRecipe().fit(board, seed=0)
    histories = csr_matrix(random_array((2_000, board.n_items), density=0.5, rng=np.random.default_rng(0)))
    scores = scorer.fold_in(histories)
    assert scores.min() >= 0
    assert scores.max() < 1
    assert kstest(scores.ravel(), "uniform").pvalue > 0.001
    correlations = np.corrcoef(scores.T) - np.eye(board.n_items)
    # of independent columns, the standard deviation of a correlation is 1 / √2000
    assert np.abs(correlations).max() < 5 / 2_000**0.5
    assert np.unique(scores).size > 0.99 * scores.size


def test_seeds_differ_and_weights_do_not_matter(board: Dataset) -> None:
    scorer = RandomRecipe().fit(board, seed=1)
    scores = scorer.score(EVERYBODY)
    assert np.abs(scores - RandomRecipe().fit(board, seed=2).score(EVERYBODY)).mean() == pytest.approx(1 / 3, abs=0.05)
    heavier = board.matrix.copy()
    heavier.data *= 2
    np.testing.assert_array_equal(scorer.fold_in(heavier), scores)


def test_another_history_gives_another_list(board: Dataset) -> None:
    scorer = RandomRecipe().fit(board, seed=0)
    without = board.matrix[0].copy()
    without.data[0] = 0
    without.eliminate_zeros()
    assert not np.array_equal(scorer.fold_in(without)[0], scorer.score(EVERYBODY[:1])[0])
