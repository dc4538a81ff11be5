"""DLRM: layers over the inner products of all pairs of vectors, and over what is dense (Naumov et al. 2019)."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from recengine.models.attributes.fields import FieldRows, Fields, SideFields
from recengine.models.networks.factorization import cross_dots, pair_dots
from recengine.models.networks.field_network import FieldNetwork
from recengine.models.networks.fields import CategoryVectors, FieldTensors
from recengine.models.networks.pair_network import Parts, Tower


class Dlrm(FieldNetwork):
    """y = MLP([x, all v_f · v_g]), the v being those of ids and labels and x, what a bottom net makes of the dense.

    Dense are numbers, and the text vector of an item. A bottom net for each side, rather than one for both, lets all
    that concerns a user or an item alone be computed once: the bottom nets, the products within a side, and what the
    first layer has of either.
    """

    def __init__(
        self,
        fields: Fields,
        users: FieldRows,
        items: FieldRows,
        factors: int,
        hidden: int,
        layers: int,
        dropout: float,
        hidden_ids: float,
    ) -> None:
        super().__init__(users, items, hidden_ids)
        self.users = DlrmSide(fields.users, factors, hidden)
        self.items = DlrmSide(fields.items, factors, hidden)
        self.across = nn.Linear(self.users.n_vectors * self.items.n_vectors, hidden)
        self.tower = Tower(hidden, layers, dropout)
        self.dropout = nn.Dropout(dropout)

    def of_users(self, rows: FieldTensors) -> Parts:
        """Its vectors, and what the first layer has of it."""
        vectors, first = self.users(rows)
        return self.dropout(vectors), first

    def of_items(self, rows: FieldTensors) -> Parts:
        """The same of items."""
        vectors, first = self.items(rows)
        return vectors, first

    def combine(self, users: Parts, items: Parts) -> Tensor:
        """Layers over the products across and what there is of either side."""
        first = self.across(cross_dots(users[0], items[0])) + users[1] + items[1]
        found: Tensor = self.tower(first)
        return found

    @property
    def width(self) -> int:
        """The products and the first two layers."""
        return 2 * self.across.in_features + 3 * self.across.out_features


class DlrmSide(nn.Module):
    """Vectors of one side, and what the first layer has of it."""

    def __init__(self, side: SideFields, factors: int, hidden: int) -> None:
        super().__init__()
        self.categories = CategoryVectors(side, factors)
        n_dense = 2 * len(side.numbers) + side.text_width
        self.bottom = (
            nn.Sequential(nn.Linear(n_dense, hidden), nn.ReLU(), nn.Linear(hidden, factors)) if n_dense else None
        )
        self.n_vectors = 1 + len(side.labels) + (1 if n_dense else 0)
        n_inputs = self.n_vectors * (self.n_vectors - 1) // 2 + (factors if n_dense else 0)
        # an id alone makes no pair
        self.first = nn.Linear(n_inputs, hidden, bias=False) if n_inputs else None
        self.hidden = hidden

    def forward(self, rows: FieldTensors) -> tuple[Tensor, Tensor]:
        """Vectors (n, n_vectors, factors) and of the first layer (n, hidden)."""
        vectors = self.categories(rows)
        dense: list[Tensor] = []
        if self.bottom is not None:
            dense = [functional.relu(self.bottom(torch.cat([rows.numbers, rows.missing, rows.texts], dim=1)))]
            vectors = torch.cat([vectors, dense[0][:, None]], dim=1)
        if self.first is None:
            return vectors, vectors.new_zeros(len(vectors), self.hidden)
        return vectors, self.first(torch.cat([pair_dots(vectors), *dense], dim=1))
