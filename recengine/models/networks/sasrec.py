"""SASRec: causal self-attention over a history (Kang & McAuley 2018, ICDM, sections III A to C)."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from recengine.models.networks.sequence_network import PADDING, SequenceNetwork


class SasRec(SequenceNetwork):
    """Blocks of attention and a feed-forward net of the item's own width over item plus place; the last norm is shared.

    Places are counted from the end of a history, so that the latest item has the same one however long the history is
    (the paper pads histories on the left to one length, section III A, which counts alike). So the state after an
    earlier item is not that of a history that ends there: it depends on how many items follow.
    """

    def __init__(self, n_items: int, factors: int, length: int, blocks: int, heads: int, dropout: float) -> None:
        """length: of the longest history."""
        super().__init__(n_items, factors)
        self.places = nn.Embedding(length, factors)
        nn.init.normal_(self.places.weight, std=factors**-0.5)
        self.dropout = nn.Dropout(dropout)
        self.blocks = nn.ModuleList(Block(factors, heads, dropout, factors) for _ in range(blocks))
        self.norm = nn.LayerNorm(factors)

    def forward(self, histories: Tensor) -> Tensor:
        """The state after each item; which ones come later does not count, how many of them does."""
        there = histories != PADDING
        from_end = there.sum(dim=1, keepdim=True) - 1 - torch.arange(histories.shape[1], device=histories.device)
        states = self.items(histories) * self.items.embedding_dim**0.5 + self.places(from_end.clamp(min=0))
        states = self.dropout(states)
        for block in self.blocks:
            # what is behind the end of a history comes later than all of it, so no item attends to it
            states = block(states, causal=True)
        normed: Tensor = self.norm(states)
        return normed


class Block(nn.Module):
    """One block of a transformer, normed before each of its two parts (equations 2 to 6 of the paper)."""

    def __init__(
        self, factors: int, heads: int, dropout: float, hidden: int, activation: type[nn.Module] = nn.ReLU
    ) -> None:
        """hidden: width of the feed-forward net."""
        super().__init__()
        self.heads = heads
        self.drop = dropout
        self.before_attention = nn.LayerNorm(factors)
        self.before_feed = nn.LayerNorm(factors)
        self.inner = nn.Linear(factors, 3 * factors)
        self.outer = nn.Linear(factors, factors)
        self.feed = nn.Sequential(
            nn.Linear(factors, hidden), activation(), nn.Dropout(dropout), nn.Linear(hidden, factors)
        )
        self.dropout = nn.Dropout(dropout)

    def forward(self, states: Tensor, *, causal: bool, allowed: Tensor | None = None) -> Tensor:
        """New states (n, length, factors). allowed (n, 1, 1 or length, length): which place may attend to which."""
        n, length, factors = states.shape
        parts = self.inner(self.before_attention(states)).view(n, length, 3, self.heads, factors // self.heads)
        query, key, value = parts.permute(2, 0, 3, 1, 4)
        attended = functional.scaled_dot_product_attention(
            query, key, value, attn_mask=allowed, dropout_p=self.drop if self.training else 0.0, is_causal=causal
        )
        states = states + self.dropout(self.outer(attended.transpose(1, 2).reshape(n, length, factors)))
        after: Tensor = states + self.dropout(self.feed(self.before_feed(states)))
        return after
