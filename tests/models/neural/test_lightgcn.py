"""Vectors that spread over a graph, against loops over its neighbours."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from recengine.arrays import Values
from recengine.data import Dataset
from recengine.models import Learns, make_recipe
from recengine.models.networks.lightgcn import LightGcn, LightGcnTask, Links, Spread, normalised
from recengine.models.neural.lightgcn import GraphScorer, LightGcnRecipe

TAKEN = csr_matrix(np.array([[1, 1, 0, 0], [1, 0, 1, 0], [0, 0, 1, 0]], dtype=np.float32))


def spread(vectors: NDArray[Any], taken: Values) -> Values:
    """Σ v_i / sqrt(|N_u| |N_i|), one neighbour after the other."""
    out = np.zeros((len(taken), vectors.shape[1]))
    for u in range(len(taken)):
        for i in range(taken.shape[1]):
            if taken[u, i]:
                out[u] += vectors[i] / np.sqrt(taken[u].sum() * taken[:, i].sum())
    return out


def test_a_link_counts_less_the_more_links_both_ends_have() -> None:
    # user 0 took two items, the first of which two users took
    assert normalised(TAKEN)[0, 0] == pytest.approx(1 / np.sqrt(2 * 2))
    assert normalised(TAKEN)[0, 1] == pytest.approx(1 / np.sqrt(2 * 1))
    assert normalised(TAKEN)[2, 2] == pytest.approx(1 / np.sqrt(1 * 2))


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 1000), layers=st.integers(1, 4))
def test_layers_are_sums_over_neighbours(seed: int, layers: int) -> None:
    rng = np.random.default_rng(seed)
    taken = (rng.random((6, 5)) < 0.5).astype(np.float64)
    network = LightGcn(csr_matrix(taken), 3, layers)
    users: list[NDArray[Any]] = [network.users.weight.detach().numpy()]
    items: list[NDArray[Any]] = [network.items.weight.detach().numpy()]
    for _ in range(layers):
        last = users[-1], items[-1]
        users.append(spread(last[1], taken))
        items.append(spread(last[0], taken.T))
    own_users, every_item = (one.detach().numpy() for one in network.final(own=True))
    np.testing.assert_allclose(own_users, np.mean(users, axis=0), rtol=1e-4, atol=1e-6)
    np.testing.assert_allclose(every_item, np.mean(items, axis=0), rtol=1e-4, atol=1e-6)
    others = network.final(own=False)[0].detach().numpy()
    np.testing.assert_allclose(others, sum(users[1:]) / (layers + 1), rtol=1e-4, atol=1e-6)


def test_the_gradient_is_that_of_the_sums() -> None:
    def links(matrix: csr_matrix) -> Links:
        return Links(
            torch.from_numpy(matrix.indptr).long(),
            torch.from_numpy(matrix.indices).long(),
            torch.from_numpy(matrix.data).double(),
        )

    there, back = links(normalised(TAKEN)), links(csr_matrix(normalised(TAKEN).T))
    vectors = torch.randn(4, 2, dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradcheck(lambda v: Spread.over(v, there, back), (vectors,))


def test_the_loss_is_that_of_pairs_with_a_penalty() -> None:
    recipe = LightGcnRecipe(factors=2, layers=1, regularization=0.5)
    task = LightGcnTask(recipe, TAKEN)
    batch = tuple(torch.tensor([position]) for position in (0, 1, 2))
    users, items = (one.detach().numpy() for one in task.network.final(own=False))
    first, second = task.network.users.weight.detach().numpy(), task.network.items.weight.detach().numpy()
    pair = np.log1p(np.exp(-(users[0] @ items[1] - users[0] @ items[2])))
    penalty = 0.5 / 2 * sum((row**2).sum() for row in (first[0], second[1], second[2]))
    assert float(task.loss(task.network, batch).detach()) == pytest.approx(pair + penalty, rel=1e-5)


def test_users_are_what_the_network_makes_of_their_items(board: Dataset) -> None:
    recipe = make_recipe("lightgcn", {"factors": 4, "epochs": 2})
    scorer = recipe.fit(board, seed=1)
    assert isinstance(scorer, GraphScorer)
    assert isinstance(scorer, Learns)
    assert len(scorer.losses) == 2
    # a history of one item points where that item does, whatever it weighs
    one = csr_matrix(([5.0], ([0], [3])), shape=(1, board.n_items))
    np.testing.assert_allclose(scorer.fold_in(one), scorer.fold_in(one * 2), rtol=1e-6)
    nothing = csr_matrix((1, board.n_items))
    assert np.isnan(scorer.fold_in(nothing)).all()


def test_one_event_a_user_is_enough(board: Dataset) -> None:
    single = board.with_interactions(board.interactions.unique("user", keep="first", maintain_order=True), "single")
    scorer = make_recipe("lightgcn", {"factors": 4, "epochs": 2}).fit(single)
    heard = np.isfinite(scorer.score(np.arange(board.n_users, dtype=np.int32)))
    np.testing.assert_array_equal(heard, np.outer(np.diff(single.matrix.indptr) > 0, single.popularity() > 0))
