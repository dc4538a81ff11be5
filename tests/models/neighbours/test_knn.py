"""Item-KNN and user-KNN against formulas on paper, dense ones, and two libraries."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import polars as pl
import pytest
from scipy.sparse import csr_matrix

from recengine.arrays import Values
from recengine.data import Dataset
from recengine.models.neighbours import ItemKnnRecipe, UserKnnRecipe
from recengine.models.neighbours.nearest import largest
from tests.models.checkerboard import N_ITEMS, N_USERS, NEWCOMER

PLAIN: dict[str, Any] = {
    "similarity": "cosine",
    "shrinkage": 0,
    "feature_weighting": "none",
    "amplification": 1,
    "neighbours": 10_000,
}
ALL_USERS = np.arange(N_USERS, dtype=np.int32)


def dataset_of(board: Dataset, taken: list[list[int]]) -> Dataset:
    """The board's people and items with a history each for the first users."""
    pairs = [(user, item) for user, items in enumerate(taken) for item in items]
    interactions = pl.DataFrame(
        {
            "user": [user for user, _ in pairs],
            "item": [item for _, item in pairs],
            "weight": [1.0] * len(pairs),
            "time": [0] * len(pairs),
            "positive": [True] * len(pairs),
        },
        schema=board.interactions.schema,
    )
    return board.with_interactions(interactions, "by hand")


def links_of(recipe: ItemKnnRecipe, board: Dataset) -> Values:
    state = recipe.fit(board).state()
    return csr_matrix((state["data"], state["indices"], state["indptr"]), shape=(N_ITEMS, N_ITEMS)).toarray()


def test_items_are_alike_by_common_users(board: Dataset) -> None:
    # item 0: users 0, 1, 2; item 1: users 0, 1; item 2: user 2
    data = dataset_of(board, [[0, 1], [0, 1], [0, 2]])
    scores = ItemKnnRecipe(**PLAIN).fit(data).score(ALL_USERS)
    # user 0 has 0 and 1, and item 2 has one user in common with item 0: 1 / √(3 · 1)
    assert scores[0, 2] == pytest.approx(1 / 3**0.5)
    # item 0 stands next to item 1 with 2 / √(3 · 2); an item is no neighbour of its own
    assert scores[0, 0] == pytest.approx(2 / 6**0.5)
    # shrinkage 4: 1 / (√3 + 4)
    assert ItemKnnRecipe(**PLAIN | {"shrinkage": 4}).fit(data).score(ALL_USERS)[0, 2] == pytest.approx(1 / (3**0.5 + 4))
    # asymmetry ¼ for the neighbour 0 of item 2: 1 / (1^¾ · 3^¼)
    lopsided = ItemKnnRecipe(**PLAIN | {"similarity": "asymmetric", "asymmetry": 0.25})
    assert lopsided.fit(data).score(ALL_USERS)[0, 2] == pytest.approx(1 / 3**0.25)
    # three users have one of the two, one has both
    assert ItemKnnRecipe(**PLAIN | {"similarity": "tanimoto"}).fit(data).score(ALL_USERS)[0, 2] == pytest.approx(1 / 3)
    assert ItemKnnRecipe(**PLAIN | {"similarity": "product"}).fit(data).score(ALL_USERS)[0, 2] == pytest.approx(1)
    squared = ItemKnnRecipe(**PLAIN | {"amplification": 2})
    assert squared.fit(data).score(ALL_USERS)[0, 2] == pytest.approx(1 / 3)


def test_each_item_keeps_its_nearest(board: Dataset) -> None:
    recipe = ItemKnnRecipe(**PLAIN)
    every = links_of(recipe, board)
    few = links_of(replace(recipe, neighbours=3), board)
    # column i holds what the history says for item i
    np.testing.assert_array_equal(few, np.where(largest(np.ascontiguousarray(every.T), 3), every.T, 0).T)
    assert (np.count_nonzero(few, axis=0) <= 3).all()
    equal = links_of(replace(recipe, normalization="equal"), board)
    sums = equal.sum(axis=1)
    assert sums[every.sum(axis=1) > 0] == pytest.approx(1)


@pytest.mark.parametrize("shrinkage", [0.0, 3.0])
@pytest.mark.parametrize("similarity", ["cosine", "asymmetric", "tanimoto"])
def test_item_links_are_those_of_irspack(board: Dataset, similarity: str, shrinkage: float) -> None:
    recipe = ItemKnnRecipe(**PLAIN | {"similarity": similarity, "asymmetry": 0.3, "shrinkage": shrinkage})
    theirs = irspack_similarities(similarity, shrinkage, csr_matrix(ones(board).T), alpha=1 - 0.3)
    # one row an item that is scored, one column a neighbour: turned round here
    np.testing.assert_allclose(links_of(recipe, board), theirs.T, rtol=1e-5, atol=1e-7)


def test_user_neighbours_are_those_of_irspack(board: Dataset) -> None:
    scorer = UserKnnRecipe(**PLAIN | {"shrinkage": 2.0}).fit(board)
    state = scorer.state()
    ours = csr_matrix((state["data"], state["indices"], state["indptr"]), shape=(N_USERS, N_USERS)).toarray()
    theirs = irspack_similarities("cosine", 2.0, ones(board), alpha=0.5)
    histories = ones(board).toarray()
    twins = (histories[:, None] == histories[None]).all(axis=2)
    np.testing.assert_allclose(ours, np.where(twins, 0, theirs), rtol=1e-5, atol=1e-7)


def ones(board: Dataset) -> csr_matrix:
    taken = csr_matrix(board.matrix, dtype=np.float64, copy=True)
    taken.data[:] = 1
    return taken


def irspack_similarities(similarity: str, shrinkage: float, rows: csr_matrix, alpha: float) -> Values:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from irspack.recommenders import _knn

    computers: dict[str, Callable[[], Any]] = {
        "cosine": lambda: _knn.CosineSimilarityComputer(rows, shrinkage, True, 1),
        "asymmetric": lambda: _knn.AsymmetricSimilarityComputer(rows, shrinkage, alpha, 1),
        "tanimoto": lambda: _knn.JaccardSimilarityComputer(rows, shrinkage, 1),
    }
    found = computers[similarity]().compute_similarity(rows, rows.shape[0])
    similarities: Values = found.toarray()
    np.fill_diagonal(similarities, 0)
    return similarities


def test_item_links_are_those_of_implicit(board: Dataset) -> None:
    from implicit.nearest_neighbours import CosineRecommender

    model = CosineRecommender(K=N_ITEMS, num_threads=1)
    with warnings.catch_warnings():
        # its own conversion
        warnings.simplefilter("ignore")
        model.fit(ones(board), show_progress=False)
    theirs = model.similarity.toarray()
    np.fill_diagonal(theirs, 0)
    np.testing.assert_allclose(links_of(ItemKnnRecipe(**PLAIN), board), theirs, rtol=1e-5, atol=1e-7)


def test_neighbours_vote_by_similarity(board: Dataset) -> None:
    data = dataset_of(board, [[0, 1], [0, 1, 2], [1, 3], [5, 6]])
    scores = UserKnnRecipe(**PLAIN | {"beta": 0}).fit(data).score(ALL_USERS)
    # user 0 has two items in common with user 1, one with user 2, none with user 3
    near, far = 2 / (2 * 3) ** 0.5, 1 / (2 * 2) ** 0.5
    assert scores[0, [2, 3]] == pytest.approx([near / (near + far), far / (near + far)])
    assert scores[0, 5] == 0
    # popular items are toned down: items 2 and 3 have one user each, item 1 has three
    damped = UserKnnRecipe(**PLAIN | {"beta": 0.5}).fit(data).score(ALL_USERS)
    assert damped[0, [1, 2]] == pytest.approx([1 / 3**0.5, near / (near + far)])
    # user 3 has nothing in common with anybody
    assert np.isnan(scores[3]).all()
    assert np.isnan(scores[NEWCOMER]).all()


def test_the_same_history_is_passed_over(board: Dataset) -> None:
    # three users with the same history would be the only neighbours of each other
    data = dataset_of(board, [[0, 1], [0, 1], [0, 1], [1, 2], [1, 3, 4]])
    scorer = UserKnnRecipe(**PLAIN | {"beta": 0, "neighbours": 1}).fit(data)
    scores = scorer.score(ALL_USERS)
    assert scores[0, 2] == 1, "the one neighbour is user 3"
    stranger = csr_matrix(data.matrix[0])
    np.testing.assert_array_equal(scorer.fold_in(stranger)[0], scores[0])


def test_an_edited_history_has_the_unedited_one_for_a_neighbour(board: Dataset) -> None:
    data = dataset_of(board, [[0, 1, 2], [3, 4]])
    edited = csr_matrix(([1.0, 1.0], ([0, 0], [0, 1])), shape=(1, N_ITEMS))
    scores = UserKnnRecipe(**PLAIN | {"beta": 0}).fit(data).fold_in(edited)[0]
    assert scores[2] == 1, "the only neighbour took it"


@pytest.mark.parametrize("weighting", ["uniform", "weight"])
def test_user_shares_follow_the_common_items(board: Dataset, weighting: str) -> None:
    scorer = UserKnnRecipe(neighbours=5, weighting=weighting, amplification=1.5).fit(board)
    shares = scorer.explain(3, 4)
    assert (shares.shares >= 0).all()
    state = scorer.state()
    neighbours = state["indices"][state["indptr"][3] : state["indptr"][4]]
    voters = [user for user in neighbours if board.matrix[user, 4] > 0]
    shared = {int(item) for user in voters for item in board.matrix[user].indices}
    for item, share in zip(shares.items, shares.shares, strict=True):
        assert (share > 0) == (int(item) in shared)
