"""What the networks over pairs share: settings and the fit."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any, ClassVar

from numpy.typing import NDArray

from recengine.arrays import Mask
from recengine.data import Dataset
from recengine.models.base import Resources
from recengine.models.settings import Among, Choice, Number, Span, Whole, setting
from recengine.models.training import (
    Curves,
    TrainedRecipe,
    epochs_setting,
    hold_out,
    learning_rate_setting,
    weight_decay_setting,
)
from recengine.models.training.pair_examples import PAIR_SAMPLINGS
from recengine.models.training.recipe import TRAINING
from recengine.progress import Cancel, Progress, within

if TYPE_CHECKING:
    from recengine.models.networks.pair_network import PairNetwork

LOSSES = ("softmax", "bce")
DRAWING = 350
"""Weights that a pair could go through in the time in which its item is drawn, roughly."""


def dropout_setting(default: float) -> Any:
    """The setting `dropout`."""
    return setting(
        default,
        Number(0.95, zero=True),
        "Share of what is computed that is left out at random.",
        search=Span(0.0, 0.7),
    )


@dataclass(frozen=True, kw_only=True)
class PairRecipe(TrainedRecipe):
    """Base of the recipes that score a user and an item by a network, and learn from items drawn as not taken."""

    family: ClassVar[str] = "Neural"
    loss_name: ClassVar[str] = "Mean loss of an item taken and those drawn for it"

    epochs: int = epochs_setting(12)
    batch_size: int = setting(
        2048,
        Whole(1, 2**20),
        "Most examples that move the weights at once. Where there are few, fewer, so that a round has 32 batches; and "
        "halved where the GPU has no room for them.",
        search=Span(256, 4096, log=True),
        group=TRAINING,
    )
    learning_rate: float = learning_rate_setting(0.007)
    weight_decay: float = weight_decay_setting(0.1)
    factors: int = setting(
        32, Whole(1, 1024), "Length of the vectors: more can tell more tastes apart.", search=Span(8, 128, log=True)
    )
    dropout: float = dropout_setting(0.5)
    loss: str = setting(
        "softmax",
        Choice(LOSSES),
        "Whether the item taken is told from all that are drawn for it at once, or each item by itself.",
        search=Among(LOSSES),
    )
    negatives: int = setting(8, Whole(1, 10_000), "Items drawn for each one taken.", search=Span(4, 128, log=True))
    sampling: str = setting(
        "uniform",
        Choice(PAIR_SAMPLINGS),
        "How items not taken are drawn: all alike, popular ones more often, or from what others of the batch took.",
        search=Among(PAIR_SAMPLINGS),
    )
    correction: float = setting(
        1.0,
        Number(2.0, zero=True),
        "How much of an item's popularity, which drawing by popularity takes out, is given back; 1 for all of it.",
        search=Span(0.0, 1.0),
    )

    @property
    def floats_a_pair(self) -> int:
        """Numbers that the network holds for one pair while it learns, an estimate from above."""
        return 16 * self.factors

    @property
    def weights_a_pair(self) -> int:
        """Weights that a user and an item go through together."""
        return self.factors

    @property
    def weights_a_side(self) -> int:
        """Weights that a user, or an item, goes through alone, once a batch."""
        return self.factors

    def floats(self, n_users: int, n_items: int) -> int:
        """Weights of the network, an estimate from above."""
        return 2 * self.factors * (n_users + n_items)

    def operations(self, n_users: int, n_items: int, n_interactions: int) -> float:
        """Of a fit that goes all rounds: every pair, all that a batch holds alone, and Adam over all weights."""
        size = max(1, min(self.batch_size, n_interactions))
        steps = -(-n_interactions // size)
        drawn = 1 + self.negatives
        rows = size + min(n_items, size * drawn)
        # twice a weight forwards, four times backwards
        batch = 6 * self.weights_a_side * rows + 20 * self.floats(n_users, n_items)
        return float(self.epochs * (6 * (DRAWING + self.weights_a_pair) * drawn * n_interactions + steps * batch))

    def memory(self, n_users: int, n_items: int, n_interactions: int) -> int:
        """Weights with gradients and what Adam remembers, a batch, a block of scores, the positives."""
        pairs = min(self.batch_size, max(1, n_interactions)) * (1 + self.negatives)
        batch = 4 * pairs * self.floats_a_pair
        return 400_000_000 + 24 * self.floats(n_users, n_items) + batch + 60 * n_interactions


@dataclass(frozen=True, kw_only=True)
class LayeredRecipe(PairRecipe):
    """Base of those with layers."""

    hidden: int = setting(
        64,
        Whole(1, 4096),
        "Width of the first layer; each is half as wide as the one before.",
        search=Span(16, 256, log=True),
    )
    layers: int = setting(2, Whole(1, 8), "Layers on top of each other.", search=Span(1, 3))

    @property
    def floats_a_pair(self) -> int:
        """Each layer with what it is computed from."""
        return 16 * self.factors + 12 * self.hidden

    @property
    def weights_a_pair(self) -> int:
        """An inner product and all layers but the first."""
        widths = [max(1, self.hidden >> step) for step in range(self.layers)]
        return self.factors + sum(wide * half for wide, half in pairwise([*widths, 1]))

    @property
    def weights_a_side(self) -> int:
        """The first layer."""
        return self.factors * self.hidden


@dataclass(frozen=True)
class LearntPairs:
    """A network that has learnt: its weights by name, how it went, and what it learnt on, in words."""

    weights: dict[str, NDArray[Any]]
    curves: Curves
    device: str


def learn_pairs(
    recipe: PairRecipe,
    make: Callable[[], PairNetwork],
    train: Dataset,
    scored: Mask,
    *,
    seed: int,
    resources: Resources,
    progress: Progress,
    cancel: Cancel,
) -> LearntPairs:
    """The network that `make` makes, having learnt the positives of `train`.

    scored (n_items,): the items on which the scorer has an opinion. Raises `RecipeError` or `CancelledError`.
    """
    from recengine.models.networks.arrays import network_arrays
    from recengine.models.networks.pair_task import PairTask
    from recengine.models.training.loop import learn

    task, learnt = learn(
        recipe,
        lambda known: PairTask(make(), recipe, known, scored),
        train,
        hold_out(train, recipe.held_out, seed),
        loss_name=recipe.loss_name,
        seed=seed,
        resources=resources,
        progress=within(progress, 0.0, 0.98),
        cancel=cancel,
    )
    progress(1.0, "Learnt the network")
    return LearntPairs(network_arrays(task.network), learnt.curves, learnt.device)
