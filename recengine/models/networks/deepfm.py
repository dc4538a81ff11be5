"""DeepFM: a factorisation machine and a deep net over the same vectors of fields (Guo et al. 2017, IJCAI)."""

from __future__ import annotations

from torch import Tensor, nn

from recengine.models.attributes.fields import FieldRows, Fields
from recengine.models.networks.factorization import bi_interaction
from recengine.models.networks.field_network import FieldNetwork
from recengine.models.networks.fields import FieldTensors, FieldVectors
from recengine.models.networks.pair_network import Parts, Split, Tower, dots


class DeepFm(FieldNetwork):
    """y = Σ_f w_f + Σ_{f<g} v_f · v_g + MLP([v_1, v_2, …]) over the fields of user and item together.

    The pairs of fields split: those of the user, those of the item, and those across, which are the inner product of
    the sums of either's vectors.
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
        self.first = Split(self.users.n_fields * factors, self.items.n_fields * factors, hidden)
        self.tower = Tower(hidden, layers, dropout)
        self.dropout = nn.Dropout(dropout)

    def of_users(self, rows: FieldTensors) -> Parts:
        """Its own terms of the machine, the sum of its vectors, and what the first layer has of it."""
        vectors = self.dropout(self.users(rows))
        own = own_terms(self.user_weights(rows), vectors)
        return own, vectors.sum(dim=1), self.first.of_user(vectors.flatten(start_dim=1))

    def of_items(self, rows: FieldTensors) -> Parts:
        """The same of items."""
        vectors = self.dropout(self.items(rows))
        own = own_terms(self.item_weights(rows), vectors)
        return own, vectors.sum(dim=1), self.first.of_item(vectors.flatten(start_dim=1))

    def combine(self, users: Parts, items: Parts) -> Tensor:
        """Machine and deep net."""
        found: Tensor = self.tower(users[2] + items[2])
        return users[0] + items[0] + dots(users[1], items[1]) + found

    @property
    def width(self) -> int:
        """The first two layers."""
        return 2 * self.first.out_features


def own_terms(weights: Tensor, vectors: Tensor) -> Tensor:
    """Σ_f w_f + Σ_{f<g} v_f · v_g over the fields of one side, (n,); weights (n, fields, 1), vectors (n, fields, k)."""
    return weights.sum(dim=(1, 2)) + bi_interaction(vectors).sum(dim=1)
