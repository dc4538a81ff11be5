from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from recengine.arrays import Scores
from recengine.data import Dataset
from recengine.models import FoldsIn, make_recipe
from recengine.models.histories import interaction_weights
from recengine.models.item_weights import ItemWeightsScorer, restored_weights
from tests.models.checkerboard import COLD_ITEM, N_ITEMS, N_USERS, NEWCOMER


@dataclass(frozen=True)
class Doubling:
    """A history counts twice."""

    def weights(self, histories: csr_matrix) -> csr_matrix:
        return csr_matrix(histories * np.float32(2), dtype=np.float32)


def weights_of(links: dict[tuple[int, int], float]) -> Scores:
    weights = np.zeros((N_ITEMS, N_ITEMS), dtype=np.float32)
    for place, weight in links.items():
        weights[place] = weight
    return weights


def history(**taken: float) -> csr_matrix:
    row: NDArray[np.float32] = np.zeros((1, N_ITEMS), dtype=np.float32)
    for item, weight in taken.items():
        row[0, int(item[1:])] = weight
    return csr_matrix(row)


@pytest.mark.parametrize("form", [np.asarray, csr_matrix])
def test_what_is_taken_adds_its_weight(board: Dataset, form: type) -> None:
    weights = weights_of({(0, 1): 0.5, (3, 1): 0.25, (3, 0): -1.0, (0, COLD_ITEM): 9.0})
    scorer = ItemWeightsScorer(Doubling(), board, form(weights))
    scores = scorer.fold_in(history(i0=1, i3=3))[0]
    # each history counts twice: 2 · 1 · 0.5 + 2 · 3 · 0.25, and 2 · 3 · -1
    assert scores[1] == pytest.approx(2 * 1 * 0.5 + 2 * 3 * 0.25)
    assert scores[0] == pytest.approx(2 * 3 * -1.0)
    assert scores[2] == 0, "known, but nothing in common"
    assert np.isnan(scores[COLD_ITEM]), "nobody took it in training"


@pytest.mark.parametrize("form", [np.asarray, csr_matrix])
def test_a_history_without_links_gives_no_opinion(board: Dataset, form: type) -> None:
    scorer = ItemWeightsScorer(Doubling(), board, form(weights_of({(0, 1): 0.5})))
    assert np.isnan(scorer.fold_in(history(i5=1))).all()
    assert np.isnan(scorer.fold_in(history())).all()
    assert np.isnan(scorer.score(np.array([NEWCOMER], dtype=np.int32))).all()


@pytest.mark.parametrize("form", [np.asarray, csr_matrix])
def test_a_row_is_the_same_alone_to_the_last_bit(board: Dataset, form: type) -> None:
    rng = np.random.default_rng(0)
    weights = rng.normal(size=(N_ITEMS, N_ITEMS)).astype(np.float32) * (rng.random((N_ITEMS, N_ITEMS)) < 0.5)
    scorer = ItemWeightsScorer(Doubling(), board, form(weights.astype(np.float32)))
    together = scorer.fold_in(board.matrix)
    for user in (0, 7, 40):
        np.testing.assert_array_equal(scorer.fold_in(board.matrix[user])[0], together[user])


@pytest.mark.parametrize("form", [np.asarray, csr_matrix])
def test_weights_survive_storing(form: type) -> None:
    weights = form(weights_of({(0, 1): 0.5, (4, 2): -2.0}))
    again = restored_weights(state_of(weights), N_ITEMS)
    dense = again if isinstance(again, np.ndarray) else again.toarray()
    assert dense[0, 1] == 0.5
    assert dense[4, 2] == -2
    assert np.count_nonzero(dense) == 2


def state_of(weights: Scores | csr_matrix) -> dict[str, NDArray[np.generic]]:
    if isinstance(weights, np.ndarray):
        return {"weights": weights}
    return {"data": weights.data, "indices": weights.indices, "indptr": weights.indptr}


@pytest.mark.parametrize("name", ["ease", "slim", "item-knn", "user-knn", "p3alpha", "rp3beta"])
def test_without_interactions_there_is_no_opinion(board: Dataset, name: str) -> None:
    empty = board.with_interactions(board.interactions.clear(), "empty")
    scorer = make_recipe(name).fit(empty)
    assert np.isnan(scorer.score(np.arange(N_USERS, dtype=np.int32))).all()
    assert isinstance(scorer, FoldsIn)
    assert np.isnan(scorer.fold_in(board.matrix)).all()


def test_uniform_or_as_they_are() -> None:
    given = csr_matrix((np.array([5.0, 0.0, 2.0]), np.array([0, 1, 3]), np.array([0, 3])), shape=(1, 4))
    assert interaction_weights(given, "uniform").toarray().tolist() == [[1, 0, 0, 1]]
    assert interaction_weights(given, "weight").toarray().tolist() == [[5, 0, 0, 2]]
    assert interaction_weights(given, "weight").nnz == 2
    assert given.data.tolist() == [5, 0, 2], "the histories are left alone"
