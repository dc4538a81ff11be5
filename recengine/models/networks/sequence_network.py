"""What every network over histories has: vectors of items, and a state after each item of a history."""

from __future__ import annotations

from abc import ABC, abstractmethod
from itertools import chain

import torch
from torch import Tensor, nn

PADDING = 0
"""Where a history has ended; items are from 1 on."""


class SequenceNetwork(nn.Module, ABC):
    """Items come as whole numbers from 1, histories from the start of their row, `PADDING` behind them.

    A state and the vectors of items live in one space: their inner product is how likely the item comes next. One more
    symbol, `mask`, stands for an item that is not shown.
    """

    def __init__(self, n_items: int, factors: int) -> None:
        super().__init__()
        self.n_items = n_items
        self.mask = n_items + 1
        self.items = nn.Embedding(n_items + 2, factors, padding_idx=PADDING)
        nn.init.normal_(self.items.weight, std=factors**-0.5)
        with torch.no_grad():
            self.items.weight[PADDING] = 0

    @abstractmethod
    def forward(self, histories: Tensor) -> Tensor:
        """The state after each item, (n, length, factors), for histories (n, length)."""

    def last(self, histories: Tensor) -> Tensor:
        """The state after the whole of each history, (n, factors); of an empty one anything."""
        ends = (histories != PADDING).sum(dim=1).clamp(min=1) - 1
        states: Tensor = self(histories)
        return states[torch.arange(len(histories), device=histories.device), ends]

    @property
    def device(self) -> torch.device:
        """On which it computes."""
        return next(chain(self.parameters(), self.buffers())).device

    @property
    def item_vectors(self) -> Tensor:
        """(n_items, factors)."""
        return self.items.weight[1 : self.n_items + 1]
