"""Generalised matrix factorisation (He et al. 2017, WWW, section 3.2)."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from recengine.models.networks.pair_network import PairNetwork, Parts, dots

SPREAD = 0.1
"""Standard deviation of the first vectors."""


def vectors(rows: int, length: int) -> nn.Embedding:
    """One each, drawn around 0."""
    made = nn.Embedding(rows, length)
    nn.init.normal_(made.weight, std=SPREAD)
    return made


class Gmf(PairNetwork):
    """h · (p_u ⊙ q_i) (equation 9): the inner product, in which each factor has a weight of its own."""

    def __init__(self, n_users: int, n_items: int, factors: int, dropout: float) -> None:
        super().__init__()
        self.users = vectors(n_users, factors)
        self.items = vectors(n_items, factors)
        self.weights = nn.Parameter(torch.ones(factors))
        self.dropout = nn.Dropout(dropout)

    def user_parts(self, users: Tensor) -> Parts:
        """h ⊙ p_u."""
        return (self.dropout(self.users(users)) * self.weights,)

    def item_parts(self, items: Tensor) -> Parts:
        """q_i."""
        return (self.items(items),)

    def combine(self, users: Parts, items: Parts) -> Tensor:
        """Their inner products."""
        return dots(users[0], items[0])

    @property
    def width(self) -> int:
        """A score."""
        return 1
