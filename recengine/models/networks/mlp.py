"""A multi-layer perceptron over the vectors of a user and an item (He et al. 2017, WWW, section 3.3)."""

from __future__ import annotations

from torch import Tensor, nn

from recengine.models.networks.gmf import vectors
from recengine.models.networks.pair_network import PairNetwork, Parts, Split, Tower


class Mlp(PairNetwork):
    """Layers over p_u and q_i side by side (equation 10)."""

    def __init__(self, n_users: int, n_items: int, factors: int, hidden: int, layers: int, dropout: float) -> None:
        super().__init__()
        self.users = vectors(n_users, factors)
        self.items = vectors(n_items, factors)
        self.dropout = nn.Dropout(dropout)
        self.first = Split(factors, factors, hidden)
        self.tower = Tower(hidden, layers, dropout)

    def user_parts(self, users: Tensor) -> Parts:
        """What the first layer has of the user."""
        return (self.first.of_user(self.dropout(self.users(users))),)

    def item_parts(self, items: Tensor) -> Parts:
        """What the first layer has of the item."""
        return (self.first.of_item(self.dropout(self.items(items))),)

    def combine(self, users: Parts, items: Parts) -> Tensor:
        """The layers over the sum of both."""
        found: Tensor = self.tower(users[0] + items[0])
        return found

    @property
    def width(self) -> int:
        """The first two layers."""
        return 2 * self.first.out_features
