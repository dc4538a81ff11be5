"""Networks that score a user and an item: what concerns one of them alone is computed once for all pairs."""

from __future__ import annotations

from abc import ABC, abstractmethod
from itertools import pairwise
from typing import TypeAlias

import torch
from torch import Tensor, nn
from torch.nn import functional

Parts: TypeAlias = tuple[Tensor, ...]
"""What is computed of n users or n items alone, each (n, …)."""
PAIR_NUMBERS = 2**23
"""Numbers that a block of scores may take in one layer."""
ROWS_AT_ONCE = 8192
"""Users or items of a block of parts."""


class PairNetwork(nn.Module, ABC):
    """Scores are logits: higher is likelier."""

    @abstractmethod
    def user_parts(self, users: Tensor) -> Parts:
        """Of users by position (n,)."""

    @abstractmethod
    def item_parts(self, items: Tensor) -> Parts:
        """Of items by position (n,)."""

    @abstractmethod
    def combine(self, users: Parts, items: Parts) -> Tensor:
        """Scores (n, m): users each (n, 1, …), items each (n, m, …), or (1, m, …) for the same items for all."""

    @property
    @abstractmethod
    def width(self) -> int:
        """Numbers that `combine` holds at once for one pair."""

    def forward(self, users: Tensor, items: Tensor) -> Tensor:
        """Scores (n, m) of users (n,) and the items (n, m) of each, by positions."""
        # an item comes often in a batch, and nearly all that is known of it is known of it alone
        several, places = torch.unique(items, return_inverse=True)
        found = tuple(part[places] for part in self.item_parts(several))
        return self.combine(alone(self.user_parts(users)), found)


class Split(nn.Linear):
    """A linear layer over a user and an item side by side, as the sum of what either gives."""

    def __init__(self, user_width: int, item_width: int, out: int) -> None:
        super().__init__(user_width + item_width, out)
        self.user_width = user_width
        # vectors start small: beside a constant that is not, every pair would look the same, and units die of it
        nn.init.zeros_(self.bias)

    def of_user(self, users: Tensor) -> Tensor:
        """(…, out) of (…, user_width), the constant included."""
        return functional.linear(users, self.weight[:, : self.user_width], self.bias)

    def of_item(self, items: Tensor) -> Tensor:
        """(…, out) of (…, item_width)."""
        return functional.linear(items, self.weight[:, self.user_width :])


class Tower(nn.Module):
    """Layers each half as wide as the one before, over what the first of them gives; the last one gives a number."""

    def __init__(self, hidden: int, layers: int, dropout: float) -> None:
        """hidden: width of the first layer, which is outside. layers: with the first."""
        super().__init__()
        widths = [max(1, hidden >> step) for step in range(layers)]
        self.layers = nn.ModuleList(nn.Linear(wide, half) for wide, half in pairwise(widths))
        self.last = nn.Linear(widths[-1], 1)
        self.dropout = dropout

    def forward(self, first: Tensor) -> Tensor:
        """(n, m) of the first layer (n, m, hidden), before what makes it not linear."""
        states = self._dropped(functional.relu(first))
        for layer in self.layers:
            states = self._dropped(functional.relu(layer(states)))
        found: Tensor = self.last(states)
        return found[..., 0]

    def _dropped(self, states: Tensor) -> Tensor:
        """Dropout of the same units for all items of a user: they are compared, and a mask a user is drawn faster."""
        if not self.training or not self.dropout:
            return states
        kept = functional.dropout(states.new_ones(len(states), 1, states.shape[-1]), self.dropout)
        return states * kept


def alone(users: Parts) -> Parts:
    """Of users, to be combined with several items each."""
    return tuple(part[:, None] for part in users)


def dots(users: Tensor, items: Tensor) -> Tensor:
    """`out[n, m]` = users[n, 0] · items[n or 0, m]; users (n, 1, k), items (n or 1, m, k)."""
    if len(items) == 1:
        return users[:, 0] @ items[0].T
    return torch.bmm(users, items.transpose(1, 2))[:, 0]


def parts_in_blocks(network: PairNetwork, positions: Tensor, *, of_users: bool) -> Parts:
    """`user_parts` or `item_parts` of however many."""
    make = network.user_parts if of_users else network.item_parts
    # of nobody too, so that the shapes are known
    blocks = [make(block) for block in torch.split(positions, ROWS_AT_ONCE)]
    return tuple(torch.cat(part) for part in zip(*blocks, strict=True))


def scores_in_blocks(network: PairNetwork, users: Parts, items: Parts) -> Tensor:
    """Every user with every item, (n, m) float32 on the CPU."""
    n, m = len(users[0]), len(items[0])
    items_at_once = max(1, min(m, PAIR_NUMBERS // network.width))
    users_at_once = max(1, PAIR_NUMBERS // (network.width * items_at_once))
    out = torch.empty((n, m), dtype=torch.float32)
    for first in range(0, n, users_at_once):
        some = alone(tuple(part[first : first + users_at_once] for part in users))
        for start in range(0, m, items_at_once):
            others = tuple(part[None, start : start + items_at_once] for part in items)
            found = network.combine(some, others)
            out[first : first + users_at_once, start : start + items_at_once] = found.float().cpu()
    return out
