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
