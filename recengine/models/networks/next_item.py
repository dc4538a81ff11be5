"""Learning which item comes next: examples from histories, and the states after them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, cast

import numpy as np
import torch
from torch import Tensor

from recengine.arrays import Positions, Scores
from recengine.data import Dataset, Sequences
from recengine.models.networks.contrast import contrast
from recengine.models.networks.next_item_loss import NextItemLoss
from recengine.models.networks.sequence_network import PADDING, SequenceNetwork
from recengine.models.products import inner_products
from recengine.models.sequence.views import Rows

if TYPE_CHECKING:
    from recengine.models.sequence.recipe import SequenceRecipe

ROWS_AT_ONCE = 512
"""Histories of a block while users are scored."""


class NextItemTask:
    """A causal network learns the next item at every place of every history.

    Where the recipe has a weight for it, also to tell two altered views of a history from those of the others in the
    batch; and some histories are learnt from in an altered view.
    """

    def __init__(self, network: SequenceNetwork, recipe: SequenceRecipe, loss: NextItemLoss, known: Dataset) -> None:
        self._network = network
        self._recipe = recipe
        self._loss = loss
        self._views = recipe.views(network.mask)
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

    @property
    def whole_batches(self) -> bool:
        """Whether views are told from those of all others of the batch, or items from what these took."""
        return bool(self._recipe.contrast) or self._loss.compares_within_batch

    def batches(self, rng: np.random.Generator, size: int) -> Iterator[tuple[Tensor, ...]]:
        """Histories of like length together, so that little is computed on padding: given, looked for, two views."""
        length = self._recipe.max_length
        order = rng.permutation(self._users)
        # of like length within a few batches only, or every round would have the same batches
        for start in range(0, len(order), 8 * size):
            part = order[start : start + 8 * size]
            part = part[np.argsort(np.minimum(self._histories.lengths[part], length + 1), kind="stable")]
            blocks = [part[first : first + size] for first in range(0, len(part), size)]
            for place in rng.permutation(len(blocks)):
                rows = self._histories.take(blocks[place])
                longest = min(int(rows.lengths.max()), length + 1)
                histories = rows.latest(longest).astype(np.int64) + 1
                arrays = [*self.example(rng, self._altered(rng, histories))]
                if self._recipe.contrast:
                    # the latest as they are read when a list is asked for, without the one more that is only looked for
                    latest = rows.latest(min(longest, length)).astype(np.int64) + 1
                    arrays += [self._views.of(rng, latest) for _ in range(2)]
                yield tuple(torch.from_numpy(np.ascontiguousarray(array)) for array in arrays)

    def example(self, rng: np.random.Generator, histories: Rows) -> tuple[Rows, Rows]:
        """What is given, and what is looked for at each place, `PADDING` for nothing; (n, length) both."""
        given, wanted = histories[:, :-1].copy(), histories[:, 1:]
        # the last item of a history is looked for alone, and what is masked cannot be
        given[wanted == PADDING] = PADDING
        return given, np.where(wanted <= self._network.n_items, wanted, PADDING)

    def loss(self, network: torch.nn.Module, batch: tuple[Tensor, ...]) -> Tensor:
        """Mean over the places with an item to look for, and with its weight that of the views."""
        network = cast(SequenceNetwork, network)
        given, wanted, *views = batch
        states = network(given)
        there = wanted != PADDING
        loss = self._loss(states[there], wanted[there] - 1, network.item_vectors)
        if views:
            first, second = (network.last(view) for view in views)
            loss = loss + self._recipe.contrast * contrast(first, second, self._recipe.temperature)
        return loss

    def scores(self, users: Positions) -> Scores:
        """Of the histories that are known."""
        vectors = user_vectors(self._network, self._histories.take(users), self._recipe.max_length)
        return inner_products(vectors, self._network.item_vectors.detach().float().cpu().numpy())

    def after_epoch(self) -> Mapping[str, float]:
        """Nothing more."""
        return {}

    def _altered(self, rng: np.random.Generator, histories: Rows) -> Rows:
        """The histories, some of them in a view."""
        if not self._recipe.augmented:
            return histories
        views = self._views.of(rng, histories)
        # two items one after the other must be left of a view, or there is nothing to look for
        items = (views > PADDING) & (views <= self._network.n_items)
        chosen = (rng.random(len(views)) < self._recipe.augmented) & items[:, 1:].any(axis=1)
        return np.where(chosen[:, None], views, histories)


def user_vectors(network: SequenceNetwork, histories: Sequences, length: int) -> Scores:
    """The state after each history, (n, factors) float32; NaN where it is empty."""
    device = network.device
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
