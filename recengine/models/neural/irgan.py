"""A game between one who draws items and one who tells them from those taken."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from recengine.arrays import read_only
from recengine.data import Dataset
from recengine.models.base import Resources
from recengine.models.settings import Among, Choice, Span, Whole, setting
from recengine.models.training import (
    TrainedRecipe,
    batch_size_setting,
    epochs_setting,
    hold_out,
    learning_rate_setting,
    weight_decay_setting,
)
from recengine.models.vector_scorer import VectorScorer, restored_vectors
from recengine.progress import Cancel, Progress, never, silent, stop_if_asked, within

LOSS = "Mean loss of the players, in turn"
PLAYERS = ("generator", "discriminator")


@dataclass(frozen=True, kw_only=True)
class IrGanRecipe(TrainedRecipe):
    """A generator and a discriminator play a minimax game (Wang et al. 2017, SIGIR).

    The generator, a softmax over the catalogue for each user, draws items that look taken; the discriminator learns to
    tell them from those that were; how sure it is that one was taken rewards the generator, by policy gradient. First
    the generator learns by likelihood what was taken, as the paper begins with one that has learnt already.

    It is the pretraining that makes it good. The game alone stays a little above popularity; behind pretraining it
    changes next to nothing, and at larger steps it spoils what was learnt. The discriminator is no recommender: against
    a good generator it learns to tell items that fit and were taken from items that fit and were not.

    Defaults are tuned on the validation part of MovieLens-100K (`python -m benchmarks.quality --part validation`),
    seed 0, NDCG@10 (untruncated), all ratings positive, where
    popularity has 0.098:

    | pretraining | epochs | learning_rate | weight_decay | recommender   | NDCG  |
    | 60          | 80     | 0.002         | 0            | generator     | 0.173 |
    | 60          | 60     | 0.002         | 0            | generator     | 0.172 |
    | 80          | 80     | 0.002         | 0            | generator     | 0.169 |
    | 30          | 30     | 0.002         | 0            | generator     | 0.145 |
    | 30          | 100    | 0.002         | 0            | generator     | 0.166 |
    | 30          | 100    | 0.002         | 0.2          | generator     | 0.160 |
    | 20          | 100    | 0.005         | 0            | generator     | 0.095 |
    | 100         | 100    | 0.005         | 0            | generator     | 0.134 |
    | 0           | 200    | 0.002         | 0            | generator     | 0.116 |
    | 0           | 100    | 0.005         | 0            | generator     | 0.097 |
    | 0           | 200    | 0.01          | 0            | generator     | 0.085 |
    | 40          | 80     | 0.002         | 0            | discriminator | 0.029 |

    On the test part, fitted on the whole training part, the defaults have 0.253 (mean of seeds 0 to 2), popularity
    0.134.
    """

    name: ClassVar[str] = "irgan"
    label: ClassVar[str] = "Adversarial (IRGAN)"
    family: ClassVar[str] = "Neural"
    about: ClassVar[str] = "One model draws items, another tells them from those taken, until it no longer can."
    lighter: ClassVar[str] = 'Lower "batch_size" or "factors", or choose bpr.'
    version: ClassVar[int] = 1

    factors: int = setting(
        32, Whole(1, 1024), "Length of the vectors: more can tell more tastes apart.", search=Span(4, 128, log=True)
    )
    draws: int = setting(
        32,
        Whole(1, 10_000),
        "Items of each user in a batch: as many that were taken as the generator draws.",
        search=Span(8, 64, log=True),
    )
    pretraining: int = setting(
        60,
        Whole(0, 10_000),
        "First rounds, in which the generator learns what was taken by its likelihood; 0 begins with the game.",
        search=Span(0, 80),
    )
    recommender: str = setting("generator", Choice(PLAYERS), "Which of the two scores items.", search=Among(PLAYERS))
    epochs: int = epochs_setting(80)
    batch_size: int = batch_size_setting(64)
    learning_rate: float = learning_rate_setting(2e-3)
    weight_decay: float = weight_decay_setting(0.0)

    def memory(self, n_users: int, n_items: int, n_interactions: int) -> int:
        """Weights of both with gradients and what Adam remembers, one batch over the catalogue, and the vectors."""
        weights = 2 * (self.factors + 1) * (n_users + n_items)
        batch = min(self.batch_size, max(1, n_users)) * (8 * n_items + self.draws * 8 * self.factors)
        return 300_000_000 + 24 * weights + 4 * batch + 40 * n_interactions

    def operations(self, n_users: int, n_items: int, n_interactions: int) -> float:
        """For each user and round odds of every item, forwards and backwards; in the game once more for drawing."""
        every = n_users * n_items
        before = min(self.epochs, self.pretraining)
        turns = 2 * self.epochs - before
        moved = 40 * (self.factors + 1) * (n_users + n_items) * (1 + n_users // self.batch_size)
        likelihood, game = 6 * self.factors + 30, 8 * self.factors + 60
        return float(every * (before * likelihood + (self.epochs - before) * game) + turns * moved)

    def fit(
        self,
        train: Dataset,
        *,
        seed: int = 0,
        resources: Resources = Resources(),
        progress: Progress = silent,
        cancel: Cancel = never,
    ) -> VectorScorer:
        """Fit on the positives of `train`. Raises `RecipeError` or `CancelledError`."""
        from recengine.models.networks.irgan import IrGanTask, recommender
        from recengine.models.training.loop import learn

        stop_if_asked(cancel)
        task, learnt = learn(
            self,
            lambda known: IrGanTask(self, known.matrix),
            train,
            hold_out(train, self.held_out, seed),
            loss_name=LOSS,
            seed=seed,
            resources=resources,
            progress=within(progress, 0.0, 0.98),
            cancel=cancel,
        )
        game: Any = task.network
        users, items = (vectors.copy() for vectors in recommender(game, self).vectors())
        users[np.diff(train.matrix.indptr) == 0] = np.nan
        items[train.popularity() == 0] = np.nan
        progress(1.0, f"Took the {self.recommender}")
        return VectorScorer(read_only(users), read_only(items), learnt.curves, LOSS, learnt.device, {})

    def restore(self, state: dict[str, NDArray[Any]], train: Dataset, device: str) -> VectorScorer:
        """The scorer whose `state` was stored, over the same `train`."""
        users, items, curves, network = restored_vectors(state)
        return VectorScorer(users, items, curves, LOSS, device, network)
