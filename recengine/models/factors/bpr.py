"""Collaborative filtering by Bayesian personalised ranking; item vectors from `implicit`."""

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
from recengine.models.settings import Number, Settings, Span, Whole, setting
from recengine.progress import Cancel, Progress, never, silent, stop_if_asked, within

SAMPLE = 10_000
"""Pairs that the loss is measured on."""
LOSS = "Mean log loss of a pair: one item taken, one not"


@dataclass(frozen=True)
class BprRecipe(Settings):
    """Pairs of an item taken and one not, the first to score higher by the log loss (Rendle et al. 2009, UAI).

    `implicit` draws the item not taken in proportion to popularity. So its scores learn not the odds that a user takes
    an item, but these over the item's popularity: the longer it learns, the better it ranks by taste alone, and the
    less do its lists hold what most people take. On MovieLens-100K that looks like overfitting: with its defaults NDCG
    on validation rises to 0.140 after 50 rounds and falls to 0.119 after 100 and 0.085 after 200 (without its check
    that the drawn item was not taken 0.076, 0.067, 0.056). The logarithm of the popularity, added to the scores, gives
    back what the drawing took out (Yi et al. 2019, RecSys, section 3), and the same fits have 0.158, 0.175 and 0.165;
    what overfitting remains a stronger penalty holds down.

    implicit's threads write over each other's vectors, so one core fits, and a seed repeats a run exactly. Its user
    vectors are not used: each user's vector is the minimiser of the log loss given the item vectors, with as many items
    not taken as taken, so that new and edited histories are scored as training histories are. That costs next to no
    accuracy: with its own user vectors NDCG is 0.180 where it is 0.177 with these, and seeds differ by 0.004.

    Defaults are tuned on the validation part of MovieLens-100K (`python -m benchmarks.quality --part validation`), mean
    of seeds 0 to 2, NDCG@10 (untruncated), all ratings positive:

    | factors | learning_rate | regularization | iterations | popularity | NDCG  |
    | 32      | 0.03          | 0.03           | 100        | 1          | 0.177 |
    | 32      | 0.03          | 0.03           | 100        | 1.2        | 0.175 |
    | 32      | 0.03          | 0.03           | 100        | 0.8        | 0.178 |
    | 32      | 0.03          | 0.03           | 100        | 0.5        | 0.175 |
    | 32      | 0.03          | 0.03           | 100        | 0          | 0.112 |
    | 16      | 0.03          | 0.03           | 100        | 1          | 0.176 |
    | 64      | 0.02          | 0.03           | 100        | 1          | 0.179 |
    | 32      | 0.03          | 0.02           | 100        | 1          | 0.173 |
    | 32      | 0.03          | 0.04           | 100        | 1          | 0.174 |
    | 32      | 0.03          | 0.03           | 150        | 1          | 0.179 |

    On the test part, fitted on the whole training part, the defaults have 0.272.
    """

    name: ClassVar[str] = "bpr"
    label: ClassVar[str] = "Pairwise ranking (BPR)"
    family: ClassVar[str] = "Factor models"
    about: ClassVar[str] = "Learns to put what was taken above what was not. Good on warm items, silent on new ones."
    lighter: ClassVar[str] = 'Lower "factors", or choose popularity.'
    version: ClassVar[int] = 1

    factors: int = setting(
        32, Whole(1, 256), "Length of the vectors: more can tell more tastes apart.", search=Span(8, 128, log=True)
    )
    learning_rate: float = setting(
        0.03, Number(10.0), "How far each pair moves the vectors.", search=Span(0.005, 0.2, log=True)
    )
    regularization: float = setting(
        0.03, Number(10.0), "Strength of the penalty on large vectors, a pair.", search=Span(0.003, 0.1, log=True)
    )
    iterations: int = setting(
        100, Whole(1, 1000), "Rounds, in each as many pairs as there are interactions.", search=Span(20, 150)
    )
    popularity: float = setting(
        1.0,
        Number(2.0, zero=True),
        "How much of an item's popularity, which drawing by popularity takes out, is given back; 1 for all of it.",
        search=Span(0.0, 1.5),
    )

    def memory(self, n_users: int, n_items: int, n_interactions: int) -> int:
        """Both matrices of vectors with a copy each, the interactions twice, and what solving the users takes."""
        width = self.factors + 1
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
        taken = self.weights(train.matrix)
        popularity = train.popularity()
        items, losses = self._item_factors(taken, seed, within(progress, 0.0, 0.9), cancel)
        items[popularity == 0] = np.nan
        model = LogisticModel(
            read_only(np.ascontiguousarray(items[:, :-1])),
            read_only(np.nan_to_num(items[:, -1])),
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
        """1 for each interaction."""
        weights = csr_matrix(histories, dtype=np.float32, copy=True)
        weights.eliminate_zeros()
        weights.data[:] = 1
        return weights

    def mass(self, weights: csr_matrix) -> Values:
        """As many items not taken as items taken."""
        return np.diff(weights.indptr).astype(np.float64)

    def penalty(self, weights: csr_matrix) -> Values:
        """Of both items of each pair."""
        return 2 * self.regularization * np.maximum(1, np.diff(weights.indptr)).astype(np.float64)

    def _item_factors(self, taken: csr_matrix, seed: int, progress: Progress, cancel: Cancel) -> tuple[Scores, Values]:
        """Vectors with the bias as last column, (n_items, factors + 1) float32, and the losses."""
        from implicit.cpu.bpr import BayesianPersonalizedRanking
        from implicit.recommender_base import ModelFitError

        rng = np.random.default_rng(seed)
        pairs = _Pairs.draw(taken, rng)
        model = BayesianPersonalizedRanking(
            factors=self.factors,
            learning_rate=self.learning_rate,
            regularization=self.regularization,
            iterations=1,
            # threads write over each other's vectors, which no seed repeats
            num_threads=1,
            random_state=rng,
        )
        losses = np.full(self.iterations if taken.nnz else 0, np.nan)
        for number in range(len(losses)):
            stop_if_asked(cancel)
            try:
                # goes on where the last call stopped, and draws from where the generator stands
                model.fit(taken, show_progress=False)
            except ModelFitError:
                raise RecipeError(
                    'bpr: the fit ran off to infinity. Lower "learning_rate" or raise "regularization".'
                ) from None
            losses[number] = pairs.loss(model.user_factors, model.item_factors)
            progress((number + 1) / self.iterations, f"Round {number + 1} of {self.iterations}")
        if not len(losses):
            return np.zeros((taken.shape[1], self.factors + 1), dtype=np.float32), losses
        return model.item_factors, losses


@dataclass(frozen=True)
class _Pairs:
    """A user, an item taken and one not taken each, (n,)."""

    users: NDArray[np.intp]
    liked: NDArray[np.intp]
    other: NDArray[np.intp]

    @classmethod
    def draw(cls, taken: csr_matrix, rng: np.random.Generator) -> _Pairs:
        """About `SAMPLE`, as the fit draws them: the other item in proportion to popularity."""
        if not taken.nnz:
            nothing = np.empty(0, dtype=np.intp)
            return cls(nothing, nothing, nothing)
        first, second = rng.integers(taken.nnz, size=(2, SAMPLE))
        users = np.searchsorted(taken.indptr, first, side="right") - 1
        other = taken.indices[second]
        kept = np.asarray(taken[users, other]).ravel() == 0
        return cls(users[kept], taken.indices[first][kept], other[kept])

    def loss(self, users: Scores, items: Scores) -> float:
        """Mean log(1 + exp(-(s_liked - s_other))); NaN where there is no pair."""
        if not len(self.users):
            return float("nan")
        margins = np.einsum("nf,nf->n", users[self.users], items[self.liked] - items[self.other])
        return float(np.logaddexp(0, -margins).mean(dtype=np.float64))
