"""Networks to arrays and back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

Network = TypeVar("Network", bound=nn.Module)


def network_arrays(network: nn.Module) -> dict[str, NDArray[Any]]:
    """Every weight by its name."""
    return {name: value.detach().cpu().numpy().copy() for name, value in network.state_dict().items()}


def loaded(network: Network, arrays: Mapping[str, NDArray[Any]]) -> Network:
    """The network with these weights, ready to score. Raises `ValueError` where they are of another network."""
    try:
        # a copy, since torch wants to be able to write
        network.load_state_dict({name: torch.from_numpy(np.array(array)) for name, array in arrays.items()})
    except RuntimeError as error:
        raise ValueError(str(error).splitlines()[0]) from None
    network.eval()
    return network
