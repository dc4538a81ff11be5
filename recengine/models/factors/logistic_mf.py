"""Collaborative filtering by logistic matrix factorisation; item vectors from `implicit`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from recengine.arrays import Scores, Values, read_only
from recengine.data import Dataset
from recengine.errors import RecipeError
from recengine.models.base import Resources
from recengine.models.factors.logistic_scorer import LogisticModel, LogisticScorer
from recengine.models.factors.logistic_users import Negatives, solving_memory
from recengine.models.settings import Among, Choice, Number, Settings, Span, Whole, setting
from recengine.progress import Cancel, Progress, never, silent, stop_if_asked, within

START = 0.1
"""Standard deviation of the numbers that the vectors start from."""
SAMPLE = 10_000
"""Interactions that the loss is measured on, with as many drawn pairs of user and item."""
LOSS = "Mean log loss of an interaction and of a drawn pair"


@dataclass(frozen=True)
class LogisticMfRecipe(Settings):
    """The odds that a user takes an item, exp(x_u · y_i + biases), from interactions and drawn items.

    Source: Johnson (2014), Logistic Matrix Factorization for Implicit Feedback Data, NIPS workshop. `implicit` starts
    from vectors of standard normal numbers, whose products drown what its 30 rounds learn (NDCG on validation 0.117);
    here they start a tenth as long. It draws items in proportion to popularity, which takes part of the popularity out
    of the scores; `popularity` gives a part back, as `BprRecipe` tells. However many items are asked for, it draws at
    most factors + 2 a user; four times as many gained nothing. One core fits, so that a seed repeats a run exactly.

    implicit's user vectors are not used: each user's vector is the minimiser of the same loss given the item vectors,
    so that new and edited histories are scored as training histories are. That gains 0.003 to 0.009 of NDCG.

    Defaults are tuned on the validation part of MovieLens-100K (`python -m benchmarks.quality --part validation`), mean
    of seeds 0 to 2, NDCG@10 (untruncated), all ratings positive:

    | factors | learning_rate | regularization | iterations | popularity | NDCG  |
    | 30      | 0.3           | 3              | 60         | 0.3        | 0.179 |
    | 30      | 0.3           | 3              | 40         | 0.3        | 0.177 |
    | 30      | 0.3           | 3              | 40         | 0.6        | 0.177 |
    | 30      | 0.3           | 3              | 40         | 0          | 0.176 |
    | 30      | 0.3           | 2              | 40         | 0.3        | 0.170 |
    | 30      | 0.3           | 4              | 40         | 0.3        | 0.173 |
    | 20      | 0.3           | 3              | 40         | 0.3        | 0.172 |
    | 48      | 0.3           | 3              | 40         | 0.3        | 0.180 |
    | 30      | 0.5           | 3              | 30         | 0.3        | 0.174 |
    | 30      | 0.2           | 3              | 60         | 0.3        | 0.179 |

    With an alpha of 2 it was 0.168, with 3 negatives 0.176. On the test part, fitted on the whole training part, the
    defaults have 0.276.
    """

    name: ClassVar[str] = "logistic-mf"
    label: ClassVar[str] = "Logistic factors"
    family: ClassVar[str] = "Factor models"
    about: ClassVar[str] = "Learns the odds that a user takes an item. Good on warm items, silent on new ones."
    lighter: ClassVar[str] = 'Lower "factors", or choose popularity.'
    version: ClassVar[int] = 1

    factors: int = setting(
        30, Whole(1, 256), "Length of the vectors: more can tell more tastes apart.", search=Span(8, 128, log=True)
    )
    learning_rate: float = setting(
        0.3, Number(10.0), "How far each round moves the vectors.", search=Span(0.05, 1.0, log=True)
    )
    regularization: float = setting(
        3.0, Number(1000.0), "Strength of the penalty on large vectors.", search=Span(0.3, 30.0, log=True)
    )
    alpha: float = setting(
        1.0, Number(1000.0), "How much an interaction counts against a drawn item.", search=Span(0.3, 10.0, log=True)
    )
    iterations: int = setting(60, Whole(1, 1000), "Rounds of moving users, then items.", search=Span(10, 100))
    negatives: int = setting(
        30,
        Whole(1, 1000),
        "Items drawn for each interaction, though never more a user than factors + 2.",
        search=Span(1, 30, log=True),
    )
    popularity: float = setting(
        0.3,
        Number(2.0, zero=True),
        "How much of an item's popularity, which drawing by popularity takes out, is given back.",
        search=Span(0.0, 1.0),
    )
    confidence: str = setting(
        "binary",
        Choice(("binary", "weight")),
        "Whether every interaction counts the same, or in proportion to its weight, such as the rating.",
        search=Among(("binary", "weight")),
    )

    def memory(self, n_users: int, n_items: int, n_interactions: int) -> int:
        """Matrices of vectors and of their slopes with a copy, interactions by user and item, solving the users."""
        width = self.factors + 2
        return 24 * width * (n_users + n_items) + 40 * n_interactions + solving_memory(width) + 64 * n_items

    def fit(
        self,
        train: Dataset,
        *,
        seed: int = 0,
        resources: Resources = Resources(),
        progress: Progress = silent,
        cancel: Cancel = never,
    ) -> LogisticScorer:
        """Fit on the positives of `train`, on one core. Raises `RecipeError` or `CancelledError`."""
        stop_if_asked(cancel)
        popularity = train.popularity()
        weights = self.weights(train.matrix)
        items, losses = self._item_factors(weights, seed, within(progress, 0.0, 0.9), cancel)
        factors = np.ones((len(items), self.factors + 1), dtype=np.float32)
        # the last column meets the user's bias
        factors[:, :-1] = items[:, : self.factors]
        factors[popularity == 0] = np.nan
        model = LogisticModel(
            read_only(factors),
            read_only(np.ascontiguousarray(items[:, self.factors])),
            Negatives.draw(popularity, seed),
            read_only(losses),
        )
        progress(0.9, "Solving every user")
        users = read_only(model.users(self, train.matrix))
        progress(1.0, "Solved every user")
        return LogisticScorer(self, train, model, users, LOSS)

    def restore(self, state: dict[str, NDArray[Any]], train: Dataset, device: str) -> LogisticScorer:
        """The scorer whose `state` was stored, over the same `train`."""
        return LogisticScorer(self, train, LogisticModel.restore(state), np.asarray(state["user_factors"]), LOSS)

    def weights(self, histories: csr_matrix) -> csr_matrix:
        """alpha, times the weight of the interaction where that counts."""
        weights = csr_matrix(histories, dtype=np.float32, copy=True)
        weights.eliminate_zeros()
        if self.confidence == "binary":
            weights.data[:] = 1
        weights.data *= np.float32(self.alpha)
        return weights

    def mass(self, weights: csr_matrix) -> Values:
        """As many items as are drawn for a user."""
        drawn: Values = np.minimum(self.factors + 2, self.negatives * np.diff(weights.indptr)).astype(np.float64)
        return drawn

    def penalty(self, weights: csr_matrix) -> Values:
        """The same for every user."""
        return np.full(weights.shape[0], self.regularization)

    def _item_factors(
        self, weights: csr_matrix, seed: int, progress: Progress, cancel: Cancel
    ) -> tuple[Scores, Values]:
        """Vectors, bias, and a column of ones, (n_items, factors + 2) float32, and the losses."""
        from implicit.cpu.lmf import LogisticMatrixFactorization

        rng = np.random.default_rng(seed)
        users, items = (self._start(size, rng) for size in weights.shape)
        if not weights.nnz:
            return items, np.empty(0)
        # the bias of one side meets the ones of the other
        users[:, -2], items[:, -1] = 1, 1
        pairs = _Pairs.draw(weights, rng)
        losses = np.full(self.iterations, np.nan)

        def after_round(finished: int, seconds: float) -> None:
            if not (np.isfinite(users).all() and np.isfinite(items).all()):
                raise RecipeError(
                    'logistic-mf: the fit ran off to infinity. Lower "learning_rate" or "alpha", or raise '
                    '"regularization".'
                )
            losses[finished] = pairs.loss(users, items)
            progress((finished + 1) / self.iterations, f"Round {finished + 1} of {self.iterations}")
            stop_if_asked(cancel)

        model = LogisticMatrixFactorization(
            factors=self.factors,
            learning_rate=self.learning_rate,
            regularization=self.regularization,
            iterations=self.iterations,
            neg_prop=self.negatives,
            num_threads=1,
            random_state=rng,
        )
        model.user_factors, model.item_factors = users, items
        model.fit(weights, show_progress=False, callback=after_round)
        return items, losses

    def _start(self, size: int, rng: np.random.Generator) -> Scores:
        vectors = np.zeros((size, self.factors + 2), dtype=np.float32)
        vectors[:, :-2] = rng.standard_normal((size, self.factors), dtype=np.float32) * np.float32(START)
        return vectors


@dataclass(frozen=True)
class _Pairs:
    """Users and items (n,), the first `positives` of them interactions."""

    users: NDArray[np.intp]
    items: NDArray[np.intp]
    positives: int

    @classmethod
    def draw(cls, weights: csr_matrix, rng: np.random.Generator) -> _Pairs:
        """As the fit draws them: the items of the drawn pairs in proportion to popularity."""
        entries = rng.integers(weights.nnz, size=(3, SAMPLE))
        users = np.searchsorted(weights.indptr, entries[[0, 1]].ravel(), side="right") - 1
        return cls(users, weights.indices[entries[[0, 2]].ravel()].astype(np.intp), SAMPLE)

    def loss(self, users: Scores, items: Scores) -> float:
        """Mean of log(1 + exp(-s)) over the interactions and log(1 + exp(s)) over the drawn pairs."""
        odds = np.einsum("nf,nf->n", users[self.users], items[self.items])
        odds[: self.positives] *= -1
        return float(np.logaddexp(0, odds).mean(dtype=np.float64))
