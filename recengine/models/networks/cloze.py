"""Learning to fill gaps in a history (Sun et al. 2019, CIKM, section 3.6)."""

from __future__ import annotations

import numpy as np

from recengine.data import Dataset
from recengine.models.networks.next_item import NextItemTask
from recengine.models.networks.next_item_loss import NextItemLoss
from recengine.models.networks.sequence_network import PADDING, SequenceNetwork
from recengine.models.sequence.bert4rec import Bert4RecRecipe
from recengine.models.sequence.views import Rows


class ClozeTask(NextItemTask):
    """A network that sees both sides learns the items that a mask stands for.

    A share of the items of each history is masked; in some histories only the last one, which is how it will be asked.
    """

    def __init__(self, network: SequenceNetwork, recipe: Bert4RecRecipe, loss: NextItemLoss, known: Dataset) -> None:
        super().__init__(network, recipe, loss, known)
        self._hidden, self._only_last = recipe.hidden, recipe.only_last

    def example(self, rng: np.random.Generator, histories: Rows) -> tuple[Rows, Rows]:
        """Histories with masks, and what the masks stand for; (n, length) both."""
        items = (histories > PADDING) & (histories <= self.network.n_items)
        hidden = items & (rng.random(histories.shape) < self._hidden)
        last = histories.shape[1] - 1 - items[:, ::-1].argmax(axis=1)
        # where chance has hidden nothing, the last one
        alone = (rng.random(len(histories)) < self._only_last) | ~hidden.any(axis=1)
        hidden[alone] = False
        hidden[alone, last[alone]] = True
        return np.where(hidden, self.network.mask, histories), np.where(hidden, histories, PADDING)
