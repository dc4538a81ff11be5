"""What a network is to learn: the one thing that `learn` must know of a recipe."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Protocol, runtime_checkable

import numpy as np

from recengine.arrays import Positions, Scores

if TYPE_CHECKING:
    from torch import Tensor, nn


class Task(Protocol):
    """A network with its examples and its loss. Made under a seed, on the CPU; `learn` moves the network."""

    @property
    def network(self) -> nn.Module:
        """All that is learnt, and what else changes from round to round, as buffers: a fit that goes on has no more."""

    @property
    def n_examples(self) -> int:
        """Of an epoch; users, events or pairs, whatever a batch is counted in."""

    def batches(self, rng: np.random.Generator, size: int) -> Iterator[tuple[Tensor, ...]]:
        """One epoch in batches of at most `size` examples, in random order: tensors on the CPU.

        Where a batch has no room the epoch is begun anew: nothing is told of what came before.
        """

    def loss(self, network: nn.Module, batch: tuple[Tensor, ...]) -> Tensor:
        """Mean over the examples of a batch, a scalar; `network` is the one of this task or a copy on another device.

        Anything random in it is drawn from torch's generators.
        """

    def scores(self, users: Positions) -> Scores:
        """As the scorer will score them, (len(users), n_items) float32, by the network as it stands."""

    def after_epoch(self) -> Mapping[str, float]:
        """Called after each; more figures to show by their names, most often none."""


@runtime_checkable
class KeepsBatchesWhole(Protocol):
    """A task may say of its batches that several GPUs must not share them."""

    @property
    def whole_batches(self) -> bool:
        """Whether the loss compares the examples of a batch with each other, or tells of itself batch by batch."""
