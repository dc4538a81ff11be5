"""Networks in eight bits: layers by dynamic quantisation, tables of vectors looked up as whole numbers."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from typing import Any, TypeVar

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

AnyModule = TypeVar("AnyModule", bound=nn.Module)
LEVELS = 127
"""Of each sign."""
_LEVELS, _SCALES = ".levels", ".scales"


class EightBitTable(nn.Module):
    """In the place of an `nn.Embedding`: rows of whole numbers, each times a scale of its own when it is asked for."""

    levels: Tensor
    scales: Tensor

    def __init__(self, levels: Tensor, scales: Tensor) -> None:
        """levels (n, d) int8, scales (n,) float32."""
        super().__init__()
        self.register_buffer("levels", levels)
        self.register_buffer("scales", scales)

    @property
    def embedding_dim(self) -> int:
        """Length of the vectors."""
        return self.levels.shape[1]

    def forward(self, places: Tensor) -> Tensor:
        """The vectors at `places`, of their shape and one axis more, float32."""
        return self.levels[places] * self.scales[places].unsqueeze(-1)

    def between(self, start: int, stop: int) -> Tensor:
        """The vectors from `start` to before `stop`, (stop - start, d) float32."""
        return self.levels[start:stop] * self.scales[start:stop, None]


def in_eight_bits(network: nn.Module) -> dict[str, NDArray[Any]]:
    """The weights of `network` by name, those of layers, recurrent units and tables as NAME.levels and NAME.scales.

    See `rounded`; offsets, norms and plain weights stay float32.
    """
    matrices = _matrices(network)
    arrays: dict[str, NDArray[Any]] = {}
    for name, value in network.state_dict().items():
        weight = value.detach().cpu()
        if name in matrices:
            levels, scales = rounded(weight)
            arrays |= {name + _LEVELS: levels.numpy(), name + _SCALES: scales.numpy()}
        else:
            arrays[name] = weight.numpy().copy()
    return arrays


def rounded(weights: Tensor) -> tuple[Tensor, Tensor]:
    """Levels from -127 to 127, of the shape (n, m) of `weights`, and scales (n,): of each row, its largest over 127."""
    largest = weights.float().abs().amax(dim=1)
    # a row of zeros has any scale but none
    scales = torch.where(largest > 0, largest / LEVELS, 1.0)
    return (weights / scales[:, None]).round().to(torch.int8), scales


def eight_bit_network(network: AnyModule, arrays: Mapping[str, NDArray[Any]]) -> AnyModule:
    """`network` changed to hold `arrays`, which `in_eight_bits` made of one like it, and nothing of what it held.

    On the CPU and ready to score: layers and units multiply the whole numbers, and round what comes in as it comes.
    Raises `ValueError` where the arrays are of another network, `RuntimeError` where torch has no such layers for the
    processor.
    """
    network = network.to("cpu").eval()
    tensors = {name: torch.from_numpy(np.array(array)) for name, array in arrays.items()}
    if {name: (tensor.shape, tensor.dtype) for name, tensor in tensors.items()} != _forms(network):
        raise ValueError("the weights are of another network")
    network.load_state_dict({name: tensors[name] for name in network.state_dict() if name in tensors}, strict=False)
    for place, module in list(network.named_modules()):
        weights = {
            name: (tensors[f"{place}.{name}{_LEVELS}"], tensors[f"{place}.{name}{_SCALES}"])
            for name in _weights_of(module)
        }
        if weights:
            network.set_submodule(place, _replacement(module, weights))
    return network


def _forms(network: nn.Module) -> dict[str, tuple[torch.Size, torch.dtype]]:
    """Shape and kind of each array that `in_eight_bits` makes of `network`."""
    matrices = _matrices(network)
    forms = {}
    for name, value in network.state_dict().items():
        if name in matrices:
            forms[name + _LEVELS] = (value.shape, torch.int8)
            forms[name + _SCALES] = (value.shape[:1], torch.float32)
        else:
            forms[name] = (value.shape, value.dtype)
    return forms


def _matrices(network: nn.Module) -> set[str]:
    """Names of the weights that are rounded."""
    return {f"{place}.{name}" for place, module in network.named_modules() for name in _weights_of(module)}


def _weights_of(module: nn.Module) -> list[str]:
    if isinstance(module, nn.Linear | nn.Embedding):
        return ["weight"]
    if isinstance(module, nn.GRU):
        return [name for name, _ in module.named_parameters() if name.startswith("weight")]
    return []


def _replacement(module: nn.Module, weights: Mapping[str, tuple[Tensor, Tensor]]) -> nn.Module:
    """What computes as `module`, with the levels and scales of its `weights` by name."""
    if isinstance(module, nn.Embedding):
        return EightBitTable(*weights["weight"])
    with warnings.catch_warnings():
        # torch says that this will move to another library; the version of torch is pinned
        warnings.filterwarnings("ignore", message=".*quantized tensor creation functions")
        dynamic: Any = torch.ao.nn.quantized.dynamic
        packed = {name: _packed(levels, scales) for name, (levels, scales) in weights.items()}
        if isinstance(module, nn.GRU):
            units: Any = dynamic.GRU(
                module.input_size, module.hidden_size, module.num_layers, batch_first=module.batch_first
            )
            offsets = {name: value.detach() for name, value in module.named_parameters() if name not in weights}
            units.set_weight_bias({**packed, **offsets})
            whole: nn.Module = units
            return whole
        given: Any = module
        offset = None if given.bias is None else given.bias.detach()
        layer: Any = dynamic.Linear(given.in_features, given.out_features, bias_=offset is not None)
        layer.set_weight_bias(packed["weight"], offset)
        made: nn.Module = layer
        return made


def _packed(levels: Tensor, scales: Tensor) -> Tensor:
    """As a tensor of torch's own: exactly the levels, since each number is a whole one of its scale."""
    # zeros that are no whole numbers would be another kind of tensor
    nought = torch.zeros(len(scales), dtype=torch.int32)
    return torch.quantize_per_channel(levels * scales[:, None], scales, nought, 0, torch.qint8)
