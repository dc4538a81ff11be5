"""Item vectors from the order in which users took items: word2vec, histories being the sentences."""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from recengine.arrays import Positions, Scores, Values, read_only
from recengine.data import Dataset
from recengine.models.base import Resources, ScoreShares
from recengine.models.histories import interaction_weights, weighting_setting
from recengine.models.products import inner_products
from recengine.models.settings import Among, Choice, Number, Settings, Span, Whole, setting
from recengine.progress import Cancel, Progress, never, silent, stop_if_asked, within

LONGEST = 10_000
"""Items of a sentence; gensim drops what is beyond."""
SCORINGS = ("prediction", "cosine")


@dataclass(frozen=True)
class Item2VecRecipe(Settings):
    """Skip-gram word2vec with negative sampling over histories in the order of time (Barkan & Koenigstein 2016, MLSP).

    Each item has two vectors, one as the given and one as the predicted: v_j · o_i are the odds that i stands within
    `window` places of j in a history. The score is what the model predicts of the whole history, the weighted mean
    Σ_j w_j v_j · o_i / Σ_j w_j; or the cosine of the weighted mean and v_i, which asks what is alike instead. Cosines
    need a window of a hundred places and ten times the time to catch up: that every item of a history is like every
    other they learn only late.

    Rare items are drawn oftener as what does not stand there, the opposite of what is usual in text (Caselles-Dupré et
    al. 2018, RecSys): so popular items keep the odds that they have. One thread fits, so that a seed repeats a run
    exactly.

    Defaults are tuned on the validation part of MovieLens-100K (`python -m benchmarks.quality --part validation`),
    seed 0, NDCG@10 (untruncated), all ratings positive:

    | factors | window | negatives | rarity | subsampling | epochs | scoring    | NDCG  |
    | 32      | 10     | 5         | 0.5    | 0.001       | 20     | prediction | 0.162 |
    | 32      | 10     | 5         | 0.5    | 0.001       | 20     | cosine     | 0.003 |
    | 32      | 5      | 5         | 0.5    | 0.001       | 20     | prediction | 0.162 |
    | 32      | 10     | 5         | 1.0    | 0.001       | 20     | prediction | 0.153 |
    | 32      | 10     | 5         | 0.5    | 0.001       | 10     | prediction | 0.159 |
    | 32      | 10     | 5         | 0.5    | 0           | 10     | prediction | 0.157 |
    | 64      | 20     | 10        | 0.5    | 0.001       | 20     | prediction | 0.166 |
    | 64      | 20     | 10        | 0      | 0.001       | 20     | prediction | 0.159 |
    | 64      | 20     | 10        | 0      | 0.001       | 20     | cosine     | 0.062 |

    The last three take six times as long. On the test part, fitted on the whole training part, the defaults have
    0.245 (mean of seeds 0 to 2).
    """

    name: ClassVar[str] = "item2vec"
    label: ClassVar[str] = "Item2vec"
    family: ClassVar[str] = "Vectors"
    about: ClassVar[str] = "Learns which items are taken one after another. Pays where the order of histories tells."
    lighter: ClassVar[str] = 'Lower "factors", or choose popularity.'
    version: ClassVar[int] = 1

    factors: int = setting(
        32, Whole(1, 1024), "Length of the vectors: more can tell more tastes apart.", search=Span(8, 128, log=True)
    )
    window: int = setting(
        10,
        Whole(1, 10_000),
        "Places in a history by which two items that belong together may lie apart.",
        search=Span(2, 50, log=True),
    )
    negatives: int = setting(
        5, Whole(1, 100), "Items drawn for each pair as what does not belong there.", search=Span(2, 20)
    )
    rarity: float = setting(
        0.5,
        Number(1.0, zero=True),
        "How much oftener rare items are drawn: 0 draws all alike, 1 in inverse proportion to popularity.",
        search=Span(0.0, 1.0),
    )
    subsampling: float = setting(
        1e-3,
        Number(1.0, zero=True),
        "Share of all interactions from which an item is so popular that some are skipped; 0 skips none.",
        search=Among((0.0, 1e-4, 1e-3, 1e-2)),
    )
    epochs: int = setting(20, Whole(1, 1000), "Rounds over all histories.", search=Span(5, 60, log=True))
    learning_rate: float = setting(
        0.025, Number(1.0), "How far each pair moves the vectors at first.", search=Span(0.01, 0.1, log=True)
    )
    scoring: str = setting(
        "prediction",
        Choice(SCORINGS),
        "What the history predicts, or the cosine of an item and the history.",
        search=Among(SCORINGS),
    )
    weighting: str = weighting_setting()

    def memory(self, n_users: int, n_items: int, n_interactions: int) -> int:
        """Two vectors an item with a copy each, one a user, and each interaction as a word."""
        return 400_000_000 + 16 * self.factors * n_items + 8 * self.factors * n_users + 200 * n_interactions

    def fit(
        self,
        train: Dataset,
        *,
        seed: int = 0,
        resources: Resources = Resources(),
        progress: Progress = silent,
        cancel: Cancel = never,
    ) -> Item2VecScorer:
        """Fit on the positives of `train` on one core. Raises `CancelledError`.

        Events without a time stand first in a history; those of one time in the order of the file.
        """
        stop_if_asked(cancel)
        given, predicted, losses = self._vectors(train, seed, within(progress, 0.0, 0.98), cancel)
        if self.scoring == "cosine":
            given /= np.maximum(np.linalg.norm(given, axis=1, keepdims=True), np.finfo(np.float32).tiny)
            predicted = given
        users = self.users(given, train.matrix)
        progress(1.0, "Added up the histories")
        return Item2VecScorer(self, train, read_only(given), read_only(predicted), read_only(users), read_only(losses))

    def restore(self, state: dict[str, NDArray[Any]], train: Dataset, device: str) -> Item2VecScorer:
        """The scorer whose `state` was stored, over the same `train`."""
        # memory-mapped arrays become plain ones over the same pages
        given = np.asarray(state["item_vectors"])
        predicted = np.asarray(state["predicted_vectors"]) if "predicted_vectors" in state else given
        return Item2VecScorer(self, train, given, predicted, np.asarray(state["user_vectors"]), state["losses"])

    def users(self, given: Scores, histories: csr_matrix) -> Scores:
        """The vector of each history, (n, factors) float32; NaN where it has no known item."""
        weights = self.shares(given, histories)
        users: Scores = weights @ np.nan_to_num(given)
        users[np.diff(weights.indptr) == 0] = np.nan
        return users

    def shares(self, given: Scores, histories: csr_matrix) -> csr_matrix:
        """w of each known item of each history, brought to what makes a score of their sum, float32."""
        known = ~np.isnan(given[:, 0])
        weights = interaction_weights(histories, self.weighting)
        weights.data *= known[weights.indices]
        weights.eliminate_zeros()
        rows = np.repeat(np.arange(weights.shape[0]), np.diff(weights.indptr))
        if self.scoring == "cosine":
            lengths = np.linalg.norm((weights @ np.nan_to_num(given)).astype(np.float64), axis=1)
        else:
            lengths = np.bincount(rows, weights.data, minlength=weights.shape[0])
        weights.data /= np.maximum(lengths, np.finfo(np.float32).tiny)[rows].astype(np.float32)
        return weights

    def _vectors(self, train: Dataset, seed: int, progress: Progress, cancel: Cancel) -> tuple[Scores, Scores, Values]:
        """Vectors as the given and as the predicted, (n_items, factors) float32, NaN where unknown, and the losses."""
        given = np.full((train.n_items, self.factors), np.nan, dtype=np.float32)
        predicted = given.copy()
        histories = _sentences(train)
        if not histories:
            return given, predicted, np.empty(0)
        from gensim.models import Word2Vec
        from gensim.models.callbacks import CallbackAny2Vec

        losses = np.full(self.epochs, np.nan)
        n_interactions = sum(map(len, histories))
        recipe = self

        class AfterEpoch(CallbackAny2Vec):  # type: ignore[misc]
            """Takes the loss, tells the progress, and looks whether to stop."""

            finished = 0

            def on_epoch_end(self, model: Any) -> None:
                losses[self.finished] = model.running_training_loss / n_interactions
                # or it would add up over the epochs, in single precision
                model.running_training_loss = 0.0
                self.finished += 1
                progress(self.finished / recipe.epochs, f"Round {self.finished} of {recipe.epochs}")
                stop_if_asked(cancel)

        model = Word2Vec(
            histories,
            vector_size=self.factors,
            alpha=self.learning_rate,
            window=self.window,
            min_count=1,
            sample=self.subsampling,
            seed=seed,
            # threads write over each other's vectors, which no seed repeats
            workers=1,
            sg=1,
            negative=self.negatives,
            ns_exponent=-self.rarity,
            epochs=self.epochs,
            compute_loss=True,
            # Python's own differs between processes
            hashfxn=_hash,
            callbacks=[AfterEpoch()],
        )
        places = np.array(model.wv.index_to_key, dtype=np.int64)
        given[places], predicted[places] = model.wv.vectors, model.syn1neg
        return given, predicted, losses


class Item2VecScorer:
    """Item vectors of the fit, and the means of histories.

    No opinion on an item without training users, nor for a user without a history among the others.
    """

    def __init__(
        self,
        recipe: Item2VecRecipe,
        train: Dataset,
        given: Scores,
        predicted: Scores,
        users: Scores,
        losses: Values,
    ) -> None:
        """given, predicted (n_items, factors), users (n_users, factors) float32, NaN rows where there is no opinion."""
        self._recipe = recipe
        self._train = train
        self._given = given
        self._predicted = predicted
        self._users = users
        self._losses = losses

    @property
    def device(self) -> str:
        """Always the CPU."""
        return "CPU"

    @property
    def losses(self) -> Values:
        """The log loss of each epoch, an interaction."""
        return self._losses

    @property
    def loss_name(self) -> str:
        """Which loss."""
        return "Log loss an interaction"

    def score(self, users: Positions) -> Scores:
        """Mean log odds, or cosines."""
        return inner_products(self._users[users], self._predicted)

    def fold_in(self, histories: csr_matrix) -> Scores:
        """As `score`, for histories added up now."""
        return inner_products(self._recipe.users(self._given, histories), self._predicted)

    def explain(self, user: int, item: int) -> ScoreShares:
        """Shares w_j v_j · o_i over the history j; the weights make their sum the score.

        Computed in float64; what the float32 score differs by is `rest`.
        """
        history = self._weights[user]
        taken = self._given[history.indices].astype(np.float64)
        shares: Values = history.data * (taken @ self._predicted[item].astype(np.float64))
        score = float(self.score(np.array([user], dtype=np.int32))[0, item])
        return ScoreShares(history.indices.astype(np.int32), shares, score - float(shares.sum()))

    def state(self) -> dict[str, NDArray[Any]]:
        """Vectors of items and users, and the losses; of cosines one vector an item."""
        state: dict[str, NDArray[Any]] = {
            "item_vectors": self._given,
            "user_vectors": self._users,
            "losses": self._losses,
        }
        return state if self._recipe.scoring == "cosine" else state | {"predicted_vectors": self._predicted}

    @cached_property
    def _weights(self) -> csr_matrix:
        return self._recipe.shares(self._given, self._train.matrix)


def _sentences(train: Dataset) -> list[list[str]]:
    """Positions of items as words, a history or a part of a long one each."""
    time = pl.col("time")
    ordered = train.interactions.filter("positive").sort(
        "user", time, descending=False, nulls_last=False, maintain_order=True
    )
    grouped = ordered.group_by("user", maintain_order=True).agg(pl.col("item").cast(pl.String))
    histories = grouped["item"].to_list()
    return [history[start : start + LONGEST] for history in histories for start in range(0, len(history), LONGEST)]


def _hash(word: str) -> int:
    return zlib.crc32(word.encode())
