"""Eight bits: what is rounded, by how much, and what stays."""

import numpy as np
import pytest
import torch
from torch import nn

from recengine.models.networks.gru4rec import Gru4Rec
from recengine.models.networks.quantised import quantised, rounded, sizes
from recengine.models.networks.sasrec import SasRec


@pytest.fixture(autouse=True)
def seeded() -> None:
    torch.manual_seed(0)


def test_a_row_is_rounded_to_its_own_127_levels() -> None:
    rows = torch.tensor([[127.0, 1.4, -126.6], [0.0127, 0.00014, -0.01266], [0.0, 0.0, 0.0]])
    wanted = torch.tensor([[127.0, 1.0, -127.0], [0.0127, 0.0001, -0.0127], [0.0, 0.0, 0.0]])
    torch.testing.assert_close(rounded(rows), wanted)
    rows = torch.randn(50, 8)
    # off by at most half a level
    assert ((rounded(rows) - rows).abs() <= rows.abs().amax(dim=1, keepdim=True) / 127 / 2 + 1e-7).all()


def test_bytes_of_weights() -> None:
    network = nn.ModuleDict({"table": nn.Embedding(10, 4), "layer": nn.Linear(4, 3), "norm": nn.LayerNorm(4)})
    before, after = sizes(network)
    assert before == 4 * (10 * 4 + (4 * 3 + 3) + 2 * 4)
    # one byte a weight and a scale a row; the bias and the norm keep four bytes
    assert after == (10 * 4 + 4 * 10) + (4 * 3 + 4 * 3 + 4 * 3) + 4 * 2 * 4


def test_units_have_a_scale_a_row() -> None:
    network = nn.GRU(4, 5)
    before, after = sizes(network)
    assert before == 4 * (15 * 4 + 15 * 5 + 2 * 15)
    assert after == (15 * 4 + 4 * 15) + (15 * 5 + 4 * 15) + 4 * 2 * 15


@pytest.mark.parametrize("kind", ["attention", "recurrent"])
def test_states_are_near_and_the_network_stays_as_it_was(kind: str) -> None:
    network = SasRec(30, 16, 12, 2, 2, 0.1) if kind == "attention" else Gru4Rec(30, 16, 16, 1, 0.1)
    network.eval()
    histories = torch.tensor([[3, 1, 7, 0], [5, 5, 9, 2]])
    weights = {name: value.clone() for name, value in network.state_dict().items()}
    made = quantised(network)
    with torch.inference_mode():
        plain, small = network(histories), made(histories)
    off = float((plain - small).norm() / plain.norm())
    assert 0 < off < 0.05
    assert all(torch.equal(value, weights[name]) for name, value in network.state_dict().items())
    assert any("quantized" in type(module).__module__ for module in made.modules())
    row = made.items.weight[1].detach()
    levels = row / row.abs().max() * 127
    np.testing.assert_allclose(levels, levels.round(), atol=1e-4)
