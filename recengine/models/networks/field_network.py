"""Networks over the fields of a user and an item."""

from __future__ import annotations

from abc import abstractmethod

from torch import Tensor

from recengine.models.attributes.fields import FieldRows
from recengine.models.networks.fields import FieldTable, FieldTensors
from recengine.models.networks.pair_network import PairNetwork, Parts


class FieldNetwork(PairNetwork):
    """Knows the fields of all users and items, and scores others by theirs."""

    def __init__(self, users: FieldRows, items: FieldRows, hidden_ids: float) -> None:
        """hidden_ids: share of ids that are made unknown while learning."""
        super().__init__()
        self.hidden_ids = hidden_ids
        self.user_table = FieldTable(users)
        self.item_table = FieldTable(items)

    @abstractmethod
    def of_users(self, rows: FieldTensors) -> Parts:
        """Of users with these fields."""

    @abstractmethod
    def of_items(self, rows: FieldTensors) -> Parts:
        """Of items with these fields."""

    def user_parts(self, users: Tensor) -> Parts:
        """Of those in the table."""
        return self.of_users(self._shown(self.user_table(users)))

    def item_parts(self, items: Tensor) -> Parts:
        """Of those in the table."""
        return self.of_items(self._shown(self.item_table(items)))

    def _shown(self, rows: FieldTensors) -> FieldTensors:
        return rows.without_some_ids(self.hidden_ids) if self.training and self.hidden_ids else rows
