"""Where a fit is after a round, as arrays, and back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from torch import Tensor, nn
    from torch.optim import Optimizer

Weights = Mapping[str, "Tensor"]
_BATCH_SIZE = "batch_size"
_SCALE = ("scale", "_growth_tracker")
"""What a scaler of gradients changes from step to step."""


class Position:
    """Weights, what the optimiser remembers, the best weights so far and the batch size."""

    def __init__(self, network: nn.Module, optimizer: Optimizer, scaler: Any | None) -> None:
        """scaler: of gradients in half precision, or None."""
        self._network = network
        self._optimizer = optimizer
        self._scaler = scaler

    def arrays(self, best: Weights | None, batch_size: int) -> dict[str, NDArray[Any]]:
        """As they are, by name."""
        network = {f"network.{name}": value for name, value in self._network.state_dict().items()}
        top = {f"best.{name}": value for name, value in (best or {}).items()}
        steps = {
            f"optimizer.{place}.{name}": value
            for place, state in self._optimizer.state_dict()["state"].items()
            for name, value in state.items()
        }
        every = {name: value.detach().cpu().numpy() for name, value in (network | top | steps).items()}
        scale = {} if self._scaler is None else self._scaler.state_dict()
        numbers = {f"scaler.{name}": np.array(scale[name]) for name in _SCALE if name in scale}
        return every | numbers | {_BATCH_SIZE: np.array([batch_size])}

    def go_to(self, arrays: Mapping[str, NDArray[Any]]) -> tuple[Weights | None, int] | None:
        """Be where `arrays` say; the best weights and the batch size there. None, and nothing changed, where they are
        of another network.
        """
        import torch

        tensors = {name: torch.from_numpy(np.array(array)) for name, array in arrays.items()}
        network, best = _part(tensors, "network."), _part(tensors, "best.")
        remembered: dict[int, dict[str, Tensor]] = {}
        for name, value in _part(tensors, "optimizer.").items():
            place, _, what = name.partition(".")
            remembered.setdefault(int(place), {})[what] = value
        if not self._is_of(network) or (best and not self._is_of(best)) or not self._remembers(remembered):
            return None
        if _BATCH_SIZE not in tensors:
            return None
        self._network.load_state_dict(network)
        groups = self._optimizer.state_dict()["param_groups"]
        self._optimizer.load_state_dict({"state": remembered, "param_groups": groups})
        if self._scaler is not None and "scaler.scale" in arrays:
            numbers = {name: arrays[f"scaler.{name}"].item() for name in _SCALE}
            self._scaler.load_state_dict(self._scaler.state_dict() | numbers)
        return best or None, int(tensors[_BATCH_SIZE][0])

    def _is_of(self, weights: Weights) -> bool:
        own = self._network.state_dict()
        return own.keys() == weights.keys() and all(own[name].shape == weights[name].shape for name in own)

    def _remembers(self, remembered: Mapping[int, Weights]) -> bool:
        """Parameters without a gradient so far have nothing to be remembered."""
        parameters = [one for group in self._optimizer.param_groups for one in group["params"]]
        return all(
            place in range(len(parameters))
            and all(value.shape in ((), parameters[place].shape) for value in state.values())
            for place, state in remembered.items()
        )


def _part(tensors: Mapping[str, Tensor], prefix: str) -> dict[str, Tensor]:
    return {name.removeprefix(prefix): value for name, value in tensors.items() if name.startswith(prefix)}
