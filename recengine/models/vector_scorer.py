"""Scores as inner products of a vector a user and a vector an item, both learnt."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from recengine.arrays import Positions, Scores, Values
from recengine.models.base import Curve
from recengine.models.products import inner_products
from recengine.models.training.curves import Curves

NETWORK = "network."
"""In front of the name of an array of the network among those of a stored scorer."""


class VectorScorer:
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
        self._users = users
        self._items = items
        self._curves = curves
        self._loss_name = loss_name
        self._device = device
        self._network = dict(network)

    @property
    def device(self) -> str:
        """What it was fitted on."""
        return self._device

    @property
    def losses(self) -> Values:
        """After each round, lower is better."""
        return self._curves.losses

    @property
    def loss_name(self) -> str:
        """Which loss."""
        return self._loss_name

    @property
    def curves(self) -> tuple[Curve, ...]:
        """What else was measured after each round."""
        return self._curves.shown

    def score(self, users: Positions) -> Scores:
        """Inner products."""
        return inner_products(self._users[users], self._items)

    def state(self) -> dict[str, NDArray[Any]]:
        """Vectors, curves and the network."""
        network = {NETWORK + name: array for name, array in self._network.items()}
        return {"user_vectors": self._users, "item_vectors": self._items, **self._curves.state(), **network}


def restored_vectors(state: Mapping[str, NDArray[Any]]) -> tuple[Scores, Scores, Curves, dict[str, NDArray[Any]]]:
    """Users, items, curves and network of the scorer whose `state` was stored."""
    # memory-mapped arrays become plain ones over the same pages
    network = {
        name.removeprefix(NETWORK): np.asarray(array) for name, array in state.items() if name.startswith(NETWORK)
    }
    users, items = np.asarray(state["user_vectors"]), np.asarray(state["item_vectors"])
    return users, items, Curves.restore(state), network
