"""User-KNN: what the people with the most similar histories took."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from recengine.arrays import Mask, Positions, Scores, Values
from recengine.data import Dataset
from recengine.models.base import Resources, ScoreShares
from recengine.models.item_weights import CSR_ARRAYS, read_only_csr, restored_csr, silenced
from recengine.models.neighbours.features import FeatureWeights
from recengine.models.neighbours.nearest import nearest, nearest_memory
from recengine.models.neighbours.similarity import SimilaritySettings, squares
from recengine.models.settings import Number, Span, Whole, setting
from recengine.progress import Cancel, Progress, never, silent, stop_if_asked


@dataclass(frozen=True)
class UserKnnRecipe(SimilaritySettings):
    """The share of the k nearest training users who took the item, each counting by their similarity, over n^beta.

    n is how many training users took the item. With weights as they are the share is the mean weight, 0 for who did not
    take it. Users are compared by their items.

    A training user whose history is the same as the one that is scored, such as the user in person, is passed over:
    it could only speak for items that are taken already. So a known user, and a new one with the same history, get the
    same scores. Where a known user's history is edited, the unedited one is a neighbour like all others. Source:
    Herlocker, Konstan, Borchers, Riedl (1999), SIGIR; beta as in RP3β.

    Defaults are chosen on the validation part of MovieLens-100K (`python -m benchmarks.quality --part validation`):
    mean of seeds 0 to 2, NDCG@10 (untruncated), all ratings positive; one setting changed at a time:

    | as it stands                         | 0.181               |
    | neighbours 150, 500                  | 0.179, 0.180        |
    | beta 0, 0.2, 0.4                     | 0.172, 0.179, 0.180 |
    | amplification 1, 3                   | 0.176, 0.179        |
    | shrinkage 0, 30                      | 0.179, 0.179        |
    | similarity cosine, tanimoto          | 0.178, 0.178        |
    | feature weighting none, bm25         | 0.177, 0.180        |
    | beta 0, amplification 1, neighbours 80: the classic vote at its best | 0.175 |
    """

    name: ClassVar[str] = "user-knn"
    label: ClassVar[str] = "User-KNN"
    family: ClassVar[str] = "Neighbours"
    about: ClassVar[str] = "Recommends what the people with the most similar histories took."
    lighter: ClassVar[str] = 'Lower "neighbours", or choose item-knn.'
    version: ClassVar[int] = 1

    neighbours: int = setting(
        300, Whole(1, 10_000), "How many of the most similar users are asked.", search=Span(20, 1000, log=True)
    )
    amplification: float = setting(
        2.0,
        Number(10.0),
        "Power of the similarities: above 1, the most similar count more against the others.",
        search=Span(0.5, 4.0),
    )
    beta: float = setting(
        0.3,
        Number(2.0, zero=True),
        "How far popular items count less; 0 is the classic vote.",
        search=Span(0.0, 0.8),
    )

    def memory(self, n_users: int, n_items: int, n_interactions: int) -> int:
        """Blocks of similarities, the interactions as they are compared, the nearest of every user."""
        return nearest_memory(n_users, n_users, n_interactions, self.neighbours) + 64 * n_items

    def fit(
        self,
        train: Dataset,
        *,
        seed: int = 0,
        resources: Resources = Resources(),
        progress: Progress = silent,
        cancel: Cancel = never,
    ) -> UserKnnScorer:
        """Compare every user with every other; `seed` and `resources` change nothing. Raises `CancelledError`."""
        stop_if_asked(cancel)
        crowd = Crowd(self, train)
        neighbours = read_only_csr(crowd.nearest(train.matrix, progress=progress, cancel=cancel))
        progress(1.0, "Compared every user")
        return UserKnnScorer(crowd, train, neighbours)

    def restore(self, state: dict[str, NDArray[Any]], train: Dataset, device: str) -> UserKnnScorer:
        """The scorer whose `state` was stored, over the same `train`."""
        return UserKnnScorer(Crowd(self, train), train, restored_csr(state, (train.n_users, train.n_users)))


class Crowd:
    """The training users, in the form in which histories are compared with them."""

    def __init__(self, recipe: UserKnnRecipe, train: Dataset) -> None:
        self.recipe = recipe
        self.taken: csr_matrix = recipe.weights(train.matrix)
        self.features: FeatureWeights = recipe.features(self.taken)

    def nearest(self, histories: csr_matrix, *, progress: Progress = silent, cancel: Cancel = never) -> csr_matrix:
        """Similarities (n, n_users) float32 of histories to their k nearest training users. Raises `CancelledError`."""
        rows = self.compared(histories)
        lengths, marks = squares(rows), self._marks(rows)
        others, other_lengths, other_marks = self._others

        def measure(products: Values, block: slice) -> Values:
            products[np.equal.outer(marks[block], other_marks)] = 0
            return self.recipe.similarities(products, lengths[block], other_lengths)

        return nearest(rows, others, measure, self.recipe.neighbours, progress=progress, cancel=cancel)

    def compared(self, histories: csr_matrix) -> csr_matrix:
        """Histories with the weights that count when they are compared, float64."""
        return self.features.apply(self.recipe.weights(histories))

    @cached_property
    def _others(self) -> tuple[csr_matrix, Values, Values]:
        users = self.features.apply(self.taken)
        return csr_matrix(users.T), squares(users), self._marks(users)

    @staticmethod
    def _marks(rows: csr_matrix) -> Values:
        """A number for each row, the same for the same rows: its product with numbers drawn at random, for ever."""
        marks: Values = rows @ np.random.default_rng(0).random(rows.shape[1])
        return marks


class UserKnnScorer:
    """The nearest of each training user, who vote for what they took.

    No opinion on an item without training users, nor for a history that has nothing in common with another one. An item
    that no neighbour took has the score 0.
    """

    def __init__(self, crowd: Crowd, train: Dataset, neighbours: csr_matrix) -> None:
        """neighbours (n_users, n_users) float32: similarities to the nearest of each user, 0 elsewhere."""
        self._crowd = crowd
        self._train = train
        self._neighbours = neighbours
        self._unknown: Mask = train.popularity() == 0
        self._penalty: Values = np.maximum(train.popularity(), 1.0) ** -crowd.recipe.beta

    @property
    def device(self) -> str:
        """Always the CPU."""
        return "CPU"

    def score(self, users: Positions) -> Scores:
        """Σ_v s(u, v) x_vi / Σ_v s(u, v) / n_i^beta over the neighbours v; above 0 where one of them took i."""
        return self._votes(self._neighbours[users])

    def fold_in(self, histories: csr_matrix) -> Scores:
        """As `score`, for neighbours looked up now."""
        return self._votes(self._crowd.nearest(histories))

    def explain(self, user: int, item: int) -> ScoreShares:
        """Shares of the history items j: what they add to the similarity of each neighbour who took the item.

        A similarity is Σ_j a_uj a_vj over a number that is given with the two users, so it splits by j. Computed in
        float64; what the float32 score differs by is `rest`.
        """
        history = self._crowd.compared(self._train.matrix[user])
        neighbours = self._neighbours[user]
        others = self._crowd.compared(self._train.matrix[neighbours.indices])
        common = others[:, history.indices].toarray() * history.data
        weights = self._crowd.taken[neighbours.indices][:, [item]].toarray().ravel()
        similarities = neighbours.data.astype(np.float64)
        votes = self._penalty[item] * similarities * weights / max(similarities.sum(), np.finfo(np.float64).tiny)
        shares: Values = (votes / common.sum(axis=1)) @ common
        score = float(self.score(np.array([user], dtype=np.int32))[0, item])
        return ScoreShares(history.indices.astype(np.int32), shares, score - float(shares.sum()))

    def state(self) -> dict[str, NDArray[Any]]:
        """The three arrays of the CSR matrix of neighbours."""
        return {name: getattr(self._neighbours, name) for name in CSR_ARRAYS}

    def _votes(self, neighbours: csr_matrix) -> Scores:
        scores: Scores = (neighbours @ self._crowd.taken).toarray()
        totals = neighbours @ np.ones(neighbours.shape[1], dtype=np.float32)
        scores /= np.where(totals > 0, totals, np.float32(1))[:, None]
        scores *= self._penalty.astype(np.float32)
        return silenced(scores, self._unknown)
