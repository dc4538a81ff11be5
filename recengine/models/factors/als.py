"""Collaborative filtering by alternating least squares; item factors from `implicit`, everything else exact."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from recengine.arrays import Positions, Scores, Values, read_only
from recengine.data import Dataset
from recengine.models.base import Resources, ScoreShares
from recengine.models.factors.als_factors import fit_item_factors
from recengine.models.factors.als_users import gram_matrix, solve_users
from recengine.models.products import inner_products
from recengine.models.settings import Among, Choice, Number, Settings, Span, Whole, setting
from recengine.progress import Cancel, Progress, never, silent, within
from recengine.threads import single_threaded_blas

SOLVERS = ("conjugate-gradient", "cholesky")


@dataclass(frozen=True)
class AlsRecipe(Settings):
    """Implicit-feedback matrix factorisation (Hu, Koren, Volinsky 2008, ICDM).

    A user u likes (1) what is in the history and not (0) the rest of the catalogue; a history item counts with
    confidence c = alpha (times the weight of the interaction), any other item with 1. User and item vectors minimise
    Σ c (p - x_u · y_i)² + penalty (Σ |x_u|² + Σ |y_i|²); the score is x_u · y_i.

    The penalty is `regularization` times the largest singular value that a random matrix with as many interactions
    would show: mean confidence times (√(mean interactions of a user) + √(mean interactions of an item)). So a setting
    tuned on one dataset neither drowns a sparser one nor leaves a denser one unchecked.

    Defaults are tuned on the validation part of MovieLens-100K (`python -m benchmarks.quality --part validation`), mean
    of seeds 0 to 2, NDCG@10 (untruncated), all ratings positive and, in brackets, from 4 of 5 positive:

    | factors | regularization | alpha | iterations | confidence | NDCG          |
    | 32      | 0.5            | 5     | 15         | binary     | 0.189 (0.206) |
    | 32      | 0.5            | 4     | 15         | binary     | 0.191 (0.202) |
    | 48      | 0.5            | 5     | 15         | binary     | 0.191 (0.206) |
    | 48      | 0.6            | 5     | 15         | binary     | 0.185 (0.206) |
    | 48      | 0.5            | 3     | 15         | binary     | 0.190 (0.198) |
    | 48      | 0.5            | 5     | 30         | binary     | 0.192 (0.204) |
    | 64      | 0.5            | 5     | 15         | binary     | 0.192 (0.204) |

    Seeds differ by more than these rows, and 32 factors take half the time of 48. On the test part, fitted on the whole
    training part, the defaults have 0.293 (0.323).
    """

    name: ClassVar[str] = "als"
    label: ClassVar[str] = "Collaborative (ALS)"
    family: ClassVar[str] = "Factor models"
    about: ClassVar[str] = "Finds tastes that many users share. Good on warm items, silent on new ones."
    lighter: ClassVar[str] = 'Lower "factors", or choose popularity.'
    version: ClassVar[int] = 1

    factors: int = setting(
        32, Whole(1, 1024), "Length of the vectors: more can tell more tastes apart.", search=Span(8, 128, log=True)
    )
    regularization: float = setting(
        0.5,
        Number(100.0),
        "Strength of the penalty on large vectors, in units of what noise alone would show.",
        search=Span(0.05, 5.0, log=True),
    )
    alpha: float = setting(
        5.0,
        Number(1e6),
        "Confidence of an interaction, against 1 for an item not taken.",
        search=Span(0.5, 50.0, log=True),
    )
    iterations: int = setting(15, Whole(1, 1000), "Rounds of solving users, then items.", search=Span(5, 40))
    confidence: str = setting(
        "binary",
        Choice(("binary", "weight")),
        "Whether every interaction counts the same, or in proportion to its weight, such as the rating.",
        search=Among(("binary", "weight")),
    )
    solver: str = setting(
        "conjugate-gradient",
        Choice(SOLVERS),
        "How a round solves each vector: in a few steps, or exactly by Cholesky, which takes longer and has no GPU.",
    )
    cg_steps: int = setting(3, Whole(1, 100), "Steps of the conjugate gradient in each round; more are more exact.")

    def memory(self, n_users: int, n_items: int, n_interactions: int) -> int:
        """Both factor matrices with a copy and a start each, and the confidences by user and by item."""
        return 12 * self.factors * (n_users + n_items) + 40 * n_interactions + 8 * self.factors**2

    def fit(
        self,
        train: Dataset,
        *,
        seed: int = 0,
        resources: Resources = Resources(),
        progress: Progress = silent,
        cancel: Cancel = never,
    ) -> AlsScorer:
        """Fit on the positives of `train`. Raises `RecipeError` or `CancelledError`."""
        confidences = self.confidences(train.matrix)
        penalty = self.penalty(confidences)
        with single_threaded_blas() as threads:
            items, losses, device = fit_item_factors(
                confidences,
                factors=self.factors,
                penalty=penalty,
                iterations=self.iterations,
                solver=self.solver,
                cg_steps=self.cg_steps,
                seed=seed,
                device=resources.device,
                progress=within(progress, 0.0, 0.95),
                cancel=cancel,
            )
            items[np.bincount(confidences.indices, minlength=len(items)) == 0] = np.nan
            progress(0.95, "Solving every user exactly")
            users = solve_users(items, gram_matrix(items), confidences, penalty, threads=threads)
        progress(1.0, "Solved every user exactly")
        return AlsScorer(self, train, read_only(items), read_only(users), device, read_only(losses))

    def restore(self, state: dict[str, NDArray[Any]], train: Dataset, device: str) -> AlsScorer:
        """The scorer whose `state` was stored, over the same `train`."""
        # memory-mapped arrays become plain ones over the same pages
        items, users, losses = (np.asarray(state[name]) for name in ("item_factors", "user_factors", "losses"))
        return AlsScorer(self, train, items, users, device, losses)

    def confidences(self, histories: csr_matrix) -> csr_matrix:
        """c of each interaction, in the places of `histories`, float32."""
        confidences = csr_matrix(histories, dtype=np.float32, copy=True)
        confidences.eliminate_zeros()
        if self.confidence == "binary":
            confidences.data[:] = self.alpha
        else:
            confidences.data *= np.float32(self.alpha)
        return confidences

    def penalty(self, confidences: csr_matrix) -> float:
        """What `implicit` calls regularization: the weight of the squared lengths, for training `confidences`."""
        if confidences.nnz == 0:
            return self.regularization
        users = np.count_nonzero(np.diff(confidences.indptr))
        items = np.count_nonzero(np.bincount(confidences.indices))
        noise = np.sqrt(confidences.nnz / users) + np.sqrt(confidences.nnz / items)
        return float(self.regularization * confidences.data.mean(dtype=np.float64) * noise)


class AlsScorer:
    """Item factors of the fit, and the user vectors that are exact for them.

    No opinion on an item without training users, nor for a user without a history among the others.
    """

    def __init__(
        self, recipe: AlsRecipe, train: Dataset, items: Scores, users: Scores, device: str, losses: Values
    ) -> None:
        """items (n_items, factors), users (n_users, factors) float32, NaN rows where there is no opinion."""
        self._recipe = recipe
        self._train = train
        self._items = items
        self._users = users
        self._device = device
        self._losses = losses

    @property
    def device(self) -> str:
        """What the item factors were fitted on; everything else is done on the CPU."""
        return self._device

    @property
    def losses(self) -> Values:
        """What the fit minimises, after each round."""
        return self._losses

    @property
    def loss_name(self) -> str:
        """Which loss."""
        return "Weighted squared error with penalty, a user and item"

    def score(self, users: Positions) -> Scores:
        """x_u · y_i."""
        return inner_products(self._users[users], self._items)

    def fold_in(self, histories: csr_matrix) -> Scores:
        """As `score`, for users whose vectors are solved now, against the item factors of the fit."""
        confidences = self._recipe.confidences(histories)
        with single_threaded_blas() as threads:
            users = solve_users(self._items, self._gram, confidences, self._penalty, threads=threads)
        return inner_products(users, self._items)

    def explain(self, user: int, item: int) -> ScoreShares:
        """Shares c_j y_i A⁻¹ y_j over the history j; A = Σ_i y_i y_i' + Σ_j (c_j - 1) y_j y_j' + penalty.

        They sum to the score because x_u = A⁻¹ Σ_j c_j y_j (Hu, Koren, Volinsky 2008, section 5). Computed in float64;
        what the float32 score differs by is `rest`.
        """
        history = self._recipe.confidences(self._train.matrix[user])
        confidence = history.data.astype(np.float64)
        taken = self._items[history.indices].astype(np.float64)
        system = self._gram + self._penalty * np.eye(len(self._gram)) + (taken.T * (confidence - 1)) @ taken
        # an item without opinion is NaN, and so become its shares
        wanted = self._items[item].astype(np.float64)
        seen_from_item = np.linalg.solve(system, wanted)
        shares: Values = confidence * (taken @ seen_from_item)
        score = float(self.score(np.array([user], dtype=np.int32))[0, item])
        return ScoreShares(history.indices.astype(np.int32), shares, score - float(shares.sum()))

    def state(self) -> dict[str, NDArray[Any]]:
        """The two factor matrices and the losses."""
        return {"item_factors": self._items, "user_factors": self._users, "losses": self._losses}

    @cached_property
    def _gram(self) -> Values:
        """Of the item factors, computed once."""
        return gram_matrix(self._items)

    @cached_property
    def _penalty(self) -> float:
        return self._recipe.penalty(self._recipe.confidences(self._train.matrix))
