"""IRGAN: one model draws items that look taken, another tells them from those that were (Wang et al. 2017, SIGIR)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Protocol, cast

import numpy as np
import torch
from scipy.sparse import csr_matrix
from torch import Tensor, nn
from torch.nn import functional

from recengine.arrays import Positions, Scores
from recengine.models.products import inner_products

LIKELIHOOD, DISCRIMINATOR, GENERATOR = range(3)
"""What a batch teaches: the generator what was taken, before the game; then in turn both players."""
FROM_TAKEN = 0.2
"""Share of what the generator learns from that is drawn among what was taken, as in the authors' code."""
DISCRIMINATOR_LOSS, REWARD = "Discriminator loss", "Generator reward"


class Player(nn.Module):
    """A vector a user, a vector and a bias an item; their inner product is a logit."""

    def __init__(self, n_users: int, n_items: int, factors: int) -> None:
        super().__init__()
        self.users = nn.Embedding(n_users, factors)
        self.items = nn.Embedding(n_items, factors)
        self.bias = nn.Parameter(torch.zeros(n_items))
        nn.init.normal_(self.users.weight, std=0.05)
        nn.init.normal_(self.items.weight, std=0.05)

    def forward(self, users: Tensor) -> Tensor:
        """Logits of all items, (n, n_items)."""
        vectors: Tensor = self.users(users)
        return vectors @ self.items.weight.T + self.bias

    def of_pairs(self, users: Tensor, items: Tensor) -> Tensor:
        """Logits (n, m) of users (n,) and the items (n, m) of each."""
        return torch.einsum("nf,nmf->nm", self.users(users), self.items(items)) + self.bias[items]

    def vectors(self) -> tuple[Scores, Scores]:
        """Users (n_users, factors + 1) and items, whose inner products are the logits; on the CPU."""
        with torch.no_grad():
            users = torch.cat([self.users.weight, torch.ones_like(self.users.weight[:, :1])], dim=1)
            items = torch.cat([self.items.weight, self.bias[:, None]], dim=1)
        return users.float().cpu().numpy(), items.float().cpu().numpy()


class IrGan(nn.Module):
    """The two players, alike."""

    def __init__(self, taken: csr_matrix, factors: int) -> None:
        """taken (n_users, n_items): who took what, indices sorted; its weights do not count."""
        super().__init__()
        self.generator = Player(*taken.shape, factors)
        self.discriminator = Player(*taken.shape, factors)
        # rounds learnt so far: kept with the weights, so that a fit that goes on knows whether the game has begun
        self.register_buffer("rounds", torch.zeros(1))
        counts = np.diff(taken.indptr).astype(np.int64)
        pairs = np.repeat(np.arange(taken.shape[0]), counts) * taken.shape[1] + taken.indices
        self.register_buffer("pairs", torch.from_numpy(pairs), persistent=False)
        self.register_buffer("counts", torch.from_numpy(counts), persistent=False)

    def share_of_taken(self, users: Tensor, items: Tensor) -> Tensor:
        """1 / items that the user took where the item is one of them, else 0; (n, m) for users (n,), items (n, m)."""
        pairs, counts = self.get_buffer("pairs"), self.get_buffer("counts")
        keys = users[:, None] * len(self.generator.bias) + items
        places = torch.searchsorted(pairs, keys).clamp(max=len(pairs) - 1)
        return (pairs[places] == keys) / counts[users, None]


def likelihood_loss(generator: Player, users: Tensor, taken: Tensor) -> Tensor:
    """Mean -log p(i | u) of items `taken` (n, m), p being the softmax of the generator over the catalogue."""
    return -functional.log_softmax(generator(users).float(), dim=1).gather(1, taken).mean()


def discriminator_loss(game: IrGan, users: Tensor, taken: Tensor) -> Tensor:
    """Mean log loss of telling what was taken from as much that the generator draws (equation 3 of the paper)."""
    with torch.no_grad():
        chances = functional.softmax(game.generator(users).float(), dim=1)
        drawn = torch.multinomial(chances, taken.shape[1], replacement=True)
    real, made = game.discriminator.of_pairs(users, taken), game.discriminator.of_pairs(users, drawn)
    return functional.softplus(-real).mean() + functional.softplus(made).mean()


def generator_loss(game: IrGan, users: Tensor, taken: Tensor) -> tuple[Tensor, Tensor]:
    """-Σ w (r - b) log p(i | u) over drawn items, a mean; and the mean reward.

    Policy gradient (equation 5): r = 2 sigmoid(d(u, i)) - 1, b the user's mean reward (section 2.2.2). Some items are
    drawn among what was taken, so that the generator need not come upon them by chance; w = p / q makes up for it, q
    being the chance with which they were really drawn.
    """
    log_chances = functional.log_softmax(game.generator(users).float(), dim=1)
    with torch.no_grad():
        chances = log_chances.exp()
        drawn = torch.multinomial(chances, taken.shape[1], replacement=True)
        from_taken = torch.rand(drawn.shape, device=drawn.device) < FROM_TAKEN
        drawn = torch.where(from_taken, taken, drawn)
        chance = chances.gather(1, drawn)
        weights = chance / ((1 - FROM_TAKEN) * chance + FROM_TAKEN * game.share_of_taken(users, drawn))
        rewards = 2 * torch.sigmoid(game.discriminator.of_pairs(users, drawn).float()) - 1
        total = weights.sum(dim=1, keepdim=True)
        baseline = (weights * rewards).sum(dim=1, keepdim=True) / total
        advantage = weights * (rewards - baseline)
    return -(advantage * log_chances.gather(1, drawn)).mean(), baseline.mean()


class GameChoices(Protocol):
    """Settings that the task reads."""

    @property
    def factors(self) -> int:
        """Length of the vectors."""

    @property
    def draws(self) -> int:
        """Items of each user in a batch."""

    @property
    def pretraining(self) -> int:
        """Rounds before the game."""

    @property
    def recommender(self) -> str:
        """ "generator" or "discriminator"."""


class IrGanTask:
    """Rounds of likelihood, then rounds of the game: in turn a batch for the one player and one for the other."""

    def __init__(self, choices: GameChoices, taken: csr_matrix) -> None:
        self._choices = choices
        self._taken = taken
        self._users = np.flatnonzero(np.diff(taken.indptr))
        self._network = IrGan(taken, choices.factors)
        self._told: dict[str, list[Tensor]] = {}

    @property
    def network(self) -> IrGan:
        """All that is learnt."""
        return self._network

    @property
    def n_examples(self) -> int:
        """Users, each once for either player."""
        return len(self._users) * (1 if self._pretrains else 2)

    @property
    def whole_batches(self) -> bool:
        """True: how the players did is told batch by batch."""
        return True

    @property
    def _pretrains(self) -> bool:
        return float(self._network.get_buffer("rounds")) < self._choices.pretraining

    def batches(self, rng: np.random.Generator, size: int) -> Iterator[tuple[Tensor, ...]]:
        """Users (n,), items that each took (n, draws), drawn anew for each batch, and what to learn from them (n,)."""
        self._told.clear()
        order = rng.permutation(self._users)
        phases = (LIKELIHOOD,) if self._pretrains else (DISCRIMINATOR, GENERATOR)
        starts, lengths = self._taken.indptr[:-1], np.diff(self._taken.indptr)
        for first in range(0, len(order), size):
            users = order[first : first + size]
            for phase in phases:
                places = rng.random((len(users), self._choices.draws)) * lengths[users, None]
                items = self._taken.indices[starts[users, None] + places.astype(np.int64)]
                yield (
                    torch.from_numpy(users.astype(np.int64)),
                    torch.from_numpy(items.astype(np.int64)),
                    torch.full((len(users),), phase),
                )

    def loss(self, network: nn.Module, batch: tuple[Tensor, ...]) -> Tensor:
        """That of the player whose turn it is."""
        game = cast(IrGan, network)
        users, taken, phases = batch
        phase = int(phases[0])
        if phase == LIKELIHOOD:
            return likelihood_loss(game.generator, users, taken)
        if phase == DISCRIMINATOR:
            loss = discriminator_loss(game, users, taken)
            self._told.setdefault(DISCRIMINATOR_LOSS, []).append(loss.detach())
            return loss
        loss, reward = generator_loss(game, users, taken)
        self._told.setdefault(REWARD, []).append(reward)
        return loss

    def scores(self, users: Positions) -> Scores:
        """By the player that recommends."""
        vectors, items = recommender(self._network, self._choices).vectors()
        return inner_products(vectors[users], items)

    def after_epoch(self) -> Mapping[str, float]:
        """How both players did, means over the batches of the round; nothing before the game."""
        self._network.get_buffer("rounds").add_(1)
        told = {name: float(torch.stack(values).mean()) for name, values in self._told.items()}
        self._told.clear()
        return told


def recommender(game: IrGan, choices: GameChoices) -> Player:
    """The player that recommends."""
    return game.generator if choices.recommender == "generator" else game.discriminator
