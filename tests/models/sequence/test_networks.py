"""What a state depends on: no later item, and no padding."""

from __future__ import annotations

from typing import Any, cast

import numpy as np
import pytest
import torch
from torch import Tensor

from recengine.data import Sequences
from recengine.models import make_recipe
from recengine.models.networks.narm import Narm
from recengine.models.networks.next_item import user_vectors
from recengine.models.networks.sequence_network import SequenceNetwork
from recengine.models.sequence.recipe import SequenceRecipe

N_ITEMS, LENGTH = 40, 12
CAUSAL = ("sasrec", "gru4rec", "narm")
EVERY = (*CAUSAL, "bert4rec")


def network(name: str, **chosen: Any) -> SequenceNetwork:
    recipe = cast(SequenceRecipe, make_recipe(name, {"factors": 16, "max_length": LENGTH, **chosen}))
    torch.manual_seed(5)
    return recipe.network(N_ITEMS).eval()


def histories(lengths: list[int], width: int) -> Tensor:
    rows = torch.zeros((len(lengths), width), dtype=torch.long)
    generator = torch.Generator().manual_seed(1)
    for row, length in zip(rows, lengths, strict=True):
        row[:length] = 1 + torch.randperm(N_ITEMS, generator=generator)[:length]
    return rows


@pytest.mark.parametrize("name", CAUSAL)
def test_a_later_item_changes_no_earlier_state(name: str) -> None:
    net, rows = network(name), histories([12, 12, 12], 12)
    before = net(rows)
    for changed in range(1, 12):
        other = rows.clone()
        other[:, changed] = 1 + (other[:, changed] % N_ITEMS)
        after = net(other)
        torch.testing.assert_close(after[:, :changed], before[:, :changed], rtol=1e-6, atol=1e-6)
        assert not torch.allclose(after[:, changed], before[:, changed], atol=1e-3)


@pytest.mark.parametrize("name", CAUSAL)
def test_an_item_more_changes_an_earlier_state_only_where_places_are_counted_from_the_end(name: str) -> None:
    net, rows = network(name), histories([12, 12, 12], 12)
    whole = net(rows)
    for length in range(1, 12):
        before = net(rows[:, :length])
        if name == "sasrec":
            assert not torch.allclose(whole[:, :length], before, atol=1e-3)
        else:
            torch.testing.assert_close(whole[:, :length], before, rtol=1e-6, atol=1e-6)


def test_an_item_on_either_side_changes_a_gap() -> None:
    net, rows = network("bert4rec"), histories([12], 12)
    rows[0, 5] = net.mask
    before = net(rows)[0, 5]
    for changed in (4, 6):
        other = rows.clone()
        other[0, changed] = 1 + (other[0, changed] % N_ITEMS)
        assert not torch.allclose(net(other)[0, 5], before, atol=1e-3)


@pytest.mark.parametrize("name", EVERY)
def test_padding_changes_nothing(name: str) -> None:
    net, lengths = network(name), [7, 12, 1, 3]
    together = net.last(histories(lengths, 12))
    for row, length in enumerate(lengths):
        for width in range(length, 13):
            alone = histories(lengths, 12)[row : row + 1, :width]
            torch.testing.assert_close(net.last(alone)[0], together[row], rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize("name", EVERY)
def test_only_the_latest_items_are_read(name: str) -> None:
    net = network(name)
    long = dict.fromkeys(range(20), 1.0)
    same = dict.fromkeys([*range(30, 35), *range(20 - LENGTH, 20)], 1.0)
    vectors = user_vectors(net, Sequences.of_weights([long, same, {}], N_ITEMS), LENGTH)
    np.testing.assert_allclose(vectors[0], vectors[1], rtol=1e-6, atol=1e-6)
    assert np.isnan(vectors[2]).all()


def test_attention_of_narm_is_as_in_the_paper() -> None:
    net = cast(Narm, network("narm", units=6, attention=4))
    rows = histories([5], 5)
    states = net.units(net.items(rows) * 16**0.5)[0][0]
    expected = []
    for t in range(5):
        local = torch.zeros(6)
        for j in range(t + 1):
            weight = net.bears.weight[0] @ torch.sigmoid(net.now.weight @ states[t] + net.then.weight @ states[j])
            local = local + weight * states[j]
        expected.append(net.decoder.weight @ torch.cat([states[t], local]))
    torch.testing.assert_close(net(rows)[0], torch.stack(expected), rtol=1e-5, atol=1e-6)
