"""Attention in both directions over a history with gaps."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from recengine.data import Dataset
from recengine.models.sequence.heads import blocks_setting, check_heads, heads_setting
from recengine.models.sequence.recipe import SequenceRecipe, dropout_setting
from recengine.models.settings import Number, Span, setting
from recengine.models.training import Task, batch_size_setting, epochs_setting, learning_rate_setting

if TYPE_CHECKING:
    from recengine.models.networks.bert4rec import Bert4Rec


@dataclass(frozen=True, kw_only=True)
class Bert4RecRecipe(SequenceRecipe):
    """Attention in both directions fills the gaps of a history, the last of which is what comes next.

    Sun et al. (2019, CIKM). To score, a mask is added behind the history.

    It learns from fewer places in a round than what predicts the next item at every place, so it wants many small
    batches. On MovieLens-100K, all ratings positive, NDCG@10 of each user's event before the last one among all unseen
    items, fitted on all before it, seed 0, mean of five rounds around the one named:

    | batch_size | learning_rate | dropout | hidden | only_last | epochs | NDCG  |
    | 128        | 0.001         | 0.2     | 0.3    | 0.1       | 24     | 0.040 |
    | 32         | 0.002         | 0.1     | 0.4    | 0.2       | 23     | 0.058 |
    | 32         | 0.002         | 0.1     | 0.4    | 0.2       | 33     | 0.083 |
    | 32         | 0.002         | 0.1     | 0.4    | 0.2       | 58     | 0.094 |
    """

    name: ClassVar[str] = "bert4rec"
    label: ClassVar[str] = "Masked items (BERT4Rec)"
    about: ClassVar[str] = "Fills gaps in a history, the last of which is what comes next. Learns slowly."
    lighter: ClassVar[str] = 'Lower "batch_size" or "max_length", or choose sasrec.'
    version: ClassVar[int] = 2

    epochs: int = epochs_setting(80)
    batch_size: int = batch_size_setting(32)
    learning_rate: float = learning_rate_setting(2e-3)
    dropout: float = dropout_setting(0.1)
    blocks: int = blocks_setting(2)
    heads: int = heads_setting(2)
    hidden: float = setting(
        0.4, Number(0.9), "Share of the items of a history that are masked while it learns.", search=Span(0.1, 0.7)
    )
    only_last: float = setting(
        0.2,
        Number(1.0, zero=True),
        "Share of histories of which only the last item is masked, as it is when a list is asked for.",
        search=Span(0.0, 0.5),
    )

    def __post_init__(self) -> None:
        """Check the fields, and that heads share the factors evenly."""
        super().__post_init__()
        check_heads(self.name, self.factors, self.heads)

    @property
    def floats_a_place(self) -> int:
        """Vectors of each block with its wide layer, and its attention."""
        return self.blocks * (40 * self.factors + 3 * self.heads * self.max_length) + 12 * self.factors

    def network(self, n_items: int) -> Bert4Rec:
        """A new one."""
        from recengine.models.networks.bert4rec import Bert4Rec

        return Bert4Rec(n_items, self.factors, self.max_length, self.blocks, self.heads, self.dropout)

    def task(self, known: Dataset) -> Task:
        """The items that masks stand for."""
        from recengine.models.networks.cloze import ClozeTask

        return ClozeTask(self.network(known.n_items), self, self.next_item_loss(known), known)
