"""A two-tower model over texts: what a user has read maps, by a learnt matrix, to what the user will take."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import polars as pl
from numpy.typing import NDArray

from recengine.arrays import Positions, Scores, read_only
from recengine.data import Dataset, Sequences
from recengine.errors import RecipeError
from recengine.models.base import Resources
from recengine.models.content.preparation import PREPARATIONS
from recengine.models.content.vectors import AUTO, text_obstacle
from recengine.models.histories import weighting_setting
from recengine.models.products import inner_products
from recengine.models.profiles.describing import SENSITIVE, Describer
from recengine.models.profiles.sides import SIDES, Sides, encode_sides
from recengine.models.settings import Among, Choice, Number, Span, Text, Whole, setting
from recengine.models.training import Task, TrainedRecipe, batch_size_setting, epochs_setting, hold_out
from recengine.models.training.pair_examples import PAIR_SAMPLINGS
from recengine.models.training.recipe import learning_rate_setting, weight_decay_setting
from recengine.models.vector_scorer import VectorScorer, restored_vectors
from recengine.progress import Cancel, Progress, never, silent, stop_if_asked, within

LOSS_NAME = "Binary cross entropy of a positive with what was drawn"


@dataclass(frozen=True, kw_only=True)
class TwoTowerRecipe(TrainedRecipe):
    """sigmoid(h_u W h_i + b) of a user's text vector and an item's, learnt from what was taken and what was not.

    W is all that is learnt, d x d, so an item that nobody took yet is scored by its text as any other. It begins as the
    identity, with which this is the text profile; the item to be told is left out of its user's vector while W learns.

    Defaults are chosen on the validation part of MovieLens-100K, all ratings positive, seed 0: NDCG@10 (untruncated) of
    `python -m benchmarks.quality --models two-tower --seeds 0 --part validation`, and of items that nobody took yet, as
    `benchmarks.cold_items` measures:

    | settings                                                        | NDCG  | cold items |
    | the text profile, nothing learnt                                | 0.062 | 0.35       |
    | the defaults                                                    | 0.101 | 0.37       |
    | weight_decay = 0                                                | 0.100 | 0.37       |
    | epochs = 3, weight_decay = 0                                    | 0.084 | 0.38       |
    | the same, sampling = popularity, correction = 0                 | 0.039 | 0.25       |

    On the test part of seed 0 the defaults have 0.150.
    """

    name: ClassVar[str] = "two-tower"
    label: ClassVar[str] = "Two towers over texts"
    family: ClassVar[str] = "Content"
    about: ClassVar[str] = (
        "Learns which texts are taken by readers of which texts. Reaches items that nobody took yet, more surely than "
        "likeness alone."
    )
    lighter: ClassVar[str] = 'Lower "batch_size" or "negatives", or choose category, which needs no text model.'
    version: ClassVar[int] = 1

    epochs: int = epochs_setting(10)
    batch_size: int = batch_size_setting(256)
    learning_rate: float = learning_rate_setting(1e-3)
    weight_decay: float = weight_decay_setting(0.1)
    encoder: str = setting(
        AUTO,
        Text("the name of a text model or a folder that holds one"),
        'The model that turns text into vectors; "auto" for one that suits the language.',
    )
    preparation: str = setting(
        "whitened",
        Choice(PREPARATIONS),
        "What is done to the vectors, so that what all texts of the catalogue share does not decide.",
        search=Among(PREPARATIONS),
    )
    profile: str = setting(
        "items",
        Choice(SIDES),
        "What the vector of a user is made of: the texts of all items taken, or the text of user-text by template.",
        search=Among(SIDES),
    )
    weighting: str = weighting_setting()
    sampling: str = setting(
        "uniform",
        Choice(PAIR_SAMPLINGS),
        "How items not taken are drawn: all alike, popular ones more often, or from what others of the batch took.",
        search=Among(PAIR_SAMPLINGS),
    )
    negatives: int = setting(4, Whole(1, 10_000), "Items drawn for each positive.", search=Span(1, 32, log=True))
    correction: float = setting(
        1.0,
        Number(2.0, zero=True),
        "How much of an item's popularity, which drawing by popularity takes out, is given back; 1 for all of it.",
        search=Span(0.0, 1.0),
    )

    def obstacle(self, train: Dataset) -> str | None:
        """Without a text there is nothing to encode."""
        return text_obstacle(self.name, train)

    def memory(self, n_users: int, n_items: int, n_interactions: int) -> int:
        """The text model and the training library, vectors of both sides several times, one batch of vectors."""
        batch = 40 * 1_024 * min(self.batch_size, max(1, n_interactions)) * (1 + self.negatives)
        return 1_300_000_000 + 1_024 * (32 * n_users + 60 * n_items) + 160 * n_interactions + batch

    def operations(self, n_users: int, n_items: int, n_interactions: int) -> float:
        """Additions and multiplications of a fit: a vector of 384 numbers times W a positive, forwards and backwards,
        its inner products, and Adam after each batch.
        """
        a_positive = 6 * 384**2 + 6 * 384 * (1 + self.negatives)
        return self.epochs * n_interactions * (a_positive + 20 * 384**2 / self.batch_size)

    def describer(self, train: Dataset) -> Describer | None:
        """What tells users by their text, with the settings of user-text."""
        return None if self.profile == "items" else Describer(train, items=20, words=12, likes=3, sensitive=SENSITIVE)

    def fit(
        self,
        train: Dataset,
        *,
        seed: int = 0,
        resources: Resources = Resources(),
        progress: Progress = silent,
        cancel: Cancel = never,
    ) -> TwoTowerScorer:
        """Encode both sides and learn W. Raises `RecipeError`, `EncoderError` or `CancelledError`."""
        stop_if_asked(cancel)
        if obstacle := self.obstacle(train):
            raise RecipeError(obstacle)
        from recengine.models.networks.arrays import network_arrays
        from recengine.models.networks.two_tower import TwoTower, TwoTowerTask
        from recengine.models.training.loop import learn

        sides = encode_sides(
            train,
            encoder=self.encoder,
            preparation=self.preparation,
            weighting=self.weighting,
            describer=self.describer(train),
            resources=resources,
            progress=within(progress, 0.0, 0.3),
            cancel=cancel,
        )

        def make(known: Dataset) -> Task:
            told = sides.told(known.sequences)
            return TwoTowerTask(TwoTower(sides, told), self, known.matrix, told, sides)

        task, learnt = learn(
            self,
            make,
            train,
            hold_out(train, self.held_out, seed),
            loss_name=LOSS_NAME,
            seed=seed,
            resources=resources,
            progress=within(progress, 0.3, 0.98),
            cancel=cancel,
        )
        network = network_arrays(task.network)
        users = _mapped(sides, train.sequences, network["weight"])
        progress(1.0, "Mapped every user")
        return TwoTowerScorer(sides, read_only(users), sides.items, learnt.curves, LOSS_NAME, learnt.device, network)

    def restore(self, state: dict[str, NDArray[Any]], train: Dataset, device: str) -> TwoTowerScorer:
        """The scorer whose `state` was stored, over the same `train`."""
        sides = Sides.restore(state, self.weighting, self.describer(train))
        users, _, curves, network = restored_vectors(state)
        return TwoTowerScorer(sides, users, sides.items, curves, LOSS_NAME, device, network)


class TwoTowerScorer(VectorScorer):
    """h_u W h_i: b is the same for all, so it changes no list.

    No opinion on an item without text, nor for a user of whom nothing is told.
    """

    def __init__(self, sides: Sides, *made: Any) -> None:
        """made: see `VectorScorer`."""
        super().__init__(*made)
        self._sides = sides

    @property
    def item_vectors(self) -> Scores:
        """Of the texts, prepared."""
        return self._sides.items

    def fold_in_order(self, histories: Sequences) -> Scores:
        """As `score`, for these histories."""
        return inner_products(_mapped(self._sides, histories, self._network["weight"]), self._items)

    def score_texts(self, texts: Sequence[str], resources: Resources) -> Scores:
        """As `score`, for users of whom nothing but that text is told; a NaN row where it is blank."""
        return inner_products(_times(self._sides.vectors(texts, resources), self._network["weight"]), self._items)

    def score_new_items(self, users: Positions, items: pl.DataFrame, resources: Resources) -> Scores:
        """As `score`, for the texts of `items`; NaN columns where those are blank."""
        texts = items["text"].fill_null("").to_list()
        return inner_products(self._users[users], self._sides.vectors(texts, resources))

    def state(self) -> dict[str, NDArray[Any]]:
        """Vectors of both sides, W, b and curves."""
        # those of the items stand among the sides
        return super().state() | {"item_vectors": np.zeros((0, 0), dtype=np.float32)} | self._sides.state()


def _mapped(sides: Sides, histories: Sequences, weight: Scores) -> Scores:
    """h_u W of each history, (n, d) float32."""
    return _times(sides.profiles(sides.told(histories)), weight)


def _times(vectors: Scores, weight: Scores) -> Scores:
    return inner_products(vectors, np.ascontiguousarray(weight.T))
