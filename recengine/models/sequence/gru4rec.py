"""A gated recurrent net over the order in which a user took items."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from recengine.data import Dataset
from recengine.models.sequence.recipe import LOSSES, SequenceRecipe
from recengine.models.sequence.units import units_setting
from recengine.models.settings import Among, Choice, Number, Span, Whole, setting
from recengine.models.training import batch_size_setting, epochs_setting

if TYPE_CHECKING:
    from recengine.models.networks.gru4rec import Gru4Rec
    from recengine.models.networks.next_item_loss import NextItemLoss

RANKING_LOSSES = ("bpr-max", "top1-max", *LOSSES)


@dataclass(frozen=True, kw_only=True)
class Gru4RecRecipe(SequenceRecipe):
    """A gated recurrent net over the history predicts the next item at every place (Hidasi et al. 2016, ICLR).

    With the ranking losses of Hidasi & Karatzoglou (2018, CIKM) over additional samples, or those of the others.

    On MovieLens-100K, all ratings positive, NDCG@10 of each user's event before the last one among all unseen items,
    fitted on all before it, seed 0, mean of five rounds around the one named:

    | loss    | epochs | NDCG  |
    | bpr-max | 13     | 0.066 |
    | bpr-max | 23     | 0.089 |
    | bpr-max | 33     | 0.089 |
    | softmax | 17     | 0.090 |
    """

    name: ClassVar[str] = "gru4rec"
    label: ClassVar[str] = "Recurrent net (GRU4Rec)"
    about: ClassVar[str] = "Reads a history item by item. Strong where what comes next follows the last few items."
    lighter: ClassVar[str] = 'Lower "batch_size" or "max_length", or choose item2vec.'
    version: ClassVar[int] = 2

    epochs: int = epochs_setting(40)
    batch_size: int = batch_size_setting(128)
    units: int = units_setting(64)
    layers: int = setting(1, Whole(1, 8), "Layers of gated units on top of each other.", search=Span(1, 2))
    loss: str = setting(
        "bpr-max",
        Choice(RANKING_LOSSES),
        "What the next item is told apart from: items drawn, of which those that score high count most (bpr-max, "
        "top1-max), the whole catalogue (softmax), items drawn for a batch, or items drawn for each place.",
        search=Among(RANKING_LOSSES),
    )
    negatives: int = setting(
        512, Whole(1, 100_000), "Items drawn, for the losses that draw.", search=Span(64, 2048, log=True)
    )
    score_penalty: float = setting(
        0.5,
        Number(1000.0, zero=True),
        "How strongly bpr-max keeps the scores of items drawn near 0.",
        search=Span(0.0, 2.0),
    )

    @property
    def floats_a_place(self) -> int:
        """Vectors, and the gates of each layer."""
        return 10 * self.factors + 14 * self.units * self.layers

    def memory(self, n_users: int, n_items: int, n_interactions: int) -> int:
        """As every sequence model, and what the losses hold that weigh the items drawn by their scores.

        Measured on MovieLens-100K at the defaults: 544 MiB, of which this makes 594.
        """
        weighed = self.batch_size * self.max_length * self.negatives if self.loss not in LOSSES else 0
        return super().memory(n_users, n_items, n_interactions) + 6 * 4 * weighed

    def network(self, n_items: int) -> Gru4Rec:
        """A new one."""
        from recengine.models.networks.gru4rec import Gru4Rec

        return Gru4Rec(n_items, self.factors, self.units, self.layers, self.dropout)

    def next_item_loss(self, known: Dataset) -> NextItemLoss:
        """The loss that is chosen."""
        from recengine.models.networks.next_item_loss import NextItemLoss

        return NextItemLoss(known, self.loss, self.negatives, self.sampling, self.score_penalty)
