from __future__ import annotations

import numpy as np
import pytest
from scipy.sparse import csr_matrix
from sklearn.linear_model import ElasticNet

from recengine.arrays import Values
from recengine.data import Dataset
from recengine.models.linear import SlimRecipe
from tests.models.checkerboard import N_ITEMS, N_USERS


def fitted_weights(recipe: SlimRecipe, board: Dataset) -> Values:
    state = recipe.fit(board).state()
    return csr_matrix((state["data"], state["indices"], state["indptr"]), shape=(N_ITEMS, N_ITEMS)).toarray()


@pytest.mark.parametrize("weighting", ["uniform", "weight"])
@pytest.mark.parametrize("nonnegative", [True, False])
def test_weights_are_the_elastic_net_of_scikit_learn(board: Dataset, nonnegative: bool, weighting: str) -> None:
    taken = board.matrix.toarray().astype(np.float64)
    if weighting == "uniform":
        taken = (taken > 0).astype(np.float64)
    l2 = 0.5 * (taken**2).sum() / np.count_nonzero(taken.any(axis=1))
    l1 = 0.2 * (taken[taken > 0] ** 2).mean()
    # scikit-learn divides the squared error by 2 n: alpha (1 - r) = l2 / n and alpha r = l1 / n
    model = ElasticNet(
        alpha=(l1 + l2) / N_USERS,
        l1_ratio=l1 / (l1 + l2),
        fit_intercept=False,
        positive=nonnegative,
        max_iter=10_000,
        tol=1e-8,
    )
    recipe = SlimRecipe(regularization=0.5, sparsity=0.2, nonnegative=nonnegative, weighting=weighting)
    weights = fitted_weights(recipe, board)
    for item in (0, 7, 12):
        others = np.arange(N_ITEMS) != item
        model.fit(taken[:, others], taken[:, item])
        np.testing.assert_allclose(weights[others, item], model.coef_, atol=2e-3)
    assert not np.diagonal(weights).any()
    assert (weights.min() < 0) != nonnegative


def test_more_sparsity_leaves_fewer_weights(board: Dataset) -> None:
    counts = [np.count_nonzero(fitted_weights(SlimRecipe(sparsity=sparsity), board)) for sparsity in (0.5, 2, 6)]
    assert counts[0] > counts[1] > counts[2] > 0


def test_nobody_has_a_history(board: Dataset) -> None:
    empty = board.with_interactions(board.interactions.clear(), "empty")
    assert np.isnan(SlimRecipe().fit(empty).score(np.array([0], dtype=np.int32))).all()
