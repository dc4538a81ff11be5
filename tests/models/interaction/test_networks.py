"""Networks over ids: what is computed in parts is what the papers have, and losses are what they say."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

from recengine.data import Dataset
from recengine.models import make_recipe
from recengine.models.networks.pair_network import Split, parts_in_blocks, scores_in_blocks
from recengine.models.networks.pair_task import pair_loss


def layers(network: Any, first: Tensor) -> Tensor:
    states = torch.relu(first)
    for layer in network.tower.layers:
        states = torch.relu(layer(states))
    found: Tensor = network.tower.last(states)[..., 0]
    return found


def gmf(network: Any, u: Tensor, i: Tensor) -> Tensor:
    found: Tensor = (network.users(u) * network.items(i)) @ network.weights
    return found


def mlp(network: Any, u: Tensor, i: Tensor) -> Tensor:
    return layers(network, network.first(torch.cat([network.users(u), network.items(i)])))


def neumf(network: Any, u: Tensor, i: Tensor) -> Tensor:
    return gmf(network, u, i) + layers(
        network, network.first(torch.cat([network.deep_users(u), network.deep_items(i)]))
    )


@pytest.mark.parametrize("plain", [gmf, mlp, neumf])
def test_scores_in_parts_are_those_of_the_plain_network(plain: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = {"factors": 4} if plain is gmf else {"factors": 4, "hidden": 8, "layers": 3}
    recipe: Any = make_recipe(plain.__name__, settings)
    torch.manual_seed(2)
    network = recipe.network(5, 7).eval()
    users, items = torch.arange(5), torch.arange(7)
    with torch.inference_mode():
        for weight in network.parameters():
            weight.normal_(std=0.5)
        expected = torch.stack([torch.stack([plain(network, u, i) for i in items]) for u in users])
        parts = [
            parts_in_blocks(network, rows, of_users=of_users) for rows, of_users in ((users, True), (items, False))
        ]
        whole = scores_in_blocks(network, *parts)
        # blocks of two users, or of two items
        for room in (2 * 7, 2):
            monkeypatch.setattr("recengine.models.networks.pair_network.PAIR_NUMBERS", room * network.width)
            torch.testing.assert_close(scores_in_blocks(network, *parts), whole)
        torch.testing.assert_close(whole, expected, rtol=1e-5, atol=1e-6)
        own = torch.tensor([[0, 0, 6], [1, 2, 3], [6, 5, 4], [3, 3, 3], [2, 0, 1]])
        torch.testing.assert_close(network(users, own), expected.gather(1, own), rtol=1e-5, atol=1e-6)


def test_a_split_layer_is_a_layer() -> None:
    torch.manual_seed(0)
    split = Split(3, 4, 5)
    users, items = torch.randn(6, 3), torch.randn(6, 4)
    torch.testing.assert_close(split.of_user(users) + split.of_item(items), split(torch.cat([users, items], dim=1)))


def test_losses() -> None:
    logits = torch.tensor([[1.0, 0.0, -torch.inf], [2.0, 1.0, 3.0]])
    softmax = -math.log(math.e / (math.e + 1)), -math.log(math.e**2 / (math.e**2 + math.e + math.e**3))
    assert float(pair_loss("softmax", logits)) == pytest.approx(sum(softmax) / 2)

    def cost(logit: float, taken: bool) -> float:
        return -math.log(1 / (1 + math.exp(-logit if taken else logit)))

    first = cost(1, True) + cost(0, False)
    second = cost(2, True) + cost(1, False) + cost(3, False)
    assert float(pair_loss("bce", logits)) == pytest.approx((first + second) / 2)


def test_gmf_scores_as_its_network_does(board: Dataset) -> None:
    recipe: Any = make_recipe("gmf", {"factors": 4, "epochs": 3, "held_out": 10, "batch_size": 64})
    scorer = recipe.fit(board, seed=1)
    users = np.arange(3, dtype=np.int32)
    state = scorer.state()
    vectors = state["user_vectors"][users] @ state["item_vectors"].T
    np.testing.assert_allclose(scorer.score(users), vectors, rtol=1e-5)
    assert len(scorer.losses) == 3
    assert [curve.name for curve in scorer.curves] == ["NDCG@10 of users held out"]
