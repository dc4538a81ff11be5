from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pytest
from scipy.sparse import csr_matrix

from recengine.arrays import Values
from recengine.data import Dataset
from recengine.models.neighbours import P3AlphaRecipe, RP3BetaRecipe
from recengine.models.neighbours.nearest import largest
from tests.models.checkerboard import N_ITEMS, N_USERS

ALL_USERS = np.arange(N_USERS, dtype=np.int32)


def links_of(recipe: P3AlphaRecipe | RP3BetaRecipe, board: Dataset) -> Values:
    state = recipe.fit(board).state()
    return csr_matrix((state["data"], state["indices"], state["indptr"]), shape=(N_ITEMS, N_ITEMS)).toarray()


def walked(board: Dataset, alpha: float, beta: float, *, weighted: bool) -> Values:
    taken = board.matrix.toarray().astype(np.float64)
    taken = taken if weighted else (taken > 0).astype(np.float64)
    with np.errstate(invalid="ignore"):
        to_user = np.nan_to_num(taken / taken.sum(axis=0)).T ** alpha
        to_item = np.nan_to_num(taken / taken.sum(axis=1, keepdims=True)) ** alpha
    steps = to_user @ to_item
    np.fill_diagonal(steps, 0)
    scores: Values = steps / np.maximum(board.popularity(), 1.0) ** beta
    return scores


@pytest.mark.parametrize("weighting", ["uniform", "weight"])
def test_links_are_two_steps_from_item_to_item(board: Dataset, weighting: str) -> None:
    expected = walked(board, 0.7, 0.4, weighted=weighting == "weight")
    whole = RP3BetaRecipe(alpha=0.7, beta=0.4, neighbours=N_ITEMS, weighting=weighting, normalization="none")
    np.testing.assert_allclose(links_of(whole, board), expected, rtol=1e-5, atol=1e-9)
    equal = RP3BetaRecipe(alpha=0.7, beta=0.4, neighbours=N_ITEMS, weighting=weighting)
    sums = np.maximum(expected.sum(axis=1, keepdims=True), 1e-300)
    np.testing.assert_allclose(links_of(equal, board), expected / sums, rtol=1e-5, atol=1e-9)


def test_few_origins_are_the_likeliest(board: Dataset) -> None:
    expected = walked(board, 0.7, 0.4, weighted=False).astype(np.float32)
    few = RP3BetaRecipe(alpha=0.7, beta=0.4, neighbours=4, normalization="none")
    kept = np.where(largest(np.ascontiguousarray(expected.T), 4), expected.T, 0).T
    assert np.count_nonzero(links_of(few, board)) == np.count_nonzero(kept)
    assert links_of(few, board).sum() == pytest.approx(kept.sum(), rel=1e-5)


def test_p3alpha_is_rp3beta_without_a_penalty(board: Dataset) -> None:
    plain = P3AlphaRecipe(alpha=1.2, neighbours=6)
    np.testing.assert_array_equal(links_of(plain, board), links_of(RP3BetaRecipe(1.2, 6, beta=0), board))


def test_a_walk_ends_somewhere(board: Dataset) -> None:
    """For alpha 1 the scores of a user are probabilities; what is missing to 1 came back to where it was."""
    recipe = P3AlphaRecipe(alpha=1, neighbours=N_ITEMS, normalization="none", weighting="weight")
    scores = np.nan_to_num(recipe.fit(board).score(ALL_USERS)).sum(axis=1)
    taken = board.matrix.toarray().astype(np.float64)
    with np.errstate(invalid="ignore"):
        leave, arrive = np.nan_to_num(taken / taken.sum(axis=0)), np.nan_to_num(taken / taken.sum(axis=1)[:, None])
    back = arrive @ (leave * arrive).sum(axis=0)
    known = taken.sum(axis=1) > 0
    assert scores[known] + back[known] == pytest.approx(1, rel=1e-5)


def test_links_are_those_of_irspack(board: Dataset) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from irspack.recommenders._knn import P3alphaComputer, RP3betaComputer

    # irspack raises the weights themselves to the power of alpha, where we raise the probabilities: 1 is common
    by_item = csr_matrix(board.matrix.T, dtype=np.float64)
    by_item.data[:] = 1
    p3 = P3alphaComputer(by_item, alpha=1.0, n_threads=1).compute_W(by_item, N_ITEMS)
    rp3 = RP3betaComputer(by_item, alpha=1.0, beta=0.4, n_threads=1).compute_W(by_item, N_ITEMS)
    for found, beta in ((p3, 0.0), (rp3, 0.4)):
        theirs: Any = found.toarray()
        np.fill_diagonal(theirs, 0)
        ours = links_of(RP3BetaRecipe(1.0, N_ITEMS, "none", beta=beta), board)
        np.testing.assert_allclose(ours, theirs, rtol=1e-5, atol=1e-9)
