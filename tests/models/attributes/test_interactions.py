"""Products of pairs of fields against their definitions, and their gradients against finite differences."""

from __future__ import annotations

from itertools import combinations
from typing import Any

import numpy as np
import polars as pl
import pytest
import torch
from torch import Tensor

from recengine.data import Attribute
from recengine.models import make_recipe
from recengine.models.attributes.fields import FieldRows, Fields, SideFields
from recengine.models.networks.deepfm import own_terms
from recengine.models.networks.factorization import bi_interaction, cross_dots, pair_dots
from recengine.models.networks.fields import FieldTensors, FieldVectors
from recengine.models.networks.pair_network import alone, dots, parts_in_blocks, scores_in_blocks


@pytest.fixture
def generator() -> torch.Generator:
    return torch.Generator().manual_seed(5)


def doubles(generator: torch.Generator, *shape: int) -> Tensor:
    return torch.randn(shape, generator=generator, dtype=torch.float64, requires_grad=True)


def naive_bi_interaction(fields: Tensor) -> Tensor:
    return sum((fields[:, i] * fields[:, j] for i, j in combinations(range(fields.shape[1]), 2)), torch.zeros(()))


@pytest.mark.parametrize("n_fields", [2, 3, 7])
def test_bi_interaction_is_the_double_sum(generator: torch.Generator, n_fields: int) -> None:
    fields = doubles(generator, 4, n_fields, 5)
    torch.testing.assert_close(bi_interaction(fields), naive_bi_interaction(fields))
    ours, naive = (
        torch.autograd.grad(made.square().sum(), fields)[0]
        for made in (bi_interaction(fields), naive_bi_interaction(fields))
    )
    torch.testing.assert_close(ours, naive)
    assert torch.autograd.gradcheck(bi_interaction, (fields,))


def test_one_field_has_no_pair(generator: torch.Generator) -> None:
    torch.testing.assert_close(bi_interaction(doubles(generator, 2, 1, 3)), torch.zeros(2, 3, dtype=torch.float64))
    assert pair_dots(doubles(generator, 2, 1, 3)).shape == (2, 0)


def test_the_machine_splits_into_user_item_and_across(generator: torch.Generator) -> None:
    users, items = doubles(generator, 4, 3, 5), doubles(generator, 6, 2, 5)
    user_weights, item_weights = doubles(generator, 4, 3, 1), doubles(generator, 6, 2, 1)

    def machine(users: Tensor, items: Tensor, user_weights: Tensor, item_weights: Tensor) -> Tensor:
        across = dots(users.sum(dim=1)[:, None], items.sum(dim=1)[None])
        return own_terms(user_weights, users)[:, None] + own_terms(item_weights, items) + across

    found = machine(users, items, user_weights, item_weights)
    for u in range(4):
        for i in range(6):
            together = [*users[u], *items[i]]
            naive = sum((a @ b for a, b in combinations(together, 2)), user_weights[u].sum() + item_weights[i].sum())
            torch.testing.assert_close(found[u, i], naive)
    assert torch.autograd.gradcheck(machine, (users, items, user_weights, item_weights))


def test_pair_dots_are_the_upper_triangle(generator: torch.Generator) -> None:
    fields = doubles(generator, 3, 4, 5)
    products = torch.einsum("nik,njk->nij", fields, fields)
    expected = torch.stack([products[:, i, j] for i, j in combinations(range(4), 2)], dim=1)
    torch.testing.assert_close(pair_dots(fields), expected)
    assert torch.autograd.gradcheck(pair_dots, (fields,))


def test_cross_dots_are_those_of_each_user_and_item(generator: torch.Generator) -> None:
    users, items = doubles(generator, 3, 1, 2, 5), doubles(generator, 3, 6, 4, 5)
    expected = torch.einsum("nak,nmbk->nmab", users[:, 0], items).reshape(3, 6, 8)
    torch.testing.assert_close(cross_dots(users, items), expected)
    assert torch.autograd.gradcheck(cross_dots, (users, items))
    same = items[:1].detach().requires_grad_()
    torch.testing.assert_close(cross_dots(users, same), cross_dots(users, same.expand(3, -1, -1, -1)))
    assert torch.autograd.gradcheck(cross_dots, (users, same))


def some_rows(seed: int, n: int) -> tuple[SideFields, FieldRows]:
    """n rows, one of which is unknown, with a field of up to two of five labels, two numbers, three of text."""
    rng = np.random.default_rng(seed)
    labels = pl.Series([f"{letter}" for letter in "abcde"])
    side = SideFields(n, ((Attribute("kind", "categories"), labels),), (("x", 0.0, 1.0), ("y", 1.0, 2.0)), 3)
    table = pl.DataFrame(
        {
            "kind": [list(rng.choice(labels.to_list(), rng.integers(0, 3), replace=False)) for _ in range(n)],
            "x": rng.normal(size=n),
            "y": [None, *rng.normal(size=n - 1)],
        },
        schema_overrides={"kind": pl.List(pl.String)},
    )
    ids = np.arange(n, dtype=np.int32)
    return side, side.encode(table, ids, rng.normal(size=(n, 3)).astype(np.float32))


def test_a_vector_each_field() -> None:
    side, rows = some_rows(0, 8)
    torch.manual_seed(0)
    network: Any = FieldVectors(side, 4)
    found = network(FieldTensors.of(rows))
    assert found.shape == (8, len(side.names), 4)
    assert side.names == ("id", "kind", "x", "y", "text")
    codes, _ = rows.labels[0]
    weight = network.categories.labels[0].weight
    for row in range(8):
        own = [weight[code] for code in codes[row] if code]
        mean = torch.stack(own).mean(dim=0) if own else torch.zeros(4)
        torch.testing.assert_close(found[row, 1], mean)
    torch.testing.assert_close(found[0, 3], network.missing[1])
    torch.testing.assert_close(found[2, 2], float(rows.numbers[2, 0]) * network.values[0])


def test_ids_are_hidden_only_while_learning() -> None:
    _, rows = some_rows(0, 100)
    torch.manual_seed(0)
    hidden = FieldTensors.of(rows).without_some_ids(0.3).ids
    assert 15 <= int((hidden == 0).sum()) <= 45
    np.testing.assert_array_equal(rows.ids[hidden != 0], hidden[hidden != 0])


class Plain:
    """The networks as their papers have them: one pair at a time, all of its fields together, nothing split."""

    def __init__(self, network: Any, users: FieldRows, items: FieldRows) -> None:
        self.network = network
        self.rows = FieldTensors.of(users), FieldTensors.of(items)

    def layers(self, first: Tensor) -> Tensor:
        tower = self.network.tower
        states = torch.relu(first)
        for layer in tower.layers:
            states = torch.relu(layer(states))
        found: Tensor = tower.last(states)[..., 0]
        return found

    def fields(self, u: int, i: int) -> Tensor:
        return torch.cat([self.network.users(self.rows[0])[u], self.network.items(self.rows[1])[i]])

    def weights(self, u: int, i: int) -> Any:
        return self.network.user_weights(self.rows[0])[u].sum() + self.network.item_weights(self.rows[1])[i].sum()

    def deepfm(self, u: int, i: int) -> Tensor:
        fields = self.fields(u, i)
        machine: Tensor = self.weights(u, i) + sum(a @ b for a, b in combinations(fields, 2))
        return machine + self.layers(self.network.first(fields.flatten()))

    def nfm(self, u: int, i: int) -> Tensor:
        pooled = naive_bi_interaction(self.fields(u, i)[None])[0]
        found: Tensor = self.weights(u, i) + self.layers(self.network.first(pooled))
        return found

    def dlrm(self, u: int, i: int) -> Tensor:
        first = self.network.across.bias
        vectors = []
        for side, rows, row in zip((self.network.users, self.network.items), self.rows, (u, i), strict=True):
            dense = torch.relu(side.bottom(torch.cat([rows.numbers, rows.missing, rows.texts], dim=1)[row]))
            own = [*side.categories(rows)[row], dense]
            within = torch.stack([a @ b for a, b in combinations(own, 2)])
            first = first + side.first.weight @ torch.cat([within, dense])
            vectors.append(own)
        across = torch.stack([a @ b for a in vectors[0] for b in vectors[1]])
        return self.layers(first + self.network.across.weight @ across)


@pytest.mark.parametrize("name", ["deepfm", "nfm", "dlrm"])
def test_scores_in_parts_are_those_of_the_plain_network(name: str) -> None:
    user_side, users = some_rows(1, 6)
    item_side, items = some_rows(2, 9)
    torch.manual_seed(1)
    recipe: Any = make_recipe(name, {"factors": 4, "hidden": 8, "layers": 3})
    network = recipe.network(Fields(user_side, item_side, None), users, items).eval()
    with torch.inference_mode():
        for weight in network.parameters():
            weight.normal_(std=0.5)
        user_parts = parts_in_blocks(network, torch.arange(6), of_users=True)
        item_parts = parts_in_blocks(network, torch.arange(9), of_users=False)
        found = scores_in_blocks(network, user_parts, item_parts)
        plain = getattr(Plain(network, users, items), name)
        expected = torch.stack([torch.stack([plain(u, i) for i in range(9)]) for u in range(6)])
        torch.testing.assert_close(found, expected, rtol=1e-5, atol=1e-5)
        # as they are while learning: items of their own for each user
        own = torch.arange(18).reshape(6, 3) % 9
        torch.testing.assert_close(network(torch.arange(6), own), found.gather(1, own), rtol=1e-5, atol=1e-5)
        assert network.combine(alone(user_parts), tuple(part[None] for part in item_parts)).shape == (6, 9)
