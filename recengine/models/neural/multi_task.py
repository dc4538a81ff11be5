"""Several tasks at once: what is taken, how it is rated, what comes next."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from recengine.arrays import read_only
from recengine.data import Dataset
from recengine.errors import RecipeError
from recengine.models.attributes.fields import Fields, ItemTexts
from recengine.models.base import Resources
from recengine.models.content.vectors import AUTO
from recengine.models.neural.events import has_ratings, has_successors, latest_items
from recengine.models.neural.multi_task_scorer import MultiTaskScorer
from recengine.models.neural.speed import LARGE
from recengine.models.settings import Among, Choice, Number, Span, Switch, Text, Whole, setting
from recengine.models.training import (
    TrainedRecipe,
    batch_size_setting,
    epochs_setting,
    hold_out,
    learning_rate_setting,
    weight_decay_setting,
)
from recengine.models.vector_scorer import restored_vectors
from recengine.progress import Cancel, Progress, never, silent, stop_if_asked, within

if TYPE_CHECKING:
    from recengine.models.networks.multi_task import MultiTask

HEADS = ("click", "rating", "next")
WEIGHTINGS = ("auto", "fixed")
LOSS = "Weighted sum of the losses of the heads"
TEXT_SHARE = 0.2
"""Of the progress of a fit that reads texts."""
FIELDS = 8
"""Of one side, for the estimate of memory."""


def _weight_setting(what: str) -> Any:
    return setting(
        1.0,
        Number(1000.0, zero=True),
        f'How much the loss of {what} counts where "weighting" is "fixed".',
        search=Span(0.0, 2.0),
    )


@dataclass(frozen=True, kw_only=True)
class MultiTaskRecipe(TrainedRecipe):
    """Shared towers over ids, attributes and text under heads for click, rating and next item.

    The tower of users reads ids and attributes, that of items the text vector too; each gives one vector, the sum of
    those of its fields and what a layer makes of them. A head is a bilinear form of both with biases: click tells an
    item taken from items drawn (softmax), next the same of the item behind the latest ones, rating foretells the
    weight (squared error, over standardised weights, also of events that are no positives). What is minimised is
    Σ λ L over the heads that the data tell something, λ fixed or learnt by uncertainty (Kendall, Gal & Cipolla 2018,
    CVPR). One head scores: `multi-task` is that of clicks, `multi-task:rating` and `multi-task:next` the others. Each
    is fitted on its own, since early stopping watches the head that scores; without it their networks are the same.

    Defaults are tuned on the validation part of MovieLens-100K (`python -m benchmarks.quality --part validation`),
    seed 0, NDCG@10 (untruncated) of the clicks, all ratings positive:

    | negatives | epochs | batch_size | learning_rate | dropout | weighting | NDCG  |
    | 1024      | 15     | 2048       | 0.005         | 0.3     | auto      | 0.183 |
    | 2048      | 20     | 1024       | 0.002         | 0.3     | auto      | 0.183 |
    | 512       | 20     | 1024       | 0.002         | 0.3     | auto      | 0.171 |
    | 512       | 10     | 1024       | 0.005         | 0.3     | auto      | 0.170 |
    | 512       | 15     | 4096       | 0.01          | 0.3     | auto      | 0.166 |
    | 512       | 10     | 1024       | 0.002         | 0.3     | auto      | 0.168 |
    | 512       | 10     | 1024       | 0.002         | 0.3     | fixed     | 0.166 |
    | 512       | 10     | 1024       | 0.002         | 0.5     | auto      | 0.157 |
    | 256       | 10     | 512        | 0.002         | 0.3     | auto      | 0.162 |

    On the test part, fitted on the whole training part, the defaults have 0.265 (mean of seeds 0 to 2).
    There the head of ratings foretells the 20,000 of seed 0 with a root mean squared error of 0.886, where their mean
    in the training part has 1.122.
    """

    name: ClassVar[str] = "multi-task"
    label: ClassVar[str] = "Multi-task hybrid"
    family: ClassVar[str] = "Neural"
    about: ClassVar[str] = (
        "Learns from ids, attributes and text together what is taken, how it is rated and what comes next; one of "
        "these scores."
    )
    lighter: ClassVar[str] = 'Lower "batch_size" or "negatives", or switch "text" off.'
    version: ClassVar[int] = 2
    variants: ClassVar[Mapping[str, Mapping[str, Any]]] = {head: {"head": head} for head in HEADS[1:]}

    head: str = setting(
        "click",
        Choice(HEADS),
        "What scores: how likely an item is taken, how it would be rated, or how likely it comes next. Each is a fit "
        "of its own, in which all heads learn.",
    )
    factors: int = setting(
        64, Whole(1, 1024), "Length of the vectors: more can tell more tastes apart.", search=Span(16, 256, log=True)
    )
    hidden: int = setting(128, Whole(1, 4096), "Width of the layer over all fields.", search=Span(32, 512, log=True))
    dropout: float = setting(
        0.3, Number(0.95, zero=True), "Share of what is computed that is left out at random.", search=Span(0.0, 0.7)
    )
    hidden_ids: float = setting(
        0.1,
        Number(0.9, zero=True),
        "Share of users and items taken as unknown while learning, so that attributes count where nothing else is "
        "known.",
        search=Span(0.0, 0.5),
    )
    recent: int = setting(
        5, Whole(1, 1000), "Latest items that the head of the next item reads.", search=Span(1, 20, log=True)
    )
    negatives: int = setting(
        1024,
        Whole(1, 1_000_000),
        "Items drawn for each batch to tell from those taken; all where there are no more.",
        search=Span(256, 4096, log=True),
    )
    weighting: str = setting(
        "auto",
        Choice(WEIGHTINGS),
        "Whether the weights of the losses are learnt, by how uncertain each is, or fixed.",
        search=Among(WEIGHTINGS),
    )
    click_weight: float = _weight_setting("what is taken")
    rating_weight: float = _weight_setting("ratings")
    next_weight: float = _weight_setting("the next item")
    text: bool = setting(True, Switch(), "Whether the texts of items are read, where there are any.")
    encoder: str = setting(
        AUTO,
        Text("the name of a text model or a folder that holds one"),
        'The model that turns text into vectors; "auto" for one that suits the language.',
    )
    epochs: int = epochs_setting(15)
    batch_size: int = batch_size_setting(2048)
    learning_rate: float = learning_rate_setting(5e-3)
    weight_decay: float = weight_decay_setting(0.0)

    @property
    def automatic(self) -> bool:
        """Whether the weights of the losses are learnt."""
        return self.weighting == "auto"

    @property
    def fixed_weights(self) -> Mapping[str, float]:
        """Of each head, where they are not."""
        return dict(zip(HEADS, (self.click_weight, self.rating_weight, self.next_weight), strict=True))

    def obstacle(self, train: Dataset) -> str | None:
        """What the head that scores learns from must be there; without the others they are left out."""
        if self.head == "rating" and not has_ratings(train):
            return (
                f'{self.name}: every interaction of "{train.name}" weighs the same, so there are no ratings to learn. '
                'Map a rating column as weight, or set "head" to "click".'
            )
        if self.head == "next" and not train.has_times:
            return f'{self.name}: what comes next needs times, and there are none. Set "head" to "click".'
        if self.head == "next" and not has_successors(train):
            return (
                f'{self.name}: nobody in "{train.name}" took two items, so nothing comes next. Set "head" to "click", '
                "or choose a split that leaves longer histories to learn from."
            )
        return None

    def heads(self, known: Dataset) -> dict[str, tuple[float, float]]:
        """The heads that `known` tells something, each with mean and standard deviation of what it foretells."""
        found = {"click": (0.0, 1.0)}
        if has_ratings(known):
            ratings = known.interactions["weight"].to_numpy().astype(np.float64)
            found["rating"] = (float(ratings.mean()), float(ratings.std()))
        if known.has_times and has_successors(known):
            found["next"] = (0.0, 1.0)
        return found

    def network(self, fields: Fields, train: Dataset, heads: Mapping[str, tuple[float, float]]) -> MultiTask:
        """A new one, not learnt yet. heads: see there."""
        from recengine.models.networks.multi_task import MultiTask

        return MultiTask(fields, fields.user_rows(train), fields.item_rows(train), heads, self)

    def memory(self, n_users: int, n_items: int, n_interactions: int) -> int:
        """The text model with its library, vectors of items, attributes, weights with what Adam remembers, a batch."""
        texts = 1_000_000_000 + 40 * 1_024 * n_items if self.text else 0
        rows, batch = n_users + n_items, min(self.batch_size, max(1, n_interactions))
        towers = batch * (2 + self.recent) + min(self.negatives, n_items)
        held = 24 * self.factors * rows + 64 * FIELDS * rows + 12 * (self.factors + 2) * rows
        made = 4 * towers * (6 * FIELDS * self.factors + 8 * self.hidden) + 32 * batch * min(self.negatives, n_items)
        return 400_000_000 + texts + held + made + (80 + 4 * self.recent) * n_interactions

    def operations(self, n_users: int, n_items: int, n_interactions: int) -> float:
        """Items compared in two heads, and both towers. Large products go faster than others, see `LARGE`."""
        steps = 1 + n_interactions // self.batch_size
        compared = 12 * self.factors * min(self.negatives, n_items) * n_interactions
        batch = min(self.batch_size, n_interactions)
        rows = batch + min(n_items, batch * (1 + self.recent) + self.negatives)
        towers = 6 * FIELDS * self.factors * self.hidden * rows * steps
        moved = 20 * self.factors * (n_users + n_items) * steps
        return float(self.epochs * ((compared + towers) / LARGE + moved))

    def fit(
        self,
        train: Dataset,
        *,
        seed: int = 0,
        resources: Resources = Resources(),
        progress: Progress = silent,
        cancel: Cancel = never,
    ) -> MultiTaskScorer:
        """Fit on the interactions of `train`: on the positives, and the head of ratings on all.

        Raises `RecipeError`, `EncoderError` or `CancelledError`.
        """
        import torch

        from recengine.models.networks.arrays import network_arrays
        from recengine.models.networks.multi_task_learning import MultiTaskLearning
        from recengine.models.training.loop import learn

        stop_if_asked(cancel)
        held_out = hold_out(train, self.held_out, seed)
        # what is held out may have been all that a head could learn from
        if obstacle := self.obstacle(train) or self.obstacle(train if held_out is None else held_out.known):
            raise RecipeError(obstacle)
        texts = None
        if self.text:
            texts = ItemTexts.read(train, self.encoder, resources, within(progress, 0.0, TEXT_SHARE), cancel)
        fields = Fields.learn(train, texts)
        task, learnt = learn(
            self,
            lambda known: MultiTaskLearning(self.network(fields, train, self.heads(known)), self, known),
            train,
            held_out,
            loss_name=LOSS,
            seed=seed,
            resources=resources,
            progress=within(progress, TEXT_SHARE if texts else 0.0, 0.98),
            cancel=cancel,
        )
        network: Any = task.network
        with torch.inference_mode():
            before = torch.from_numpy(latest_items(train, self.recent))
            users = network.vectors_of_users(self.head, torch.arange(train.n_users), before).numpy()
            items = network.vectors_of_items(self.head).numpy()
        users[~fields.user_rows(train).told] = np.nan
        items[~fields.item_rows(train).told] = np.nan
        progress(1.0, "Computed every vector")
        made = (read_only(users), read_only(items), learnt.curves, LOSS, learnt.device, network_arrays(network))
        return MultiTaskScorer(self, train, fields, *made)

    def restore(self, state: dict[str, NDArray[Any]], train: Dataset, device: str) -> MultiTaskScorer:
        """The scorer whose `state` was stored, over the same `train`."""
        users, items, curves, network = restored_vectors(state)
        fields = Fields.restore(state, train, device)
        return MultiTaskScorer(self, train, fields, users, items, curves, LOSS, device, network)
