"""Scores by a network over a user and an item."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from recengine.arrays import Mask, Positions, Scores
from recengine.models.interaction.recipe import LearntPairs
from recengine.models.learnt_scorer import LearntScorer, restored_network
from recengine.models.training.curves import Curves

if TYPE_CHECKING:
    from recengine.models.networks.pair_network import PairNetwork, Parts


class PairScorer(LearntScorer, ABC):
    """What a network says of a user and every item; what concerns the items alone is computed once."""

    def __init__(self, learnt: LearntPairs, loss_name: str, heard: Mask, scored: Mask) -> None:
        """heard (n_users,), scored (n_items,): who and what is known; there is no opinion on others."""
        super().__init__(learnt.curves, loss_name, learnt.device, learnt.weights)
        self._heard = heard
        self._scored = scored

    @abstractmethod
    def _new_network(self) -> PairNetwork:
        """One into which the weights fit."""

    def score(self, users: Positions) -> Scores:
        """Logits: how likely the user takes the item."""
        several, places = np.unique(users, return_inverse=True)
        if len(several) < len(users):
            # a product of matrices rounds a row by its place, and who comes twice must have the same scores twice
            repeated: Scores = self.score(several)[places]
            return repeated
        rows = np.flatnonzero(self._heard[users])
        return self._spread(self._of_users(users[rows]), rows, len(users))

    def _of_users(self, users: Positions) -> Parts:
        import torch

        from recengine.models.networks.pair_network import parts_in_blocks

        with torch.inference_mode():
            return parts_in_blocks(self._ready, torch.from_numpy(users), of_users=True)

    def _spread(self, users: Parts, rows: NDArray[np.integer], n: int, items: Parts | None = None) -> Scores:
        """Scores of users of whom there are parts, in these of `n` rows; the other rows are NaN.

        items: other ones than the catalogue.
        """
        import torch

        from recengine.models.networks.pair_network import scores_in_blocks

        others = self._items if items is None else items
        out = np.full((n, len(others[0])), np.nan, dtype=np.float32)
        with torch.inference_mode():
            out[rows] = scores_in_blocks(self._ready, users, others).numpy()
        if items is None:
            out[:, ~self._scored] = np.nan
        return out

    @cached_property
    def _ready(self) -> PairNetwork:
        """The network, loaded when first needed."""
        from recengine.models.networks.arrays import loaded

        return loaded(self._new_network(), self._network)

    @cached_property
    def _items(self) -> Parts:
        """Of the catalogue, computed once."""
        import torch

        from recengine.models.networks.pair_network import parts_in_blocks

        with torch.inference_mode():
            return parts_in_blocks(self._ready, torch.arange(len(self._scored)), of_users=False)


def restored_pairs(state: Mapping[str, NDArray[Any]], device: str) -> LearntPairs:
    """What the scorer whose `state` was stored had learnt."""
    return LearntPairs(restored_network(state), Curves.restore(state), device)
