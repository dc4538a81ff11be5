"""What the sequence models share: settings, the fit, and a scorer that reads a history in order."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from recengine.arrays import Mask, Positions, Scores, read_only
from recengine.data import Dataset, Sequences
from recengine.errors import RecipeError
from recengine.models.base import Resources
from recengine.models.products import inner_products
from recengine.models.sequence.views import Views
from recengine.models.settings import Among, Choice, Number, Span, Whole, setting
from recengine.models.training import SAMPLINGS, Task, TrainedRecipe, hold_out
from recengine.models.vector_scorer import VectorScorer, restored_vectors
from recengine.progress import Cancel, Progress, never, silent, stop_if_asked, within

if TYPE_CHECKING:
    from recengine.models.networks.next_item_loss import NextItemLoss
    from recengine.models.networks.sequence_network import SequenceNetwork

LOSSES = ("softmax", "sampled", "bce")
DRAWS = (*SAMPLINGS, "batch")
ORDERS = ("time", "file")
VIEWS = "Altered views of histories"
"""The group of the settings of augmentation and of the contrastive term."""


def dropout_setting(default: float) -> Any:
    """The setting `dropout`."""
    return setting(
        default,
        Number(0.95, zero=True),
        "Share of what is computed that is left out at random.",
        search=Span(0.0, 0.6),
    )


@dataclass(frozen=True, kw_only=True)
class SequenceRecipe(TrainedRecipe):
    """Base of the recipes that learn what comes next in a history."""

    family: ClassVar[str] = "Sequence"
    loss_name: ClassVar[str] = "Mean loss of a next item"

    factors: int = setting(
        64, Whole(1, 1024), "Length of the vectors: more can tell more tastes apart.", search=Span(16, 256, log=True)
    )
    max_length: int = setting(
        100, Whole(1, 10_000), "Latest items of a history that are read.", search=Span(20, 200, log=True)
    )
    dropout: float = dropout_setting(0.2)
    loss: str = setting(
        "softmax",
        Choice(LOSSES),
        "What the next item is told apart from: the whole catalogue, items drawn for a batch, or items drawn for each "
        "place, told apart one by one.",
        search=Among(LOSSES),
    )
    negatives: int = setting(
        128, Whole(1, 100_000), "Items drawn, for the losses that draw.", search=Span(8, 1024, log=True)
    )
    sampling: str = setting(
        "uniform",
        Choice(DRAWS),
        "What is drawn: all items alike, popular ones more often, or what others of the batch took next.",
        search=Among(DRAWS),
    )
    contrast: float = setting(
        0.0,
        Number(100.0, zero=True),
        "Weight of telling two altered views of a history from those of other users; 0 leaves it out.",
        search=Span(0.0, 1.0),
        group=VIEWS,
    )
    temperature: float = setting(
        0.5,
        Number(100.0),
        "How much alike views may be: lower tells them apart more sharply.",
        search=Span(0.05, 1.0),
        group=VIEWS,
    )
    crop: float = setting(
        0.6,
        Number(1.0, zero=True),
        "Share of a history that a cropped view keeps; 0 crops none.",
        search=Span(0.0, 0.9),
        group=VIEWS,
    )
    mask: float = setting(
        0.3,
        Number(0.9, zero=True),
        "Share of a history that a masked view does not show; 0 masks none.",
        search=Span(0.0, 0.9),
        group=VIEWS,
    )
    reorder: float = setting(
        0.6,
        Number(1.0, zero=True),
        "Share of a history that a reordered view shuffles, a stretch of it; 0 reorders none.",
        search=Span(0.0, 1.0),
        group=VIEWS,
    )
    augmented: float = setting(
        0.0,
        Number(1.0, zero=True),
        "Share of histories that each round learns from in an altered view, instead of as they are.",
        search=Span(0.0, 0.5),
        group=VIEWS,
    )
    order: str = setting(
        "time",
        Choice(ORDERS),
        "What says which item came first: the times, or, whatever these say, the order of the file.",
    )

    @abstractmethod
    def network(self, n_items: int) -> SequenceNetwork:
        """A new one, not learnt yet."""

    def task(self, known: Dataset) -> Task:
        """The next item, at every place."""
        from recengine.models.networks.next_item import NextItemTask

        return NextItemTask(self.network(known.n_items), self, self.next_item_loss(known), known)

    def next_item_loss(self, known: Dataset) -> NextItemLoss:
        """The loss that is chosen."""
        from recengine.models.networks.next_item_loss import NextItemLoss

        return NextItemLoss(known, self.loss, self.negatives, self.sampling, penalty=0.0)

    def views(self, symbol: int) -> Views:
        """How histories are altered; symbol: the mask's."""
        return Views(self.crop, self.mask, self.reorder, symbol)

    def obstacle(self, train: Dataset) -> str | None:
        """Somebody with two items, and times, unless the order of the file is to count."""
        if not (train.matrix.getnnz(axis=1) >= 2).any():
            return (
                f'{self.name}: learns what comes next, and nobody in "{train.name}" took two items. Choose another '
                "model, or a split that leaves longer histories to learn from."
            )
        if self.order == "time" and not train.has_times:
            return (
                f'{self.name}: learns from the order of events, and there are no times. Set "order" to "file" if the '
                "rows of each user stand in the order of events, or choose another model."
            )
        return None

    def read(self, train: Dataset) -> Dataset:
        """`train` whose histories stand in the order that is learnt."""
        return train.in_file_order() if self.order == "file" else train

    def memory(self, n_users: int, n_items: int, n_interactions: int) -> int:
        """Weights with gradients and what Adam remembers, one batch, and the vectors of users and items."""
        read = self.batch_size * self.max_length
        # the whole softmax takes its scores in blocks; in binary cross entropy a state has vectors of its own
        each = self.factors if self.loss == "bce" else 1
        compared = max(2**19, 64 * n_items) if self.loss == "softmax" else read * self.negatives * each
        # views are read as histories are
        batch = 3 * 4 * compared + 4 * self.floats_a_place * read * (3 if self.contrast else 1)
        rows = n_users + n_items
        return 300_000_000 + 24 * self.factors * n_items + 8 * self.factors * rows + batch + 40 * n_interactions

    @property
    def floats_a_place(self) -> int:
        """Numbers that the network holds for one place of a history while it learns, an estimate from above."""
        return 40 * self.factors

    def fit(
        self,
        train: Dataset,
        *,
        seed: int = 0,
        resources: Resources = Resources(),
        progress: Progress = silent,
        cancel: Cancel = never,
    ) -> SequenceScorer:
        """Fit on the positives of `train`. Raises `RecipeError` or `CancelledError`."""
        stop_if_asked(cancel)
        if obstacle := self.obstacle(train):
            raise RecipeError(obstacle)
        from recengine.models.networks.arrays import network_arrays
        from recengine.models.networks.next_item import user_vectors
        from recengine.models.training.loop import learn

        ordered = self.read(train)
        held_out = hold_out(ordered, self.held_out, seed)
        task, learnt = learn(
            self,
            lambda known: self.task(self.read(known)),
            # the order is one of the settings, so what is learnt is known by the data as they came
            train,
            held_out,
            loss_name=self.loss_name,
            seed=seed,
            resources=resources,
            progress=within(progress, 0.0, 0.98),
            cancel=cancel,
        )
        network: Any = task.network
        # what is taken in an event held out alone was not learnt
        unknown = (ordered if held_out is None else held_out.known).popularity() == 0
        users = user_vectors(network, without(ordered.sequences, unknown), self.max_length)
        items = network.item_vectors.detach().numpy().copy()
        items[unknown] = np.nan
        progress(1.0, "Read every history")
        return SequenceScorer(
            self,
            read_only(users),
            read_only(items),
            learnt.curves,
            self.loss_name,
            learnt.device,
            network_arrays(network),
        )

    def restore(self, state: dict[str, NDArray[Any]], train: Dataset, device: str) -> SequenceScorer:
        """The scorer whose `state` was stored, over the same `train`."""
        users, items, curves, network = restored_vectors(state)
        return SequenceScorer(self, users, items, curves, self.loss_name, device, network)


class SequenceScorer(VectorScorer):
    """The state after a user's history, against the vectors of items.

    No opinion on an item that nobody took in what was learnt, nor for a user without a history.
    """

    def __init__(self, recipe: SequenceRecipe, *made: Any) -> None:
        """made: see `VectorScorer`."""
        super().__init__(*made)
        self._recipe = recipe

    @property
    def recipe(self) -> SequenceRecipe:
        """What it was fitted by."""
        return self._recipe

    @property
    def unknown(self) -> Mask:
        """(n_items,): whether it has no opinion on the item."""
        unknown: Mask = np.isnan(self._items[:, 0])
        return unknown

    def histories(self, train: Dataset) -> Sequences:
        """Those of `train` in the order that was learnt, to be folded in."""
        return self._recipe.read(train).sequences

    def fold_in_order(self, histories: Sequences) -> Scores:
        """As `score`, by a forward pass. Items that nobody took are left out of a history."""
        from recengine.models.networks.next_item import user_vectors

        known = without(histories, self.unknown)
        vectors = user_vectors(self.network, known, self._recipe.max_length)
        return inner_products(vectors, self._items)

    @cached_property
    def network(self) -> SequenceNetwork:
        """What reads histories, loaded when first needed."""
        from recengine.models.networks.arrays import loaded

        return loaded(self._recipe.network(len(self._items)), self._network)


def without(histories: Sequences, unknown: NDArray[np.bool_]) -> Sequences:
    """The histories without the items that are `unknown` (n_items,)."""
    kept = ~unknown[histories.items]
    rows = np.repeat(np.arange(len(histories)), histories.lengths)[kept]
    counts = np.bincount(rows, minlength=len(histories))
    indptr = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
    items: Positions = histories.items[kept]
    return Sequences(indptr, items, histories.weights[kept], histories.n_items)
