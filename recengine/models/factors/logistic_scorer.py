"""The scorer of the models that learn odds: item vectors with an offset, user vectors by logistic regression."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from recengine.arrays import Positions, Scores, Values
from recengine.data import Dataset
from recengine.models.base import ScoreShares
from recengine.models.factors.logistic_users import Negatives, sigmoid, solve_logistic_users
from recengine.models.products import inner_products


class LogisticRecipe(Protocol):
    """What the scorer asks of its recipe."""

    @property
    def popularity(self) -> float:
        """How much of the logarithm of an item's popularity belongs to its score."""

    def weights(self, histories: csr_matrix) -> csr_matrix:
        """How much each interaction counts, in the places of `histories`, float32, without zeros."""

    def mass(self, weights: csr_matrix) -> Values:
        """How much all that a user did not take counts together, (n,) float64."""

    def penalty(self, weights: csr_matrix) -> Values:
        """Of the squared length of each user's vector, (n,) float64 > 0."""


@dataclass(frozen=True)
class LogisticModel:
    """What a fit found.

    items (n_items, factors) float32, NaN rows where unknown; biases (n_items,) float32: what the model learned of an
    item besides; losses (rounds,) float64.
    """

    items: Scores
    biases: Scores
    negatives: Negatives
    losses: Values

    def users(self, recipe: LogisticRecipe, histories: csr_matrix) -> Scores:
        """The vectors of users of these histories, (n, factors) float32."""
        weights = recipe.weights(histories)
        return solve_logistic_users(
            self.items,
            self.biases,
            weights,
            self.negatives,
            mass=recipe.mass(weights),
            penalty=recipe.penalty(weights),
        )

    def state(self) -> dict[str, NDArray[Any]]:
        """Its arrays by name."""
        return {
            "item_factors": self.items,
            "item_biases": self.biases,
            "negatives": self.negatives.items,
            "negative_weights": self.negatives.weights,
            "losses": self.losses,
        }

    @classmethod
    def restore(cls, state: dict[str, NDArray[Any]]) -> LogisticModel:
        """Of the arrays by name; memory-mapped ones become plain ones over the same pages."""
        plain = {name: np.asarray(array) for name, array in state.items()}
        negatives = Negatives(plain["negatives"], plain["negative_weights"])
        return cls(plain["item_factors"], plain["item_biases"], negatives, plain["losses"])


class LogisticScorer:
    """Scores x_u · y_i + bias_i + popularity · log(training users of i).

    No opinion on an item without training users, nor for a user without a history among the others. A user's vector is
    the minimiser of the recipe's loss given the item vectors, so a history folded in gives what training gave.
    """

    def __init__(
        self, recipe: LogisticRecipe, train: Dataset, model: LogisticModel, users: Scores, loss_name: str
    ) -> None:
        """users (n_users, factors) float32, NaN rows where there is no opinion."""
        self._recipe = recipe
        self._train = train
        self._model = model
        self._users = users
        self._loss_name = loss_name
        prior = np.log(np.maximum(train.popularity(), 1), dtype=np.float32) * np.float32(recipe.popularity)
        # the last column meets a 1 in each user's vector
        self._items: Scores = np.column_stack([model.items, model.biases + prior])

    @property
    def device(self) -> str:
        """Always the CPU: what implicit has for CUDA cannot repeat a run."""
        return "CPU"

    @property
    def losses(self) -> Values:
        """Mean over a fixed sample of the training interactions, after each round."""
        return self._model.losses

    @property
    def loss_name(self) -> str:
        """Which loss."""
        return self._loss_name

    def score(self, users: Positions) -> Scores:
        """Logarithms of odds."""
        return self._scores(self._users[users])

    def fold_in(self, histories: csr_matrix) -> Scores:
        """As `score`, for users whose vectors are solved now, against the item vectors of the fit."""
        return self._scores(self._model.users(self._recipe, histories))

    def explain(self, user: int, item: int) -> ScoreShares:
        """Shares w_j (1 - p_uj) y_j · y_i / penalty over the history j: how far each pulls the score up.

        p is the probability that the odds give. At the minimum x_u is the sum of these pulls less those of what was not
        taken (the representer theorem; Yeh et al. 2018, NeurIPS 31), which are `rest`, together with the item's bias
        and popularity.
        """
        weights = self._recipe.weights(self._train.matrix[user])
        penalty = float(self._recipe.penalty(weights)[0]) if weights.nnz else np.nan
        taken = np.nan_to_num(self._model.items[weights.indices].astype(np.float64))
        odds = taken @ self._users[user].astype(np.float64) + self._model.biases[weights.indices]
        pull = weights.data * (1 - sigmoid(odds)) / penalty
        shares: Values = pull * (taken @ self._model.items[item].astype(np.float64))
        score = float(self.score(np.array([user], dtype=np.int32))[0, item])
        return ScoreShares(weights.indices.astype(np.int32), shares, score - float(shares.sum()))

    def state(self) -> dict[str, NDArray[Any]]:
        """The model and the users' vectors."""
        return self._model.state() | {"user_factors": self._users}

    def _scores(self, users: Scores) -> Scores:
        return inner_products(np.column_stack([users, np.ones(len(users), dtype=np.float32)]), self._items)
