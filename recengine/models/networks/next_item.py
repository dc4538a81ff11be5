"""Learning which item comes next: examples from histories, and the losses to choose from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Protocol, cast

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from recengine.arrays import Positions, Scores
from recengine.data import Dataset, Sequences
from recengine.models.networks.sequence_network import PADDING, SequenceNetwork
from recengine.models.products import inner_products

ROWS_AT_ONCE = 512
"""Histories of a block while users are scored."""


class NextItemChoices(Protocol):
    """Settings that the losses read."""

    @property
    def loss(self) -> str:
        """ "softmax", "sampled" or "bce"."""

    @property
    def negatives(self) -> int:
        """Items drawn for each state, for the losses that draw."""

    @property
    def max_length(self) -> int:
        """Of a history."""


class NextItemTask:
    """A causal network learns the next item at every place of every history."""

    def __init__(self, network: SequenceNetwork, choices: NextItemChoices, known: Dataset) -> None:
        self._network = network
        self._choices = choices
        self._histories = known.sequences
        # the first item of a history is only given, the last one only looked for
        self._users = np.flatnonzero(known.sequences.lengths >= 2)

    @property
    def network(self) -> SequenceNetwork:
        """All that is learnt."""
        return self._network

    @property
    def n_examples(self) -> int:
        """Histories."""
        return len(self._users)

    def batches(self, rng: np.random.Generator, size: int) -> Iterator[tuple[Tensor, ...]]:
        """Histories of like length together, so that little is computed on padding: given and looked for."""
        length = self._choices.max_length
        order = rng.permutation(self._users)
        # of like length within a few batches only, or every round would have the same batches
        for start in range(0, len(order), 8 * size):
            part = order[start : start + 8 * size]
            part = part[np.argsort(np.minimum(self._histories.lengths[part], length + 1), kind="stable")]
            blocks = [part[first : first + size] for first in range(0, len(part), size)]
            for place in rng.permutation(len(blocks)):
                rows = self._histories.take(blocks[place])
                longest = min(int(rows.lengths.max()), length + 1)
                items = torch.from_numpy(rows.latest(longest).astype(np.int64) + 1)
                yield items[:, :-1], items[:, 1:]

    def loss(self, network: torch.nn.Module, batch: tuple[Tensor, ...]) -> Tensor:
        """Mean over the places with an item to look for."""
        network = cast(SequenceNetwork, network)
        given, wanted = batch
        # the last item of a history is in `wanted` alone
        states = network(torch.where(wanted != PADDING, given, PADDING))
        there = wanted != PADDING
        return next_item_loss(self._choices, states[there], wanted[there] - 1, network.item_vectors)

    def scores(self, users: Positions) -> Scores:
        """Of the histories that are known."""
        vectors = user_vectors(self._network, self._histories.take(users), self._choices.max_length)
        return inner_products(vectors, self._network.item_vectors.detach().float().cpu().numpy())

    def after_epoch(self) -> Mapping[str, float]:
        """Nothing more."""
        return {}


def next_item_loss(choices: NextItemChoices, states: Tensor, wanted: Tensor, items: Tensor) -> Tensor:
    """Mean loss of states (n, factors) that should point to the items `wanted` (n,) among `items` (n_items, factors).

    softmax: cross entropy among the whole catalogue. sampled: among the item and `negatives` drawn uniformly for the
    whole batch, which needs no correction, since all are drawn alike. bce: the item and `negatives` drawn for each
    state are told apart by binary cross entropy (Kang & McAuley 2018, equation 9, with one).
    """
    if choices.loss == "softmax":
        return functional.cross_entropy(states @ items.T, wanted)
    if choices.loss == "sampled":
        drawn = torch.randint(len(items), (choices.negatives,), device=states.device)
        own = (states * items[wanted]).sum(dim=1, keepdim=True)
        others = (states @ items[drawn].T).masked_fill(drawn == wanted[:, None], -torch.inf)
        target = torch.zeros(len(states), dtype=torch.long, device=states.device)
        return functional.cross_entropy(torch.cat([own, others], dim=1), target)
    drawn = torch.randint(len(items), (len(states), choices.negatives), device=states.device)
    own = (states * items[wanted]).sum(dim=1)
    others = torch.einsum("nf,nmf->nm", states, items[drawn])
    counted = drawn != wanted[:, None]
    return functional.softplus(-own).mean() + (functional.softplus(others) * counted).sum() / counted.sum().clamp(min=1)


def user_vectors(network: SequenceNetwork, histories: Sequences, length: int) -> Scores:
    """The state after each history, (n, factors) float32; NaN where it is empty."""
    device = network.items.weight.device
    factors = network.items.embedding_dim
    out = np.full((len(histories), factors), np.nan, dtype=np.float32)
    # of like length together
    order = np.argsort(np.minimum(histories.lengths, length), kind="stable")
    order = order[histories.lengths[order] > 0]
    with torch.inference_mode():
        for start in range(0, len(order), ROWS_AT_ONCE):
            rows = order[start : start + ROWS_AT_ONCE]
            some = histories.take(rows)
            items = torch.from_numpy(some.latest(min(length, int(some.lengths.max()))).astype(np.int64) + 1)
            out[rows] = network.last(items.to(device)).float().cpu().numpy()
    return out
