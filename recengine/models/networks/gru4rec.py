"""GRU4Rec: a gated recurrent net over a history (Hidasi et al. 2016, ICLR; Hidasi & Karatzoglou 2018, CIKM)."""

from __future__ import annotations

from torch import Tensor, nn

from recengine.models.networks.sequence_network import SequenceNetwork


class Gru4Rec(SequenceNetwork):
    """Item vectors through gated units; the item that comes next is looked for among the vectors that were read.

    The same vectors on both sides are the "constrained embedding" of the second paper; a linear layer between lets the
    units be of any number.
    """

    def __init__(self, n_items: int, factors: int, units: int, layers: int, dropout: float) -> None:
        super().__init__(n_items, factors)
        self.dropout = nn.Dropout(dropout)
        self.units = nn.GRU(factors, units, layers, batch_first=True, dropout=dropout if layers > 1 else 0.0)
        self.outer = nn.Linear(units, factors)

    def forward(self, histories: Tensor) -> Tensor:
        """The state after each item; it depends on no later one."""
        vectors = self.dropout(self.items(histories) * self.items.embedding_dim**0.5)
        states, _ = self.units(vectors)
        out: Tensor = self.outer(self.dropout(states))
        return out
