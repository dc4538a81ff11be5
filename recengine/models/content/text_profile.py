"""Content: a user is the weighted mean of the texts of the items taken; items with a like text score high."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from recengine.arrays import Positions, Scores, Values, read_only
from recengine.data import Dataset
from recengine.errors import RecipeError
from recengine.models.base import Resources, ScoreShares
from recengine.models.content.preparation import PREPARATIONS, SMALLEST_LENGTH, Preparation, fit_preparation
from recengine.models.content.vectors import AUTO, item_text_vectors, text_obstacle
from recengine.models.histories import interaction_weights, training_weights, weighting_setting
from recengine.models.products import inner_products
from recengine.models.settings import Among, Choice, Number, Settings, Text, setting
from recengine.progress import Cancel, Progress, never, silent, within
from recengine.text import TextEncoder


@dataclass(frozen=True)
class TextProfileRecipe(Settings):
    """Cosine of the item's text vector and the user's profile, the weighted sum of the vectors of the items taken.

    Text vectors of one catalogue have most in common ("this is a film"), which drowns what tells the items apart. So
    they are prepared: centred, the catalogue's mean taken away; or whitened, the axes along which the catalogue differs
    most shrunk too (`fit_preparation`). Then brought to unit length. What is written in words, a taste or a new item,
    is prepared as the catalogue was.

    Defaults are tuned on the validation part of MovieLens-100K (`python -m benchmarks.quality --part validation`), mean
    of seeds 0 to 2, NDCG@10 (untruncated), all ratings positive and, in brackets, from 4 of 5 positive; the long tail
    ranked alone too, where popularity has 0.019 (0.022):

    | preparation | weighting | NDCG          | long tail     |
    | whitened    | uniform   | 0.056 (0.057) | 0.034 (0.046) |
    | whitened    | weight    | 0.056 (0.058) | 0.035 (0.046) |
    | centred     | uniform   | 0.049 (0.051) | 0.032 (0.042) |
    | as is       | uniform   | 0.016 (0.017) | 0.012 (0.024) |

    On items that nobody took yet, where ALS is silent, it has 0.18 (0.09).
    """

    name: ClassVar[str] = "text"
    label: ClassVar[str] = "Text profile"
    family: ClassVar[str] = "Content"
    about: ClassVar[str] = "Likes items whose text is like the texts taken before. Reaches items that nobody took yet."
    lighter: ClassVar[str] = "Choose category, which needs no text model."
    version: ClassVar[int] = 2

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
    weighting: str = weighting_setting()
    half_life: float = setting(
        0.0,
        Number(100_000.0, zero=True),
        "Days after which an interaction counts half as much as the user's latest; 0 lets all count alike.",
        search=Among((0.0, 7.0, 30.0, 90.0, 365.0)),
    )

    def obstacle(self, train: Dataset) -> str | None:
        """Without a text there is nothing to encode."""
        return text_obstacle(self.name, train)

    def memory(self, n_users: int, n_items: int, n_interactions: int) -> int:
        """The text model with its library, vectors of items and users in both precisions, the weights."""
        return 1_000_000_000 + 512 * (16 * n_users + 40 * n_items) + 40 * n_interactions

    def fit(
        self,
        train: Dataset,
        *,
        seed: int = 0,
        resources: Resources = Resources(),
        progress: Progress = silent,
        cancel: Cancel = never,
    ) -> TextProfileScorer:
        """Encode the catalogue and add up the profiles; `seed` changes nothing.

        Raises `RecipeError` where no item has a text, `EncoderError` or `CancelledError`.
        """
        if obstacle := self.obstacle(train):
            raise RecipeError(obstacle)
        found = item_text_vectors(train, self.encoder, resources, within(progress, 0.0, 0.95), cancel)
        preparation = fit_preparation(found.vectors, self.preparation)
        items = preparation.apply(found.vectors)
        users = profiles(items, self.weights(train))
        progress(1.0, "Added up the profiles")
        return TextProfileScorer(self, train, items, users, preparation, found.encoder, found.device)

    def restore(self, state: dict[str, NDArray[Any]], train: Dataset, device: str) -> TextProfileScorer:
        """The scorer whose `state` was stored, over the same `train`."""
        # memory-mapped arrays become plain ones over the same pages
        plain = {name: np.asarray(array) for name, array in state.items()}
        preparation = Preparation(plain["mean"], plain["matrix"])
        encoder = plain["encoder"].tobytes().decode()
        return TextProfileScorer(
            self, train, plain["item_vectors"], plain["user_profiles"], preparation, encoder, device
        )

    def weights(self, train: Dataset) -> csr_matrix:
        """How much each interaction of `train` counts, in the places of its matrix, float32."""
        return training_weights(train, self.weighting, self.half_life)


class TextProfileScorer:
    """Prepared item vectors and user profiles, all of unit length.

    No opinion on an item without text, nor for a user whose history has none or cancels out.
    """

    def __init__(
        self,
        recipe: TextProfileRecipe,
        train: Dataset,
        items: Scores,
        users: Scores,
        preparation: Preparation,
        encoder: str,
        device: str,
    ) -> None:
        """items (n_items, d), users (n_users, d) float32, NaN rows where there is no opinion; the encoder's name."""
        self._recipe = recipe
        self._train = train
        self._items = items
        self._users = users
        self._preparation = preparation
        self._encoder_name = encoder
        self._device = device

    @property
    def device(self) -> str:
        """What the texts were encoded on; everything else is done on the CPU."""
        return self._device

    @property
    def item_vectors(self) -> Scores:
        """Of the texts, prepared."""
        return self._items

    def score(self, users: Positions) -> Scores:
        """Cosines in [-1, 1]."""
        return inner_products(self._users[users], self._items)

    def fold_in(self, histories: csr_matrix) -> Scores:
        """As `score`, for profiles added up now; a history has no times, so all of it counts as taken today."""
        return inner_products(
            profiles(self._items, interaction_weights(histories, self._recipe.weighting)), self._items
        )

    def score_texts(self, texts: Sequence[str], resources: Resources) -> Scores:
        """Cosines of each taste in words and the items; a NaN row where it is blank or says what every item says."""
        return inner_products(self._vectors(texts, resources), self._items)

    def score_new_items(self, users: Positions, items: pl.DataFrame, resources: Resources) -> Scores:
        """Cosines of the users' profiles and the texts of `items`; NaN columns where those are blank."""
        return inner_products(self._users[users], self._vectors(items["text"].fill_null("").to_list(), resources))

    def explain(self, user: int, item: int) -> ScoreShares:
        """Shares w_j v_j · v_i / |Σ_j w_j v_j|; history items without text have the share 0.

        Computed in float64; what the float32 score differs by is `rest`.
        """
        history = self._weights[user]
        taken = np.nan_to_num(self._items[history.indices].astype(np.float64))
        weighted = history.data.astype(np.float64)[:, None] * taken
        length = np.linalg.norm(weighted.sum(axis=0))
        shares: Values = weighted @ self._items[item].astype(np.float64) / length
        score = float(self.score(np.array([user], dtype=np.int32))[0, item])
        return ScoreShares(history.indices.astype(np.int32), shares, score - float(shares.sum()))

    def state(self) -> dict[str, NDArray[Any]]:
        """The two matrices of vectors, the preparation, and the name of the encoder as UTF-8 bytes."""
        return {
            "item_vectors": self._items,
            "user_profiles": self._users,
            "mean": self._preparation.mean,
            "matrix": self._preparation.matrix,
            "encoder": np.frombuffer(self._encoder_name.encode(), dtype=np.uint8),
        }

    def _vectors(self, texts: Sequence[str], resources: Resources) -> Scores:
        """`texts` as the catalogue's were encoded and prepared; what people type is not kept in any cache."""
        return self._preparation.apply(self._encoder.encode(texts, device=resources.device))

    @cached_property
    def _encoder(self) -> TextEncoder:
        """Loaded once, when first needed."""
        return TextEncoder(self._encoder_name)

    @cached_property
    def _weights(self) -> csr_matrix:
        return self._recipe.weights(self._train)


def profiles(items: Scores, weights: csr_matrix) -> Scores:
    """Σ_j w_j v_j of each row brought to unit length, (n, d) float32; NaN where it is next to nothing."""
    sums: Scores = weights @ np.nan_to_num(items)
    lengths = np.linalg.norm(sums, axis=1)
    # a sum of unit vectors is at most as long as its weights together
    tells = lengths > SMALLEST_LENGTH * np.asarray(weights.sum(axis=1)).ravel()
    sums[tells] /= lengths[tells, None]
    sums[~tells] = np.nan
    return read_only(sums)
