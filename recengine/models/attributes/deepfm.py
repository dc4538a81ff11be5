"""A factorisation machine over fields, and layers over the same vectors."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from recengine.models.attributes.fields import FieldRows, Fields
from recengine.models.attributes.recipe import FieldRecipe

if TYPE_CHECKING:
    from recengine.models.networks.deepfm import DeepFm


@dataclass(frozen=True, kw_only=True)
class DeepFmRecipe(FieldRecipe):
    """DeepFM: a factorisation machine and layers over the same vectors of fields (Guo et al. 2017, IJCAI).

    Fields are the ids, each attribute, and the text of the item. The machine weighs each field and each pair of fields,
    by half of the square of the sum of their vectors less the sum of their squares; the layers see all vectors side by
    side. For scoring, both are split into what concerns the user, what concerns the item, and one inner product.

    Defaults are chosen on the validation part of MovieLens-100K (`python -m benchmarks.quality --part validation`),
    seed 0, NDCG@10 (untruncated), all ratings positive, softmax; items that nobody took
    yet ranked alone too:

    | epochs | learning_rate | weight_decay | dropout | batch_size | negatives | NDCG  | cold |
    | 12     | 0.007         | 0.1          | 0.5     | 2048       | 8         | 0.166 | 0.33 |
    | 20     | 0.007         | 0.2          | 0.5     | 2048       | 8         | 0.170 | 0.22 |
    | 15     | 0.005         | 0.1          | 0.5     | 1024       | 16        | 0.174 | 0.27 |

    The last one, from before the constant of the first layer began at 0, compares more than twice as many pairs.
    On the test part, fitted on the whole training part, the defaults have 0.249, the mean of seeds 0 to 2.
    """

    name: ClassVar[str] = "deepfm"
    label: ClassVar[str] = "Attributes with interactions (DeepFM)"
    about: ClassVar[str] = (
        "Weighs every pair of fields, such as an age and a genre, and adds layers. Reaches items that nobody took."
    )
    lighter: ClassVar[str] = 'Lower "hidden" or "batch_size", switch "text" off, or choose gmf.'
    version: ClassVar[int] = 1

    def network(self, fields: Fields, users: FieldRows, items: FieldRows) -> DeepFm:
        """A new one, not learnt yet."""
        from recengine.models.networks.deepfm import DeepFm

        return DeepFm(fields, users, items, self.factors, self.hidden, self.layers, self.dropout, self.hidden_ids)
