"""Scores as inner products of a vector a user and a vector an item, both learnt."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from recengine.arrays import Positions, Scores
from recengine.models.learnt_scorer import LearntScorer, restored_network
from recengine.models.products import inner_products
from recengine.models.training.curves import Curves


class VectorScorer(LearntScorer):
    """`score[u, i]` = users[u] · items[i]; NaN rows of either are no opinion. What it was learnt by is kept beside."""

    def __init__(
        self,
        users: Scores,
        items: Scores,
        curves: Curves,
        loss_name: str,
        device: str,
        network: Mapping[str, NDArray[Any]],
    ) -> None:
        """users (n_users, d), items (n_items, d) float32; network: the arrays of the network by name, if needed."""
        super().__init__(curves, loss_name, device, network)
        self._users = users
        self._items = items

    def score(self, users: Positions) -> Scores:
        """Inner products."""
        return inner_products(self._users[users], self._items)

    def state(self) -> dict[str, NDArray[Any]]:
        """Vectors, curves and the network."""
        return {"user_vectors": self._users, "item_vectors": self._items, **super().state()}


def restored_vectors(state: Mapping[str, NDArray[Any]]) -> tuple[Scores, Scores, Curves, dict[str, NDArray[Any]]]:
    """Users, items, curves and network of the scorer whose `state` was stored."""
    users, items = np.asarray(state["user_vectors"]), np.asarray(state["item_vectors"])
    return users, items, Curves.restore(state), restored_network(state)
