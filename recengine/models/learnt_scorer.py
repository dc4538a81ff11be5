"""What every scorer that learnt in rounds keeps of it: how that went, and its network as arrays."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from recengine.arrays import Values
from recengine.models.base import Curve
from recengine.models.training.curves import Curves

_NETWORK = "network."
"""In front of the name of an array of the network among those of a stored scorer."""


class LearntScorer:
    """Curves, loss and device of a fit; the weights are made a network of where one is needed."""

    def __init__(self, curves: Curves, loss_name: str, device: str, network: Mapping[str, NDArray[Any]]) -> None:
        """network: the arrays of the network by name, if needed."""
        self._curves = curves
        self._loss_name = loss_name
        self._device = device
        self._network = dict(network)

    @property
    def device(self) -> str:
        """What it was fitted on."""
        return self._device

    @property
    def losses(self) -> Values:
        """After each round, lower is better."""
        return self._curves.losses

    @property
    def loss_name(self) -> str:
        """Which loss."""
        return self._loss_name

    @property
    def curves(self) -> tuple[Curve, ...]:
        """What else was measured after each round."""
        return self._curves.shown

    def state(self) -> dict[str, NDArray[Any]]:
        """Curves and the network."""
        return {**self._curves.state(), **{_NETWORK + name: array for name, array in self._network.items()}}


def restored_network(state: Mapping[str, NDArray[Any]]) -> dict[str, NDArray[Any]]:
    """The arrays of the network, by name, of the scorer whose `state` was stored."""
    # memory-mapped arrays become plain ones over the same pages
    return {
        name.removeprefix(_NETWORK): np.asarray(array) for name, array in state.items() if name.startswith(_NETWORK)
    }
