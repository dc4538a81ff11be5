"""MultVAE: a history squeezed through a few numbers and unfolded again (Liang et al. 2018, WWW, section 2)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Protocol, cast

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from torch import Tensor, nn
from torch.nn import functional

from recengine.arrays import Positions, Scores
from recengine.models.products import inner_products

ROWS_AT_ONCE = 512
"""Histories of a block while users are scored."""


class MultVae(nn.Module):
    """An encoder to a normal distribution a user, a sample of it, and a decoder to the odds of every item."""

    def __init__(self, n_items: int, hidden: int, factors: int, dropout: float) -> None:
        super().__init__()
        self.dropout = nn.Dropout(dropout)
        self.encoder = nn.Linear(n_items, hidden)
        self.code = nn.Linear(hidden, 2 * factors)
        self.decoder = nn.Linear(factors, hidden)
        self.items = nn.Linear(hidden, n_items)
        for layer in (self.encoder, self.code, self.decoder, self.items):
            nn.init.xavier_normal_(layer.weight)
            nn.init.normal_(layer.bias, std=0.001)
        # batches learnt so far: kept with the weights, so that a fit that goes on weighs what it would have weighed
        self.register_buffer("batches", torch.zeros(1))

    def encode(self, histories: Tensor) -> tuple[Tensor, Tensor]:
        """Mean and log of the variance, (n, factors) each, of histories (n, n_items) of zeros and ones."""
        given = self.dropout(functional.normalize(histories))
        mean, log_variance = self.code(torch.tanh(self.encoder(given))).chunk(2, dim=1)
        return mean, log_variance

    def decode(self, codes: Tensor) -> Tensor:
        """The state of which every item's log odds are a linear function, (n, hidden)."""
        return torch.tanh(self.decoder(codes))

    def forward(self, histories: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Log odds (n, n_items) by a sample of each code, with mean and log of the variance."""
        mean, log_variance = self.encode(histories)
        codes = mean + torch.randn_like(mean) * torch.exp(log_variance / 2)
        return self.items(self.decode(codes)), mean, log_variance

    def states(self, histories: Tensor) -> Tensor:
        """Of the most likely codes, with a 1 behind, so that a bias can stand behind an item's weights."""
        states = self.decode(self.encode(histories)[0])
        return torch.cat([states, torch.ones_like(states[:, :1])], dim=1)

    @property
    def item_vectors(self) -> Tensor:
        """Weights and bias of each item, (n_items, hidden + 1)."""
        return torch.cat([self.items.weight, self.items.bias[:, None]], dim=1)


def negative_bound(
    log_odds: Tensor, histories: Tensor, mean: Tensor, log_variance: Tensor, beta: Tensor | float
) -> Tensor:
    """-ELBO of each history, (n,): -Σ_i x_i log softmax(log_odds)_i + beta KL(q, N(0, 1)) (equations 2 and 7)."""
    likelihood = (histories * functional.log_softmax(log_odds, dim=1)).sum(dim=1)
    divergence = (log_variance.exp() + mean**2 - 1 - log_variance).sum(dim=1) / 2
    return beta * divergence - likelihood


def user_states(network: MultVae, histories: csr_matrix) -> Scores:
    """The state after each history, (n, hidden + 1) float32; NaN where it is empty."""
    device = network.items.weight.device
    out = np.full((histories.shape[0], network.items.in_features + 1), np.nan, dtype=np.float32)
    rows = np.flatnonzero(np.diff(histories.indptr))
    with torch.inference_mode():
        for start in range(0, len(rows), ROWS_AT_ONCE):
            block = rows[start : start + ROWS_AT_ONCE]
            out[block] = network.states(ones(histories, block).to(device)).float().cpu().numpy()
    return out


def ones(histories: csr_matrix, rows: NDArray[np.integer]) -> Tensor:
    """1 where the history has the item, (len(rows), n_items) float32; whatever it weighs."""
    return torch.from_numpy((histories[rows].toarray() != 0).astype(np.float32))


class MultVaeChoices(Protocol):
    """Settings that the task reads."""

    @property
    def beta(self) -> float:
        """The weight of the divergence in the end."""

    @property
    def annealing(self) -> int:
        """Batches after which it is reached."""


class MultVaeTask:
    """Every item of a history at once, by the multinomial likelihood."""

    def __init__(self, network: MultVae, choices: MultVaeChoices, taken: csr_matrix) -> None:
        self._network = network
        self._choices = choices
        self._taken = taken
        self._users = np.flatnonzero(np.diff(taken.indptr))

    @property
    def network(self) -> MultVae:
        """All that is learnt."""
        return self._network

    @property
    def n_examples(self) -> int:
        """Histories."""
        return len(self._users)

    def batches(self, rng: np.random.Generator, size: int) -> Iterator[tuple[Tensor, ...]]:
        """Histories (n, n_items) of zeros and ones."""
        order = rng.permutation(self._users)
        for start in range(0, len(order), size):
            self._network.get_buffer("batches").add_(1)
            yield (ones(self._taken, order[start : start + size]),)

    def loss(self, network: nn.Module, batch: tuple[Tensor, ...]) -> Tensor:
        """Mean over the histories; the divergence weighs more from batch to batch, up to beta (section 2.2.2)."""
        network = cast(MultVae, network)
        log_odds, mean, log_variance = network(batch[0])
        learnt = network.get_buffer("batches")
        beta = self._choices.beta * (learnt / max(1, self._choices.annealing)).clamp(max=1)
        return negative_bound(log_odds.float(), batch[0], mean.float(), log_variance.float(), beta).mean()

    def scores(self, users: Positions) -> Scores:
        """Of the histories that are known."""
        items = self._network.item_vectors.detach().float().cpu().numpy()
        return inner_products(user_states(self._network, self._taken[users]), items)

    def after_epoch(self) -> Mapping[str, float]:
        """Nothing more."""
        return {}
