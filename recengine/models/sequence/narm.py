"""Attention over the states of a recurrent net."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from recengine.models.sequence.recipe import SequenceRecipe
from recengine.models.sequence.units import units_setting
from recengine.models.settings import Span, Whole, setting
from recengine.models.training import batch_size_setting, epochs_setting

if TYPE_CHECKING:
    from recengine.models.networks.narm import Narm


@dataclass(frozen=True, kw_only=True)
class NarmRecipe(SequenceRecipe):
    """A recurrent net with attention to the states that bear on the last one (Li et al. 2017, CIKM).

    On MovieLens-100K, all ratings positive, NDCG@10 of each user's event before the last one among all unseen items,
    fitted on all before it, seed 0, mean of five rounds around the one named; longer fits were not measured:

    | epochs | NDCG  |
    | 13     | 0.066 |
    | 18     | 0.083 |
    | 24     | 0.090 |
    """

    name: ClassVar[str] = "narm"
    label: ClassVar[str] = "Recurrent net with attention (NARM)"
    about: ClassVar[str] = "Reads a history item by item, then looks back at what bears on the last one."
    lighter: ClassVar[str] = 'Lower "batch_size", "max_length" or "attention", or choose gru4rec.'
    version: ClassVar[int] = 2

    epochs: int = epochs_setting(40)
    batch_size: int = batch_size_setting(128)
    units: int = units_setting(64)
    attention: int = setting(
        16, Whole(1, 1024), "Width of the layer that compares two states.", search=Span(8, 64, log=True)
    )

    @property
    def floats_a_place(self) -> int:
        """Vectors, gates, and the comparison with every other state."""
        return 10 * self.factors + 18 * self.units + self.max_length * (4 * self.attention + 6)

    def network(self, n_items: int) -> Narm:
        """A new one."""
        from recengine.models.networks.narm import Narm

        return Narm(n_items, self.factors, self.units, self.attention, self.dropout)
