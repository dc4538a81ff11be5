"""The bound that a variational autoencoder maximises, by hand."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from scipy.sparse import csr_matrix
from torch.distributions import Normal, kl_divergence

from recengine.data import Dataset
from recengine.models import make_recipe
from recengine.models.networks.multvae import MultVae, MultVaeTask, negative_bound, user_states
from recengine.models.neural.multvae import MultVaeRecipe


def test_the_bound_by_hand() -> None:
    log_odds = torch.log(torch.tensor([[1.0, 2.0, 5.0]]))  # chances 1/8, 2/8, 5/8
    histories = torch.tensor([[1.0, 0.0, 1.0]])
    mean, log_variance = torch.tensor([[0.5, 0.0]]), torch.log(torch.tensor([[1.0, 4.0]]))
    # KL of N(m, v) from N(0, 1) is (v + m² - 1 - log v) / 2
    divergence = (1 + 0.25 - 1 - 0) / 2 + (4 + 0 - 1 - np.log(4)) / 2
    likelihood = np.log(1 / 8) + np.log(5 / 8)
    found = negative_bound(log_odds, histories, mean, log_variance, beta=0.2)
    assert float(found) == pytest.approx(0.2 * divergence - likelihood, rel=1e-6)
    torch.testing.assert_close(
        torch.tensor([divergence], dtype=torch.float32),
        kl_divergence(Normal(mean, (log_variance / 2).exp()), Normal(0.0, 1.0)).sum(dim=1),
    )


def test_the_divergence_counts_more_from_batch_to_batch() -> None:
    taken = csr_matrix(np.array([[1, 0, 1], [0, 1, 1], [1, 1, 0], [1, 0, 0]], dtype=np.float32))
    recipe = MultVaeRecipe(hidden=4, factors=2, dropout=0.0, beta=0.5, annealing=4)
    task = MultVaeTask(recipe.network(3), recipe, taken)
    shares = []
    for batch in task.batches(np.random.default_rng(0), size=1):
        torch.manual_seed(0)
        log_odds, mean, log_variance = task.network(batch[0])
        torch.manual_seed(0)
        loss = task.loss(task.network, batch)
        likelihood = negative_bound(log_odds, batch[0], mean, log_variance, 0.0)
        divergence = negative_bound(log_odds, batch[0], mean, log_variance, 1.0) - likelihood
        shares.append(float(((loss - likelihood) / divergence).detach()))
    assert shares == pytest.approx([0.5 * 1 / 4, 0.5 * 2 / 4, 0.5 * 3 / 4, 0.5], rel=1e-3)


def test_states_and_items_give_the_log_odds_without_a_draw() -> None:
    torch.manual_seed(0)
    network = MultVae(n_items=3, hidden=4, factors=2, dropout=0.5).eval()
    histories = csr_matrix(np.array([[1, 0, 5], [0, 0, 0]], dtype=np.float32))
    states = user_states(network, histories)
    assert np.isnan(states[1]).all()
    # weights do not count: the first history is items 0 and 2, each 1 / sqrt(2)
    given = torch.tensor([[2**-0.5, 0.0, 2**-0.5]])
    mean = network.code(torch.tanh(network.encoder(given)))[:, :2]
    expected = network.items(torch.tanh(network.decoder(mean))).detach().numpy()
    np.testing.assert_allclose(states[:1] @ network.item_vectors.detach().numpy().T, expected, rtol=1e-5)


def test_one_event_a_user_is_enough(board: Dataset) -> None:
    single = board.with_interactions(board.interactions.unique("user", keep="first", maintain_order=True), "single")
    scorer = make_recipe("multvae", {"hidden": 8, "factors": 4, "epochs": 2}).fit(single)
    heard = np.isfinite(scorer.score(np.arange(board.n_users, dtype=np.int32)))
    np.testing.assert_array_equal(heard, np.outer(np.diff(single.matrix.indptr) > 0, single.popularity() > 0))
