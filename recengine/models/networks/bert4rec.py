"""BERT4Rec: attention in both directions over a history with gaps (Sun et al. 2019, CIKM, sections 3.2 to 3.5)."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from recengine.models.networks.sasrec import Block
from recengine.models.networks.sequence_network import PADDING, SequenceNetwork


class Bert4Rec(SequenceNetwork):
    """Blocks of attention over item plus place, then a layer that points to the item that a mask stands for.

    Places are counted from the end, as in `SasRec`, and each block norms before its parts, which needs no warm-up of
    the learning rate (Xiong et al. 2020, ICML); the paper norms after them. The items' own offsets of equation 7 are
    left out, so that a state and the vectors of items are all that a score needs.
    """

    def __init__(self, n_items: int, factors: int, length: int, blocks: int, heads: int, dropout: float) -> None:
        """length: of the longest history, to which a mask is added."""
        super().__init__(n_items, factors)
        self.places = nn.Embedding(length + 1, factors)
        nn.init.normal_(self.places.weight, std=factors**-0.5)
        self.dropout = nn.Dropout(dropout)
        self.blocks = nn.ModuleList(Block(factors, heads, dropout, 4 * factors, nn.GELU) for _ in range(blocks))
        self.outer = nn.Sequential(nn.LayerNorm(factors), nn.Linear(factors, factors), nn.GELU(), nn.LayerNorm(factors))

    def forward(self, histories: Tensor) -> Tensor:
        """The state at each place, which depends on all others."""
        there = histories != PADDING
        from_end = there.sum(dim=1, keepdim=True) - 1 - torch.arange(histories.shape[1], device=histories.device)
        states = self.items(histories) * self.items.embedding_dim**0.5 + self.places(from_end.clamp(min=0))
        states = self.dropout(states)
        allowed = there[:, None, None]
        for block in self.blocks:
            states = block(states, causal=False, allowed=allowed)
        out: Tensor = self.outer(states)
        return out

    def last(self, histories: Tensor) -> Tensor:
        """The state at a mask behind each history, (n, factors); of an empty one anything."""
        lengths = (histories != PADDING).sum(dim=1)
        rows = torch.arange(len(histories), device=histories.device)
        asked = torch.cat([histories, histories.new_full((len(histories), 1), PADDING)], dim=1)
        asked[rows, lengths] = self.mask
        states: Tensor = self(asked)
        return states[rows, lengths]
