"""Learning to tell what a user took from what the user did not."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Protocol

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from recengine.arrays import Mask, Positions, Scores
from recengine.data import Dataset
from recengine.models.networks.pair_network import PairNetwork, parts_in_blocks, scores_in_blocks
from recengine.models.training.pair_examples import PairExamples


class PairChoices(Protocol):
    """Settings that the task reads."""

    @property
    def loss(self) -> str:
        """ "softmax" or "bce"."""

    @property
    def negatives(self) -> int:
        """Items drawn for each positive."""

    @property
    def sampling(self) -> str:
        """One of `PAIR_SAMPLINGS`."""

    @property
    def correction(self) -> float:
        """See `PairExamples`."""


class PairTask:
    """A network learns the positives of a dataset against items that are drawn."""

    def __init__(self, network: PairNetwork, choices: PairChoices, known: Dataset, scored: Mask) -> None:
        """scored (n_items,): the items on which the scorer will have an opinion."""
        self._network = network
        self._choices = choices
        self._scored = scored
        self._examples = PairExamples(known.matrix, choices.sampling, choices.negatives, choices.correction)

    @property
    def network(self) -> PairNetwork:
        """All that is learnt."""
        return self._network

    @property
    def n_examples(self) -> int:
        """Positives."""
        return len(self._examples)

    def batches(self, rng: np.random.Generator, size: int) -> Iterator[tuple[Tensor, ...]]:
        """As `PairExamples.batches`."""
        for users, items, corrections in self._examples.batches(rng, size):
            yield torch.from_numpy(users), torch.from_numpy(items), torch.from_numpy(corrections)

    def loss(self, network: nn.Module, batch: tuple[Tensor, ...]) -> Tensor:
        """Mean over the positives."""
        users, items, corrections = batch
        return pair_loss(self._choices.loss, network(users, items).float() - corrections)

    def scores(self, users: Positions) -> Scores:
        """By the network as it stands."""
        device = next(self._network.parameters()).device
        items = torch.arange(len(self._scored), device=device)
        found = scores_in_blocks(
            self._network,
            parts_in_blocks(self._network, torch.from_numpy(users).to(device), of_users=True),
            parts_in_blocks(self._network, items, of_users=False),
        ).numpy()
        found[:, ~self._scored] = np.nan
        return found

    def after_epoch(self) -> Mapping[str, float]:
        """Nothing more."""
        return {}


def pair_loss(loss: str, logits: Tensor) -> Tensor:
    """Mean over the rows of logits (n, 1 + m): the item taken first, -inf for one not to be counted.

    softmax: cross entropy of the item taken among all of its row. bce: binary cross entropy, summed over the row
    (He et al. 2017, equation 7).
    """
    if loss == "softmax":
        first = torch.zeros(len(logits), dtype=torch.long, device=logits.device)
        return functional.cross_entropy(logits, first)
    return (functional.softplus(-logits[:, 0]) + functional.softplus(logits[:, 1:]).sum(dim=1)).mean()
