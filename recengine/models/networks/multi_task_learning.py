"""What the heads learn: which items are taken, how they are rated, and which comes next."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Protocol, cast

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from recengine.arrays import Positions, Scores
from recengine.data import Dataset
from recengine.data.sequences import NOTHING
from recengine.models.networks.multi_task import CLICK, NEXT, RATING, MultiTask, mean_of, weighted_sum
from recengine.models.neural.events import Events, latest_items
from recengine.models.products import inner_products

LOSS_OF = {CLICK: "Loss of click", RATING: "Loss of rating", NEXT: "Loss of next item"}
WEIGHT_OF = {CLICK: "Weight of click", RATING: "Weight of rating", NEXT: "Weight of next item"}


class MultiTaskChoices(Protocol):
    """Settings that the task reads."""

    @property
    def head(self) -> str:
        """The one that scores."""

    @property
    def recent(self) -> int:
        """Latest items that the head of the next one reads."""

    @property
    def negatives(self) -> int:
        """Items drawn for a batch."""

    @property
    def automatic(self) -> bool:
        """Whether the weights of the losses are learnt."""

    @property
    def fixed_weights(self) -> Mapping[str, float]:
        """Of each head, where they are not."""


class MultiTaskLearning:
    """Every event is an example of each head that it tells something."""

    def __init__(self, network: MultiTask, choices: MultiTaskChoices, known: Dataset) -> None:
        self._network = network
        self._choices = choices
        self._events = Events.of(known, choices.recent)
        self._latest = latest_items(known, choices.recent)
        # what nobody took is compared with nothing, or its attributes would learn that nobody wants it
        self._candidates = torch.from_numpy(np.flatnonzero(known.popularity()))
        self._told: dict[str, list[Tensor]] = {}

    @property
    def network(self) -> MultiTask:
        """All that is learnt."""
        return self._network

    @property
    def n_examples(self) -> int:
        """Events."""
        return len(self._events)

    @property
    def whole_batches(self) -> bool:
        """True: of a share each head would have another number of examples, and the mean of means is another mean."""
        return True

    def batches(self, rng: np.random.Generator, size: int) -> Iterator[tuple[Tensor, ...]]:
        """Users, items, ratings, whether positive, and the latest items before: a row an event."""
        self._told.clear()
        events = self._events
        order = rng.permutation(len(events))
        for start in range(0, len(order), size):
            rows = order[start : start + size]
            columns = (events.users, events.items, events.ratings, events.positive, events.before)
            yield tuple(torch.from_numpy(column[rows]) for column in columns)

    def loss(self, network: nn.Module, batch: tuple[Tensor, ...]) -> Tensor:
        """Weighted sum over the heads."""
        network = cast(MultiTask, network)
        losses = self._losses(network, batch)
        if self._choices.automatic:
            total, weights = weighted_sum(losses, network.log_variances)
            for name, weight in weights.items():
                self._tell(WEIGHT_OF[name], weight)
        else:
            total = cast(Tensor, sum(self._choices.fixed_weights[name] * loss for name, loss in losses.items()))
        for name, loss in losses.items():
            self._tell(LOSS_OF[name], loss)
        return total

    def scores(self, users: Positions) -> Scores:
        """By the head that scores."""
        device = self._network.log_variances.device
        some, before = (torch.from_numpy(one).to(device) for one in (users, self._latest[users]))
        with torch.no_grad():
            vectors = self._network.vectors_of_users(self._choices.head, some, before)
            items = self._network.vectors_of_items(self._choices.head)
        return inner_products(vectors.numpy(), items.numpy())

    def after_epoch(self) -> Mapping[str, float]:
        """Loss of each head, and its weight where that is learnt; means over the batches of the round."""
        told = {name: float(torch.stack(values).mean()) for name, values in self._told.items()}
        self._told.clear()
        return told

    def _losses(self, network: MultiTask, batch: tuple[Tensor, ...]) -> dict[str, Tensor]:
        users, items, ratings, positive, before = batch
        drawn = self._drawn(users.device)
        # the latest items are for one head alone
        read = before if NEXT in network.heads else before[:, :0]
        every = torch.cat([items.long(), drawn, read.long().clamp(min=0).flatten()])
        several, places = torch.unique(every, return_inverse=True)
        found = network.items(several)[places]
        of_items, of_drawn, of_read = found.split([len(items), len(drawn), read.numel()])
        of_users = network.users(users)
        latest = mean_of(of_read.view(*read.shape, -1), read) if NEXT in network.heads else None
        # a head that a batch tells nothing learns nothing from it
        rows = {CLICK: positive, RATING: torch.ones_like(positive), NEXT: positive & (before[:, 0] != NOTHING)}
        losses = {}
        for name in network.heads:
            some, head = rows[name], network.head(name)
            vectors = head.user_vectors(
                network.user_state(name, of_users[some], None if latest is None else latest[some])
            )
            own = (vectors * head.item_vectors(of_items[some])).sum(dim=1).float()
            if name == RATING:
                wanted = (ratings[some] - head.get_buffer("mean")) / head.get_buffer("spread")
                losses[name] = ((own - wanted) ** 2).sum() / some.sum().clamp(min=1)
                continue
            others = (vectors @ head.item_vectors(of_drawn).T).float()
            others = others.masked_fill(drawn == items[some][:, None], -torch.inf)
            target = torch.zeros(len(own), dtype=torch.long, device=own.device)
            logits = torch.cat([own[:, None], others], dim=1)
            losses[name] = functional.cross_entropy(logits, target, reduction="sum") / some.sum().clamp(min=1)
        return losses

    def _drawn(self, device: torch.device) -> Tensor:
        """Items to tell those taken from: the whole catalogue where it has no more than `negatives`."""
        candidates = self._candidates
        if len(candidates) > self._choices.negatives:
            candidates = candidates[torch.randperm(len(candidates))[: self._choices.negatives]]
        return candidates.to(device)

    def _tell(self, name: str, value: Tensor) -> None:
        self._told.setdefault(name, []).append(value.detach())
