"""A network whose forward pass is its loss."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager

from torch import Tensor, nn

from recengine.models.training.task import Task


class Lossy(nn.Module):
    """Wraps the network of a task, so that what is copied to several GPUs, or computes in half precision, is all."""

    def __init__(self, task: Task, precision: Callable[[], AbstractContextManager[None]]) -> None:
        """precision: makes the context in which to compute; entered here, since each GPU has a thread of its own."""
        super().__init__()
        self.network = task.network
        self._loss = task.loss
        self._precision = precision

    def forward(self, *batch: Tensor) -> Tensor:
        """The mean loss of a batch, (1,) float32, so that those of several GPUs can be gathered."""
        with self._precision():
            loss = self._loss(self.network, batch)
        return loss.float().reshape(1)
