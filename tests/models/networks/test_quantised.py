"""Eight bits: what is rounded, by how much, what is held of it, and what stays."""

import copy
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

from recengine.models.networks.bert4rec import Bert4Rec
from recengine.models.networks.gru4rec import Gru4Rec
from recengine.models.networks.narm import Narm
from recengine.models.networks.quantised import EightBitTable, eight_bit_network, in_eight_bits, rounded
from recengine.models.networks.sasrec import SasRec
from recengine.models.networks.sequence_network import SequenceNetwork

HISTORIES = torch.tensor([[3, 1, 7, 0], [5, 5, 9, 2]])


@pytest.fixture(autouse=True)
def seeded() -> None:
    torch.manual_seed(0)


def network_of(kind: str) -> SequenceNetwork:
    made: dict[str, SequenceNetwork] = {
        "attention": SasRec(30, 16, 12, 2, 2, 0.1),
        "recurrent": Gru4Rec(30, 16, 16, 2, 0.1),
        "both": Narm(30, 16, 16, 8, 0.1),
        "both ways": Bert4Rec(30, 16, 12, 2, 2, 0.1),
    }
    return made[kind].eval()


def test_a_row_is_rounded_to_its_own_127_levels() -> None:
    rows = torch.tensor([[127.0, 1.4, -126.6], [0.0127, 0.00014, -0.01266], [0.0, 0.0, 0.0]])
    levels, scales = rounded(rows)
    assert levels.tolist() == [[127, 1, -127], [127, 1, -127], [0, 0, 0]]
    assert scales.tolist() == pytest.approx([1.0, 0.0001, 1.0])
    assert levels.dtype == torch.int8
    rows = torch.randn(50, 8)
    levels, scales = rounded(rows)
    # off by at most half a level
    assert ((levels * scales[:, None] - rows).abs() <= rows.abs().amax(dim=1, keepdim=True) / 127 / 2 + 1e-7).all()


def test_bytes_of_weights() -> None:
    network = nn.ModuleDict({"table": nn.Embedding(10, 4), "layer": nn.Linear(4, 3), "norm": nn.LayerNorm(4)})
    arrays = in_eight_bits(network)
    # one byte a weight and a scale a row; the offset and the norm keep four bytes
    assert {name: array.nbytes for name, array in arrays.items()} == {
        "table.weight.levels": 10 * 4,
        "table.weight.scales": 4 * 10,
        "layer.weight.levels": 4 * 3,
        "layer.weight.scales": 4 * 3,
        "layer.bias": 4 * 3,
        "norm.weight": 4 * 4,
        "norm.bias": 4 * 4,
    }


def test_units_have_a_scale_a_row() -> None:
    arrays = in_eight_bits(nn.ModuleDict({"units": nn.GRU(4, 5)}))
    assert sum(array.nbytes for array in arrays.values()) == (15 * 4 + 4 * 15) + (15 * 5 + 4 * 15) + 4 * 2 * 15


@pytest.mark.parametrize("kind", ["attention", "recurrent", "both", "both ways"])
def test_states_are_near_and_nothing_is_held_but_eight_bits(kind: str) -> None:
    network = network_of(kind)
    weights = {name: value.clone() for name, value in network.state_dict().items()}
    arrays = in_eight_bits(network)
    made = eight_bit_network(copy.deepcopy(network), arrays)
    with torch.inference_mode():
        plain, small = network.last(HISTORIES), made.last(HISTORIES)
    off = float((plain - small).norm() / plain.norm())
    assert 0 < off < 0.05
    assert all(torch.equal(value, weights[name]) for name, value in network.state_dict().items())
    # no matrix is left in float32: what is, are offsets, norms and scales, of one axis
    held = [*made.parameters(), *made.buffers()]
    assert all(one.dtype == torch.int8 or one.ndim < 2 for one in held)
    assert not any(type(module) in (nn.Linear, nn.Embedding, nn.GRU) for module in made.modules())


def test_a_layer_multiplies_exactly_the_levels_that_are_counted() -> None:
    network = nn.Sequential(nn.Linear(6, 5))
    arrays = in_eight_bits(network)
    made = eight_bit_network(copy.deepcopy(network), arrays)
    layer: Any = made[0]
    packed = layer.weight()
    np.testing.assert_array_equal(packed.int_repr().numpy(), arrays["0.weight.levels"])
    np.testing.assert_array_equal(packed.q_per_channel_scales().float().numpy(), arrays["0.weight.scales"])
    assert packed.q_per_channel_zero_points().tolist() == [0] * 5


def test_a_table_is_looked_up() -> None:
    table = EightBitTable(torch.tensor([[0, 0], [127, -2], [3, 127]], dtype=torch.int8), torch.tensor([1.0, 0.5, 0.1]))
    assert table.embedding_dim == 2
    torch.testing.assert_close(table(torch.tensor([[2, 1]])), torch.tensor([[[0.3, 12.7], [63.5, -1.0]]]))
    torch.testing.assert_close(table.between(1, 3), torch.tensor([[63.5, -1.0], [0.3, 12.7]]))


@pytest.mark.parametrize(
    "other",
    [
        lambda arrays: {name: array for name, array in arrays.items() if name != "norm.bias"},
        lambda arrays: {**arrays, "more": np.zeros(1, dtype=np.float32)},
        lambda arrays: {**arrays, "items.weight.levels": arrays["items.weight.levels"][1:]},
        lambda arrays: {**arrays, "items.weight.levels": arrays["items.weight.levels"].astype(np.float32)},
    ],
    ids=["fewer", "more", "another shape", "not eight bits"],
)
def test_weights_of_another_network_are_refused(other: object) -> None:
    network = network_of("attention")
    assert callable(other)
    with pytest.raises(ValueError, match="of another network"):
        eight_bit_network(network, other(in_eight_bits(network)))
