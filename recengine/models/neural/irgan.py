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
    """A generator and a discriminator play a minimax game (Wang et al. 2017, SIGIR)."""

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
        0,
        Whole(0, 10_000),
        "First rounds, in which the generator learns what was taken by its likelihood; 0 begins with the game.",
        search=Span(0, 50),
    )
    recommender: str = setting("generator", Choice(PLAYERS), "Which of the two scores items.", search=Among(PLAYERS))
    epochs: int = epochs_setting(100)
    batch_size: int = batch_size_setting(64)
    learning_rate: float = learning_rate_setting(5e-3)
    weight_decay: float = weight_decay_setting(0.0)

    def memory(self, n_users: int, n_items: int, n_interactions: int) -> int:
        """Weights of both with gradients and what Adam remembers, one batch over the catalogue, and the vectors."""
        weights = 2 * (self.factors + 1) * (n_users + n_items)
        batch = min(self.batch_size, max(1, n_users)) * (8 * n_items + self.draws * 8 * self.factors)
        return 300_000_000 + 24 * weights + 4 * batch + 40 * n_interactions

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
