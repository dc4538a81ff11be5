"""Attributes: a user is the sum of the categories of the items taken; items with like categories score high."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from recengine.arrays import Positions, Scores, Values
from recengine.data import Dataset
from recengine.errors import RecipeError
from recengine.models.base import Resources, ScoreShares
from recengine.models.content.features import (
    ItemFeaturizer,
    attributes_missing,
    fit_featurizer,
    unit_rows,
)
from recengine.models.content.preparation import SMALLEST_LENGTH
from recengine.models.histories import interaction_weights, training_weights, weighting_setting
from recengine.models.settings import Among, Number, Settings, Span, Switch, setting
from recengine.progress import Cancel, Progress, never, silent, stop_if_asked


@dataclass(frozen=True)
class CategoryRecipe(Settings):
    """Cosine of the item's attribute vector and the user's profile, the weighted sum of the vectors of the items taken.

    Attribute vectors: labels by TF-IDF, numbers by their place in the catalogue (`ItemFeaturizer`), brought to unit
    length. What most items have tells little of a taste, so they are centred: the catalogue's mean is taken away, and
    the rest brought to unit length again.

    Defaults are chosen on the validation part of MovieLens-100K (`python -m benchmarks.quality --part validation`),
    mean of seeds 0 to 2, NDCG@10 (untruncated), all ratings positive; the long tail and the items that nobody took yet
    ranked alone too:

    | centred | weighting | numbers | half-life | NDCG  | long tail | cold |
    | yes     | uniform   | 0.5     | never     | 0.037 | 0.028     | 0.24 |
    | yes     | uniform   | 0       | never     | 0.035 | 0.025     | 0.24 |
    | yes     | uniform   | 1       | never     | 0.036 | 0.029     | 0.21 |
    | yes     | weight    | 0.5     | never     | 0.038 | 0.031     | 0.21 |
    | yes     | uniform   | 0.5     | 30 days   | 0.035 | 0.027     | 0.24 |
    | no      | uniform   | 0.5     | never     | 0.025 | 0.024     | 0.18 |

    On the test part the defaults have 0.056, and 0.31 on the items that nobody took yet.
    """

    name: ClassVar[str] = "category"
    label: ClassVar[str] = "Category profile"
    family: ClassVar[str] = "Content"
    about: ClassVar[str] = (
        "Likes items of the categories taken before. Needs no text model, and reaches items that nobody took yet."
    )
    lighter: ClassVar[str] = "Choose popularity."
    version: ClassVar[int] = 1

    centred: bool = setting(
        True,
        Switch(),
        "Whether the mean of the catalogue is taken away, so that what most items have does not decide.",
        search=Among((True, False)),
    )
    weighting: str = weighting_setting()
    numbers: float = setting(
        0.5,
        Number(100.0, zero=True),
        "How much a number, such as the year, counts against all categories together; 0 leaves numbers out.",
        search=Span(0.0, 2.0),
    )
    half_life: float = setting(
        0.0,
        Number(100_000.0, zero=True),
        "Days after which an interaction counts half as much as the user's latest; 0 lets all count alike.",
        search=Among((0.0, 7.0, 30.0, 90.0, 365.0)),
    )

    def obstacle(self, train: Dataset) -> str | None:
        """Without an attribute there is nothing to be alike in."""
        return attributes_missing(self.name, train, self.numbers)

    def memory(self, n_users: int, n_items: int, n_interactions: int) -> int:
        """Sixteen labels an item, each twice on the way; profiles of at most 512 labels; the weights."""
        return 16 * 40 * n_items + 8 * min(512 * n_users, 16 * n_interactions) + 40 * n_interactions + 2**20

    def fit(
        self,
        train: Dataset,
        *,
        seed: int = 0,
        resources: Resources = Resources(),
        progress: Progress = silent,
        cancel: Cancel = never,
    ) -> CategoryScorer:
        """Add up the profiles; `seed` and `resources` change nothing. Raises `RecipeError` or `CancelledError`."""
        stop_if_asked(cancel)
        if obstacle := self.obstacle(train):
            raise RecipeError(obstacle)
        scorer = self.restore({}, train, "CPU")
        progress(1.0, "Added up the profiles")
        return scorer

    def restore(self, state: dict[str, NDArray[Any]], train: Dataset, device: str) -> CategoryScorer:
        """The scorer over `train`, which takes hardly longer than reading it would."""
        featurizer = fit_featurizer(train.items, train.item_attributes, number_weight=self.numbers)
        return CategoryScorer(self, featurizer, train, training_weights(train, self.weighting, self.half_life))


@dataclass(frozen=True)
class _Items:
    """Unit vectors v (n, d) float64, sparse; with the catalogue's mean m: v · m and |v - m|, (n,) float64.

    The difference of a vector and the mean is never written down, as it has no zeros. length: NaN where nothing is
    known of the item, or nothing that tells it from the mean.
    """

    vectors: csr_matrix
    along: Values
    length: Values


@dataclass(frozen=True)
class _Profiles:
    """Σ_j a_j v_j (n, d) sparse, its product with the mean, Σ_j a_j and |Σ_j a_j (v_j - m)|, (n,) float64.

    a_j: the weight of j, over the length of v_j - m. length: NaN where the history tells nothing.
    """

    sums: csr_matrix
    along: Values
    total: Values
    length: Values


class CategoryScorer:
    """Attribute vectors of items and profiles of users.

    No opinion on an item without attributes, nor for a user whose history has none or cancels out.
    """

    def __init__(self, recipe: CategoryRecipe, featurizer: ItemFeaturizer, train: Dataset, weights: csr_matrix) -> None:
        """weights (n_users, n_items): how much each interaction counts."""
        self._recipe = recipe
        self._featurizer = featurizer
        vectors = unit_rows(featurizer.transform(train.items))
        known = max(1, int(np.count_nonzero(np.diff(vectors.indptr))))
        self._mean: Values = np.asarray(vectors.sum(axis=0)).ravel() / known * recipe.centred
        self._square = float(self._mean @ self._mean)
        self._items = self._measured(vectors)
        self._weights = weights
        self._users = self._profiles(weights)

    @property
    def device(self) -> str:
        """Always the CPU."""
        return "CPU"

    def score(self, users: Positions) -> Scores:
        """Cosines in [-1, 1]; not below 0 where nothing is centred."""
        return self._cosines(self._of(users), self._items)

    def fold_in(self, histories: csr_matrix) -> Scores:
        """As `score`, for profiles added up now; a history has no times, so all of it counts as taken today."""
        weights = interaction_weights(histories, self._recipe.weighting)
        return self._cosines(self._profiles(weights), self._items)

    def score_new_items(self, users: Positions, items: pl.DataFrame, resources: Resources) -> Scores:
        """Cosines of the users' profiles and the attributes of `items`."""
        return self._cosines(self._of(users), self._measured(unit_rows(self._featurizer.transform(items))))

    def explain(self, user: int, item: int) -> ScoreShares:
        """Shares a_j (v_j - m) · (v_i - m) / |Σ_j a_j (v_j - m)| / |v_i - m|; 0 for j without attributes.

        Computed in float64; what the float32 score differs by is `rest`.
        """
        history = self._weights[user]
        items, taken = self._items, history.indices
        products = (items.vectors[taken] @ items.vectors[item].T).toarray().ravel()
        products += self._square - items.along[taken] - items.along[item]
        lengths = items.length[taken] * items.length[item] * self._users.length[user]
        shares: Values = history.data * products / np.where(np.isnan(items.length[taken]), np.inf, lengths)
        score = float(self.score(np.array([user], dtype=np.int32))[0, item])
        return ScoreShares(taken.astype(np.int32), shares, score - float(shares.sum()))

    def state(self) -> dict[str, NDArray[Any]]:
        """Nothing: it all follows from the catalogue and the histories at once."""
        return {}

    def _measured(self, vectors: csr_matrix) -> _Items:
        along: Values = np.asarray(vectors @ self._mean, dtype=np.float64)
        squares = np.where(np.diff(vectors.indptr) > 0, 1 - 2 * along + self._square, 0)
        return _Items(vectors, along, _told(np.sqrt(np.maximum(squares, 0)), 1.0))

    def _profiles(self, weights: csr_matrix) -> _Profiles:
        amounts = csr_matrix(weights, dtype=np.float64, copy=True)
        amounts.data /= np.where(np.isnan(self._items.length), np.inf, self._items.length)[amounts.indices]
        sums = csr_matrix(amounts @ self._items.vectors)
        along: Values = sums @ self._mean
        total: Values = np.asarray(amounts.sum(axis=1), dtype=np.float64).ravel()
        given: Values = np.asarray(weights.sum(axis=1), dtype=np.float64).ravel()
        squares = np.asarray(sums.multiply(sums).sum(axis=1)).ravel() - 2 * total * along + total**2 * self._square
        return _Profiles(sums, along, total, _told(np.sqrt(np.maximum(squares, 0)), given))

    def _of(self, users: Positions) -> _Profiles:
        every = self._users
        return _Profiles(every.sums[users], every.along[users], every.total[users], every.length[users])

    def _cosines(self, users: _Profiles, items: _Items) -> Scores:
        products = (users.sums @ items.vectors.T).toarray()
        products += users.total[:, None] * (self._square - items.along) - users.along[:, None]
        products /= users.length[:, None]
        products /= items.length
        return np.asarray(products, dtype=np.float32)


def _told(lengths: Values, amounts: Values | float) -> Values:
    """NaN for a length that is next to nothing beside the amounts that were added up."""
    return np.where(lengths > SMALLEST_LENGTH * amounts, lengths, np.nan)
