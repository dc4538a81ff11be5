"""Networks in eight bits: layers by dynamic quantisation, tables of vectors by a scale a row."""

from __future__ import annotations

import copy
import warnings
from typing import Any, TypeVar

import torch
from torch import Tensor, nn

AnyModule = TypeVar("AnyModule", bound=nn.Module)
LEVELS = 127
"""Of each sign."""


def quantised(network: AnyModule) -> AnyModule:
    """A copy, on the CPU and ready to score, whose layers and recurrent units multiply whole numbers of eight bits.

    A scale for each output of a layer, one for a recurrent unit; what comes in is rounded as it comes. Tables of
    vectors are rounded by `rounded`; norms and plain weights stay. Raises `RuntimeError` where torch has no such
    layers for the processor.
    """
    made = copy.deepcopy(network).to("cpu").eval()
    for module in made.modules():
        if isinstance(module, nn.Embedding):
            module.weight.data = rounded(module.weight.data)
    with warnings.catch_warnings():
        # torch says that this will move to another library; the version of torch is pinned
        for message in (".*torch.ao.quantization is deprecated", ".*quantized tensor creation functions"):
            warnings.filterwarnings("ignore", message=message)
        from torch.ao.quantization import per_channel_dynamic_qconfig, quantize_dynamic

        quantize: Any = quantize_dynamic
        chosen: Any = {nn.Linear: per_channel_dynamic_qconfig, nn.GRU: torch.ao.quantization.default_dynamic_qconfig}
        whole: AnyModule = quantize(made, chosen, dtype=torch.qint8)
    return whole


def rounded(vectors: Tensor) -> Tensor:
    """Each row as whole numbers from -127 to 127 times a scale of its own, which keeps its largest number."""
    scale = vectors.abs().amax(dim=1, keepdim=True) / LEVELS
    return torch.where(scale > 0, (vectors / scale).round() * scale, 0.0)


def sizes(network: nn.Module) -> tuple[int, int]:
    """Bytes of the weights of a network as they are, and with eight bits for what `quantised` rounds."""
    before = sum(value.numel() * value.element_size() for value in network.state_dict().values())
    saved = 0
    for module in network.modules():
        for weight in _rounded_weights(module):
            # four bytes become one, and each row keeps its scale
            saved += 3 * weight.numel() - 4 * weight.shape[0]
    return before, before - saved


def _rounded_weights(module: nn.Module) -> list[Tensor]:
    if isinstance(module, nn.Linear | nn.Embedding):
        return [module.weight]
    if isinstance(module, nn.GRU):
        return [weight for name, weight in module.named_parameters() if name.startswith("weight")]
    return []
