"""NeuMF: GMF and an MLP, each with vectors of its own, under one last layer (He et al. 2017, WWW, section 3.4)."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from recengine.models.networks.gmf import vectors
from recengine.models.networks.pair_network import PairNetwork, Parts, Split, Tower, dots


class NeuMf(PairNetwork):
    """h · [p_u ⊙ q_i, MLP(p'_u, q'_i)] (equation 12)."""

    def __init__(self, n_users: int, n_items: int, factors: int, hidden: int, layers: int, dropout: float) -> None:
        super().__init__()
        self.users = vectors(n_users, factors)
        self.items = vectors(n_items, factors)
        self.deep_users = vectors(n_users, factors)
        self.deep_items = vectors(n_items, factors)
        self.dropout = nn.Dropout(dropout)
        self.first = Split(factors, factors, hidden)
        self.tower = Tower(hidden, layers, dropout)
        # the part of the last layer over the product; it starts as the plain inner product
        self.weights = nn.Parameter(torch.ones(factors))

    def user_parts(self, users: Tensor) -> Parts:
        """p_u ⊙ h, and what the first layer has of the user."""
        return self.dropout(self.users(users)) * self.weights, self.first.of_user(self.dropout(self.deep_users(users)))

    def item_parts(self, items: Tensor) -> Parts:
        """q_i, and what the first layer has of the item."""
        return self.items(items), self.first.of_item(self.dropout(self.deep_items(items)))

    def combine(self, users: Parts, items: Parts) -> Tensor:
        """The last layer over both."""
        found: Tensor = self.tower(users[1] + items[1])
        return dots(users[0], items[0]) + found

    @property
    def width(self) -> int:
        """The first two layers."""
        return 2 * self.first.out_features
