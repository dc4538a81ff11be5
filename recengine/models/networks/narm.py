"""NARM: attention over the states of a gated recurrent net (Li et al. 2017, CIKM, sections 3.2 to 3.5)."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from recengine.models.networks.sequence_network import PADDING, SequenceNetwork


class Narm(SequenceNetwork):
    """Two readings of a history: the state at its end, and the states on the way as far as they bear on the end.

    The paper learns from every beginning of a history apart; here the state after each item is computed at once.
    """

    def __init__(self, n_items: int, factors: int, units: int, attention: int, dropout: float) -> None:
        """attention: width of the layer that compares a state with an earlier one."""
        super().__init__(n_items, factors)
        self.units = nn.GRU(factors, units, batch_first=True)
        self.now = nn.Linear(units, attention, bias=False)
        self.then = nn.Linear(units, attention, bias=False)
        self.bears = nn.Linear(attention, 1, bias=False)
        self.decoder = nn.Linear(2 * units, factors, bias=False)
        self.before = nn.Dropout(dropout)
        self.after = nn.Dropout(dropout)

    def forward(self, histories: Tensor) -> Tensor:
        """The state after each item; it depends on no later one."""
        states, _ = self.units(self.before(self.items(histories) * self.items.embedding_dim**0.5))
        # α_tj = v · sigmoid(A1 h_t + A2 h_j) for j ≤ t (equation 8), of every t and j at once
        both = self.now(states)[:, :, None] + self.then(states)[:, None]
        bears = self.bears(both.sigmoid_()).squeeze(3).tril()
        bears = bears.masked_fill((histories == PADDING)[:, None], 0.0)
        local = bears @ states
        # the bilinear decoder S_i = emb_i · B c (equation 10)
        out: Tensor = self.decoder(self.after(torch.cat([states, local], dim=2)))
        return out
