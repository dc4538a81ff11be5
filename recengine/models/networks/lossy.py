"""A network whose forward pass is its loss."""

from __future__ import annotations

from torch import Tensor, nn

from recengine.models.training.task import Task


class Lossy(nn.Module):
    """Wraps the network of a task, so that what is copied to several GPUs, or computes in half precision, is all."""

    def __init__(self, task: Task) -> None:
        super().__init__()
        self.network = task.network
        self._loss = task.loss

    def forward(self, *batch: Tensor) -> Tensor:
        """The mean loss of a batch, (1,), so that those of several GPUs can be gathered."""
        return self._loss(self.network, batch).reshape(1)
