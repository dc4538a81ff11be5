"""The smallest thing that learns: three weights that are to become known ones, with dropout, on one core."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import ClassVar

import numpy as np
import torch
from torch import Tensor, nn

from recengine.arrays import Positions, Scores
from recengine.data import Dataset
from recengine.models import Resources
from recengine.models.training import (
    HeldOut,
    Task,
    TrainedRecipe,
    batch_size_setting,
    epochs_setting,
    learning_rate_setting,
)
from recengine.models.training.loop import Learnt, learn
from recengine.progress import Cancel, Progress, never, silent

TRUTH = (1.0, -2.0, 3.0)
N_EXAMPLES = 64


@dataclass(frozen=True, kw_only=True)
class TinyRecipe(TrainedRecipe):
    """Settings of training alone."""

    name: ClassVar[str] = "tiny"
    label: ClassVar[str] = "Tiny"
    version: ClassVar[int] = 1
    epochs: int = epochs_setting(6)
    batch_size: int = batch_size_setting(16)
    learning_rate: float = learning_rate_setting(0.1)


class TinyNetwork(nn.Module):
    """Inner product with three weights, a tenth of the numbers left out at random."""

    epochs: Tensor

    def __init__(self) -> None:
        super().__init__()
        self.weights = nn.Parameter(torch.randn(3))
        self.unused = nn.Parameter(torch.zeros(2))
        self.register_buffer("epochs", torch.zeros((), dtype=torch.long))
        self.dropout = nn.Dropout(0.1)

    def forward(self, rows: Tensor) -> Tensor:
        """(n,)."""
        out: Tensor = self.dropout(rows) @ self.weights
        return out


@dataclass
class TinyTask:
    """fail: called with the size of each batch before its loss."""

    fail: Callable[[int], None] = lambda size: None
    network: TinyNetwork = field(init=False)
    sizes: list[int] = field(default_factory=list)
    n_examples: int = N_EXAMPLES
    known: Dataset | None = None

    def batches(self, rng: np.random.Generator, size: int) -> Iterator[tuple[Tensor, ...]]:
        """Numbers whose weighted sum is the target."""
        rows = np.random.default_rng(1).standard_normal((N_EXAMPLES, 3)).astype(np.float32)
        wanted = rows @ np.array(TRUTH, dtype=np.float32)
        order = rng.permutation(N_EXAMPLES)
        for start in range(0, N_EXAMPLES, size):
            some = order[start : start + size]
            self.sizes.append(len(some))
            yield torch.from_numpy(rows[some]), torch.from_numpy(wanted[some])

    def loss(self, network: nn.Module, batch: tuple[Tensor, ...]) -> Tensor:
        """Squared error."""
        self.fail(len(batch[0]))
        rows, wanted = batch
        loss: Tensor = (network(rows) - wanted).square().mean()
        return loss

    def scores(self, users: Positions) -> Scores:
        """Nothing of use."""
        return np.zeros((len(users), 1), dtype=np.float32)

    def after_epoch(self) -> Mapping[str, float]:
        """A curve of its own, from a buffer that counts."""
        self.network.epochs += 1
        return {"rounds of the network": float(self.network.epochs)}


def teach(
    recipe: TinyRecipe,
    train: Dataset,
    task: TinyTask | None = None,
    *,
    held_out: HeldOut | None = None,
    seed: int = 0,
    resources: Resources = Resources(device="cpu"),
    progress: Progress = silent,
    cancel: Cancel = never,
) -> tuple[TinyTask, Learnt]:
    """`learn` of the tiny task, made anew under the seed unless it is given."""
    made = task or TinyTask()

    def make(known: Dataset) -> Task:
        made.known = known
        made.network = TinyNetwork()
        return made

    _, learnt = learn(
        recipe,
        make,
        train,
        held_out,
        loss_name="Squared error",
        seed=seed,
        resources=resources,
        progress=progress,
        cancel=cancel,
    )
    return made, learnt


def weights(task: TinyTask) -> list[float]:
    """What was learnt."""
    return [float(value) for value in task.network.weights.detach()]
