"""ALS that has an opinion on new items: a ridge map takes their text and attributes to factors."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from recengine.arrays import Mask, Positions, Scores, Values, read_only
from recengine.data import Dataset
from recengine.errors import RecipeError
from recengine.models.base import Resources, ScoreShares
from recengine.models.content.features import ItemFeaturizer, fit_featurizer
from recengine.models.content.preparation import PREPARATIONS, fit_preparation
from recengine.models.content.vectors import AUTO, has_texts, item_text_vectors
from recengine.models.factors import AlsRecipe
from recengine.models.factors.als_users import gram_matrix, solve_users
from recengine.models.products import inner_products
from recengine.models.settings import Among, Choice, Number, Settings, Span, Text, Whole, setting
from recengine.models.vectors.feature_map import FeatureMap, fit_feature_map
from recengine.progress import Cancel, Progress, never, silent, within
from recengine.text import TextEncoder
from recengine.threads import single_threaded_blas

MAPPED = ("cold items", "all items")


@dataclass(frozen=True)
class TextToFactorsRecipe(Settings):
    """ALS, with factors for items that nobody took: a linear map of their text vectors and attributes.

    The map is the ridge regression of the factors of the items that people took on their text vectors and attribute
    columns (`ItemFeaturizer`), in closed form (Gantner et al. 2010, ICDM, learn such maps for other factors). Users are
    those of ALS, so the scores of warm and of cold items can stand in one list. With "all items" the mapped factors
    score warm items too, which shows what text and attributes alone can tell.

    Defaults of the map are tuned on the validation part of the split "cold-items" of MovieLens-100K, mean of seeds 0 to
    2, NDCG@10 (untruncated), all ratings positive, the 135 items held out ranked among each other
    (`python -m benchmarks.cold_items --part validation`):

    | strength | numbers | popular | preparation | NDCG  |
    | 5        | 0.5     | 0       | centred     | 0.343 |
    | 1        | 1       | 0       | centred     | 0.333 |
    | 5        | 1       | 0       | centred     | 0.343 |
    | 20       | 1       | 0       | centred     | 0.335 |
    | 5        | 0       | 0       | centred     | 0.346 |
    | 5        | 2       | 0       | centred     | 0.342 |
    | 5        | 1       | 0       | whitened    | 0.337 |
    | 5        | 1       | 0.5     | centred     | 0.336 |
    | 5        | 1       | 1       | centred     | 0.320 |

    There the text profile has 0.180 with its vectors as they are and 0.319 whitened, chance 0.062, their true
    popularity, if it were known, 0.387, and ALS that has seen who took them 0.655. A Gaussian kernel in place of the
    linear map has 0.337.
    """

    name: ClassVar[str] = "text-to-factors"
    label: ClassVar[str] = "Text to factors"
    family: ClassVar[str] = "Vectors"
    about: ClassVar[str] = "Collaborative tastes for new items too, told from their text and attributes."
    lighter: ClassVar[str] = "Choose als, which needs no text model, or popularity."
    version: ClassVar[int] = 1

    mapped: str = setting(
        "cold items",
        Choice(MAPPED),
        "Which items are scored by what their text and attributes tell: those nobody took, or all.",
        search=Among(MAPPED),
    )
    strength: float = setting(
        5.0,
        Number(1e6),
        "Of the ridge: how much evidence it takes to believe a word or a label.",
        search=Span(0.5, 50.0, log=True),
    )
    numbers: float = setting(
        0.5,
        Number(10.0, zero=True),
        "How much each number, such as the year, counts against all labels of an item together.",
        search=Span(0.0, 2.0),
    )
    popular: float = setting(
        0.0,
        Number(1.0, zero=True),
        "How much more items count in the regression that many took: 0 alike, 1 in proportion to users.",
        search=Span(0.0, 1.0),
    )
    encoder: str = setting(
        AUTO,
        Text("the name of a text model or a folder that holds one"),
        'The model that turns text into vectors; "auto" for one that suits the language.',
    )
    preparation: str = setting(
        "centred",
        Choice(PREPARATIONS),
        "What is done to the text vectors, so that what all texts of the catalogue share does not decide.",
        search=Among(PREPARATIONS),
    )
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

    @property
    def als(self) -> AlsRecipe:
        """The recipe of the factors."""
        return AlsRecipe(
            factors=self.factors,
            regularization=self.regularization,
            alpha=self.alpha,
            iterations=self.iterations,
            confidence=self.confidence,
        )

    def obstacle(self, train: Dataset) -> str | None:
        """Without a text or an attribute there is nothing to map."""
        if has_texts(train) or self.featurizer(train).width:
            return None
        return (
            f'{self.name}: no item of "{train.name}" has a text or an attribute to tell it from others by. Map a text '
            "column or an item attribute, or leave this model out."
        )

    def memory(self, n_users: int, n_items: int, n_interactions: int) -> int:
        """The text model with its library, ALS, and the features of the items in double precision, twice."""
        of_als = self.als.memory(n_users, n_items, n_interactions)
        return 1_000_000_000 + of_als + 32 * 768 * n_items + 8 * self.factors * n_items + 24 * 1024**2

    def fit(
        self,
        train: Dataset,
        *,
        seed: int = 0,
        resources: Resources = Resources(),
        progress: Progress = silent,
        cancel: Cancel = never,
    ) -> TextToFactorsScorer:
        """Encode the catalogue, fit ALS and the map. Raises `RecipeError`, `EncoderError` or `CancelledError`."""
        if obstacle := self.obstacle(train):
            raise RecipeError(obstacle)
        texts, encoder, on_texts = np.empty((train.n_items, 0), dtype=np.float32), "", "CPU"
        if has_texts(train):
            found = item_text_vectors(train, self.encoder, resources, within(progress, 0.0, 0.5), cancel)
            texts, encoder, on_texts = found.vectors, found.encoder, found.device
        of_als = self.als.fit(
            train, seed=seed, resources=resources, progress=within(progress, 0.5, 0.95), cancel=cancel
        )
        state = of_als.state()
        attributes = self.featurizer(train).transform(train.items)
        popularity = np.maximum(train.popularity(), 1).astype(np.float64)
        feature_map = fit_feature_map(
            fit_preparation(texts, self.preparation),
            texts,
            attributes,
            state["item_factors"],
            popularity**self.popular,
            self.strength,
        )
        fitted = _Fitted(
            warm=state["item_factors"],
            mapped=read_only(feature_map.of_items(texts, attributes)),
            users=state["user_factors"],
            feature_map=feature_map,
            encoder=encoder,
            losses=of_als.losses,
        )
        progress(1.0, "Mapped texts and attributes to factors")
        devices = dict.fromkeys((of_als.device, on_texts))
        return TextToFactorsScorer(self, train, fitted, " and ".join(devices))

    def restore(self, state: dict[str, NDArray[Any]], train: Dataset, device: str) -> TextToFactorsScorer:
        """The scorer whose `state` was stored, over the same `train`."""
        # memory-mapped arrays become plain ones over the same pages
        plain = {name: np.asarray(array) for name, array in state.items()}
        fitted = _Fitted(
            warm=plain["item_factors"],
            mapped=plain["mapped_factors"],
            users=plain["user_factors"],
            feature_map=FeatureMap.restore(plain),
            encoder=plain["encoder"].tobytes().decode(),
            losses=plain["losses"],
        )
        return TextToFactorsScorer(self, train, fitted, device)

    def featurizer(self, train: Dataset) -> ItemFeaturizer:
        """How attributes become columns."""
        return fit_featurizer(train.items, train.item_attributes, number_weight=self.numbers)


@dataclass(frozen=True)
class _Fitted:
    """warm, mapped (n_items, factors), users (n_users, factors) float32: of ALS, of the map, of ALS; NaN = unknown.

    encoder: its name, empty where the catalogue has no texts.
    """

    warm: Scores
    mapped: Scores
    users: Scores
    feature_map: FeatureMap
    encoder: str
    losses: Values


class TextToFactorsScorer:
    """User vectors of ALS, item factors of ALS and of the map.

    No opinion on an item of which neither is known, nor for a user without a history. New histories may hold cold
    items, which count by their mapped factors.
    """

    def __init__(self, recipe: TextToFactorsRecipe, train: Dataset, fitted: _Fitted, device: str) -> None:
        self._recipe = recipe
        self._train = train
        self._fitted = fitted
        self._device = device
        self._warm: Mask = ~np.isnan(fitted.warm[:, 0])
        # what a history is made of, and what is scored
        self._taken: Scores = np.where(self._warm[:, None], fitted.warm, fitted.mapped)
        self._items = self._taken if recipe.mapped == "cold items" else fitted.mapped

    @property
    def device(self) -> str:
        """What the factors were fitted and the texts encoded on."""
        return self._device

    @property
    def losses(self) -> Values:
        """Of ALS, after each round."""
        return self._fitted.losses

    @property
    def loss_name(self) -> str:
        """Which loss."""
        return "Weighted squared error with penalty, a user and item"

    def score(self, users: Positions) -> Scores:
        """x_u · y_i."""
        return inner_products(self._fitted.users[users], self._items)

    def fold_in(self, histories: csr_matrix) -> Scores:
        """As `score`, for users whose vectors are solved now."""
        confidences = self._recipe.als.confidences(histories)
        with single_threaded_blas() as threads:
            users = solve_users(
                self._taken, self._gram, confidences, self._penalty, counted=self._warm, threads=threads
            )
        return inner_products(users, self._items)

    def score_texts(self, texts: Sequence[str], resources: Resources) -> Scores:
        """As `score`, for users who took one item of that text; NaN rows for blank texts, or without a text model."""
        if not self._fitted.encoder:
            return np.full((len(texts), len(self._items)), np.nan, dtype=np.float32)
        factors = self._fitted.feature_map.of_texts(self._encoder.encode(texts, device=resources.device))
        solved = np.linalg.solve(self._base, np.nan_to_num(factors).astype(np.float64).T).T
        # A⁻¹ c y with A = base + c y y', by Sherman and Morrison
        along = np.einsum("nf,nf->n", solved, np.nan_to_num(factors))
        users = solved * (self._recipe.alpha / (1 + self._recipe.alpha * along))[:, None]
        users[np.isnan(factors).any(axis=1)] = np.nan
        return inner_products(users.astype(np.float32), self._items)

    def score_new_items(self, users: Positions, items: pl.DataFrame, resources: Resources) -> Scores:
        """x_u · y of the mapped factors of `items`; NaN columns where neither text nor attribute is known."""
        texts = items["text"].fill_null("").to_list()
        vectors = np.empty((len(texts), 0), dtype=np.float32)
        if self._fitted.encoder:
            vectors = self._encoder.encode(texts, device=resources.device)
        attributes = self._recipe.featurizer(self._train).transform(items)
        return inner_products(self._fitted.users[users], self._fitted.feature_map.of_items(vectors, attributes))

    def explain(self, user: int, item: int) -> ScoreShares:
        """Shares c_j y_i A⁻¹ y_j over the history j, as those of ALS; y_i may be mapped.

        Computed in float64; what the float32 score differs by is `rest`.
        """
        history = self._recipe.als.confidences(self._train.matrix[user])
        confidence = history.data.astype(np.float64)
        taken = self._taken[history.indices].astype(np.float64)
        system = self._base + (taken.T * (confidence - 1)) @ taken
        shares: Values = confidence * (taken @ np.linalg.solve(system, self._items[item].astype(np.float64)))
        score = float(self.score(np.array([user], dtype=np.int32))[0, item])
        return ScoreShares(history.indices.astype(np.int32), shares, score - float(shares.sum()))

    def state(self) -> dict[str, NDArray[Any]]:
        """Factors, the map, the losses, and the name of the encoder as UTF-8 bytes."""
        return self._fitted.feature_map.state() | {
            "item_factors": self._fitted.warm,
            "mapped_factors": self._fitted.mapped,
            "user_factors": self._fitted.users,
            "losses": self._fitted.losses,
            "encoder": np.frombuffer(self._fitted.encoder.encode(), dtype=np.uint8),
        }

    @cached_property
    def _encoder(self) -> TextEncoder:
        """Loaded once, when first needed."""
        return TextEncoder(self._fitted.encoder)

    @cached_property
    def _gram(self) -> Values:
        """Of the item factors of ALS, computed once."""
        return gram_matrix(self._fitted.warm)

    @cached_property
    def _penalty(self) -> float:
        als = self._recipe.als
        return als.penalty(als.confidences(self._train.matrix))

    @cached_property
    def _base(self) -> Values:
        """What a history adds to."""
        base: Values = self._gram + self._penalty * np.eye(len(self._gram))
        return base
