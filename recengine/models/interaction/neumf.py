"""Inner products and layers together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from recengine.models.interaction.by_id import IdRecipe
from recengine.models.training import epochs_setting, weight_decay_setting

if TYPE_CHECKING:
    from recengine.models.networks.neumf import NeuMf


@dataclass(frozen=True, kw_only=True)
class NeuMfRecipe(IdRecipe):
    """GMF and an MLP, each with vectors of its own, under one last layer (He et al. 2017, WWW, section 3.4).

    Defaults are chosen on the validation part of MovieLens-100K (`python -m benchmarks.quality --part validation`),
    seed 0, NDCG@10 (untruncated), all ratings positive, softmax:

    | epochs | learning_rate | weight_decay | dropout | batch_size | negatives | sampling   | NDCG  |
    | 20     | 0.007         | 0.2          | 0.5     | 2048       | 8         | uniform    | 0.178 |
    | 12     | 0.007         | 0.1          | 0.5     | 2048       | 8         | uniform    | 0.160 |
    | 15     | 0.005         | 0.1          | 0.5     | 1024       | 16        | uniform    | 0.169 |
    | 15     | 0.005         | 0.1          | 0.2     | 1024       | 16        | popularity | 0.147 |
    | 15     | 0.005         | 0            | 0.2     | 1024       | 16        | uniform    | 0.147 |

    The last three are from before the constant of the first layer began at 0. On the test part, fitted on the whole
    training part, the defaults have 0.265, the mean of seeds 0 to 2.
    """

    name: ClassVar[str] = "neumf"
    label: ClassVar[str] = "Neural matrix factorisation (NeuMF)"
    about: ClassVar[str] = "Adds layers to an inner product, for what the product cannot say. Silent on new items."
    lighter: ClassVar[str] = 'Lower "hidden" or "batch_size", or choose gmf.'
    version: ClassVar[int] = 1

    epochs: int = epochs_setting(20)
    weight_decay: float = weight_decay_setting(0.2)

    def network(self, n_users: int, n_items: int) -> NeuMf:
        """A new one, not learnt yet."""
        from recengine.models.networks.neumf import NeuMf

        return NeuMf(n_users, n_items, self.factors, self.hidden, self.layers, self.dropout)

    def floats(self, n_users: int, n_items: int) -> int:
        """Two vectors each."""
        return 2 * super().floats(n_users, n_items)
