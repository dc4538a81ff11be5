"""Layers over the pooled products of all pairs of fields."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from recengine.models.attributes.fields import FieldRows, Fields
from recengine.models.attributes.recipe import FieldRecipe
from recengine.models.interaction.recipe import dropout_setting

if TYPE_CHECKING:
    from recengine.models.networks.nfm import Nfm


@dataclass(frozen=True, kw_only=True)
class NfmRecipe(FieldRecipe):
    """NFM: layers over the pooled products of all pairs of fields (He & Chua 2017, SIGIR).

    Fields are the ids, each attribute, and the text of the item. The products of the vectors of each pair are added
    up, factor by factor (bi-interaction pooling); the layers see that one vector. The paper's batch normalisation is
    left out.

    Defaults are chosen on the validation part of MovieLens-100K (`python -m benchmarks.quality --part validation`),
    seed 0, NDCG@10 (untruncated), all ratings positive, softmax; items that nobody took
    yet ranked alone too:

    | epochs | learning_rate | weight_decay | dropout | batch_size | negatives | NDCG  | cold |
    | 12     | 0.007         | 0.1          | 0.3     | 2048       | 8         | 0.170 | 0.21 |
    | 15     | 0.005         | 0.1          | 0.5     | 1024       | 16        | 0.166 | 0.27 |

    On the test part, fitted on the whole training part, the defaults have 0.260, the mean of seeds 0 to 2.
    """

    name: ClassVar[str] = "nfm"
    label: ClassVar[str] = "Pooled products of fields (NFM)"
    about: ClassVar[str] = "Adds up the products of all pairs of fields, then layers. Reaches items that nobody took."
    lighter: ClassVar[str] = 'Lower "hidden" or "batch_size", switch "text" off, or choose gmf.'
    version: ClassVar[int] = 1

    dropout: float = dropout_setting(0.3)

    @property
    def weights_a_pair(self) -> int:
        """The first layer too, over the product."""
        return super().weights_a_pair + self.factors * self.hidden

    def network(self, fields: Fields, users: FieldRows, items: FieldRows) -> Nfm:
        """A new one, not learnt yet."""
        from recengine.models.networks.nfm import Nfm

        return Nfm(fields, users, items, self.factors, self.hidden, self.layers, self.dropout, self.hidden_ids)
