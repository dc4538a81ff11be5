"""NFM: layers over the pooled products of all pairs of fields (He & Chua 2017, SIGIR)."""

from __future__ import annotations

from torch import Tensor, nn

from recengine.models.attributes.fields import FieldRows, Fields
from recengine.models.networks.factorization import bi_interaction
from recengine.models.networks.field_network import FieldNetwork
from recengine.models.networks.fields import FieldTensors, FieldVectors
from recengine.models.networks.pair_network import Parts, Tower


class Nfm(FieldNetwork):
    """y = Σ_f w_f + MLP(Σ_{f<g} v_f ⊙ v_g) over the fields of user and item together (equations 2 to 7).

    The pooled products split: those of the user, those of the item, and the sums of either's vectors multiplied. Of the
    first two the first layer, which is linear, is computed once; only the last is computed for each pair.
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
        self.users = FieldVectors(fields.users, factors)
        self.items = FieldVectors(fields.items, factors)
        self.user_weights = FieldVectors(fields.users, 1)
        self.item_weights = FieldVectors(fields.items, 1)
        self.first = nn.Linear(factors, hidden)
        self.tower = Tower(hidden, layers, dropout)
        self.dropout = nn.Dropout(dropout)

    def of_users(self, rows: FieldTensors) -> Parts:
        """Its weights, the sum of its vectors, and what the first layer has of its own products."""
        vectors = self.dropout(self.users(rows))
        weights = self.user_weights(rows).sum(dim=(1, 2))
        return weights, vectors.sum(dim=1), self.first(bi_interaction(vectors))

    def of_items(self, rows: FieldTensors) -> Parts:
        """The same of items, the constant of the first layer left to the users."""
        vectors = self.dropout(self.items(rows))
        weights = self.item_weights(rows).sum(dim=(1, 2))
        return weights, vectors.sum(dim=1), bi_interaction(vectors) @ self.first.weight.T

    def combine(self, users: Parts, items: Parts) -> Tensor:
        """Layers over the pooled products, and the weights."""
        across = (users[1] * items[1]) @ self.first.weight.T
        found: Tensor = self.tower(users[2] + items[2] + across)
        return users[0] + items[0] + found

    @property
    def width(self) -> int:
        """The product and the first two layers."""
        return self.first.in_features + 3 * self.first.out_features
