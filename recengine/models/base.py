"""What every recommender is: a frozen recipe that fits to a scorer, and what a scorer may be able to do besides."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Protocol, runtime_checkable

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from recengine.arrays import Positions, Scores, Values
from recengine.data import Dataset, Sequences
from recengine.models.settings import SettingFacts
from recengine.progress import Cancel, Progress, never, silent

FAMILIES = (
    "Factor models",
    "Linear",
    "Neighbours",
    "Vectors",
    "Sequence",
    "Neural",
    "Content",
    "Popularity",
    "External",
    "Floor",
)
"""Kinds of recommenders, in the order in which they are shown."""


@dataclass(frozen=True)
class Resources:
    """What a fit may use of the machine.

    vector_cache: where text vectors are kept. device: "cpu", "cuda", or "auto" for CUDA where the library at hand can
    use it. score_tables: the folder of uploaded scores, an entry each. memory: bytes that a fit may take at its peak;
    None is what the machine has free. training: the folder in which fits that learn in rounds say how they go and keep
    where they are, each in one of its own; None keeps nothing. logs: the folder of TensorBoard files; None writes none.
    """

    vector_cache: Path | None = None
    device: str = "auto"
    score_tables: Path | None = None
    memory: int | None = None
    training: Path | None = None
    logs: Path | None = None


@dataclass(frozen=True)
class ScoreShares:
    """A score taken apart by the user's history: `shares.sum() + rest` is the score.

    items (h,) int32 positions of history items; shares (h,) float64; rest: every term that is no history item.
    """

    items: Positions
    shares: Values
    rest: float


class Scorer(Protocol):
    """A fitted recommender over a fixed catalogue; that it exists says that it is fitted."""

    @property
    def device(self) -> str:
        """What it was fitted on, in words, such as "CPU" or "GPU (NVIDIA H100)"."""

    def score(self, users: Positions) -> Scores:
        """Scores of all items, (len(users), n_items) float32, higher is better; NaN = no opinion."""

    def state(self) -> dict[str, NDArray[Any]]:
        """The arrays that `Recipe.restore` needs, by name."""


@runtime_checkable
class FoldsIn(Protocol):
    """Scores a history that the fit has not seen: a new user, or an edited one."""

    def fold_in(self, histories: csr_matrix) -> Scores:
        """Scores (n, n_items) float32 for positive histories (n, n_items), as `score` gives for known users."""


@runtime_checkable
class FoldsInOrder(Protocol):
    """As `FoldsIn`, of a scorer to which the order of a history says something; use `fold_in`, which takes either."""

    def fold_in_order(self, histories: Sequences) -> Scores:
        """Scores (n, n_items) float32 for n histories, as `score` gives for known users."""


def folds_in(scorer: Scorer) -> bool:
    """Whether `fold_in` can ask it."""
    return isinstance(scorer, FoldsIn | FoldsInOrder)


def fold_in(scorer: Scorer, histories: Sequences) -> Scores:
    """Scores (n, n_items) float32 for n histories that the fit has not seen. For a scorer that `folds_in`."""
    if isinstance(scorer, FoldsInOrder):
        return scorer.fold_in_order(histories)
    if isinstance(scorer, FoldsIn):
        return scorer.fold_in(histories.matrix)
    raise TypeError(f"{type(scorer).__name__} folds no history in")


@runtime_checkable
class Explains(Protocol):
    """Takes a score apart, exactly, by the items of the user's history."""

    def explain(self, user: int, item: int) -> ScoreShares:
        """Shares that sum to `score([user])[0, item]`; undefined where that is NaN."""


@runtime_checkable
class Learns(Protocol):
    """Was fitted in rounds, and tells how well each went."""

    @property
    def losses(self) -> Values:
        """Training loss after each round, (rounds,) float64, lower is better; `loss_name` says which."""

    @property
    def loss_name(self) -> str:
        """In words, with its unit if it has one."""


@dataclass(frozen=True)
class Curve:
    """A figure by round. values (rounds,) float64, NaN where it was not measured; higher_is_better: None: neither."""

    name: str
    values: Values
    higher_is_better: bool | None

    @property
    def best(self) -> int | None:
        """The first round, from 1, with the best value; None where none is better than another or no direction is."""
        known = self.values[~np.isnan(self.values)]
        if self.higher_is_better is None or not len(known) or (len(known) > 1 and known.min() == known.max()):
            return None
        return 1 + int(np.nanargmax(self.values if self.higher_is_better else -self.values))


@runtime_checkable
class HasCurves(Protocol):
    """Tells more by round than its loss."""

    @property
    def curves(self) -> tuple[Curve, ...]:
        """Such as the NDCG on users held out of the fit, each as long as the losses."""


@runtime_checkable
class TakesTexts(Protocol):
    """Ranks the catalogue for a taste in words."""

    def score_texts(self, texts: Sequence[str], resources: Resources) -> Scores:
        """Scores (len(texts), n_items) float32, as `score` gives for a user of that taste; NaN rows for blank texts.

        Loads the text model when first called. Raises `EncoderError`.
        """


@runtime_checkable
class ScoresPairs(Protocol):
    """Looks at users and items pair by pair, which is too dear for a whole catalogue: its `score` may say nothing."""

    def score_pairs(self, users: Positions, items: Positions) -> Scores:
        """Scores (U, m) float32 of items (U, m), padded with -1, for each of `users` (U,), higher is better.

        NaN = no opinion, and for padding. A pair has the same score whatever it is scored with, but for rounding.
        """


@runtime_checkable
class HasItemVectors(Protocol):
    """Knows what the items are about, so that it can tell how alike two of them are."""

    @property
    def item_vectors(self) -> Scores:
        """Vectors of unit length, (n_items, d) float32; a NaN row where nothing is known of the item."""


@runtime_checkable
class TakesAttributes(Protocol):
    """Ranks the catalogue for people of whom only attributes are known."""

    def score_attributes(self, users: pl.DataFrame) -> Scores:
        """Scores (len(users), n_items) float32 for rows of the user table's attribute columns; null = unknown."""


@runtime_checkable
class TakesNewItems(Protocol):
    """Has an opinion on items that came after the fit."""

    def score_new_items(self, users: Positions, items: pl.DataFrame, resources: Resources) -> Scores:
        """Scores (len(users), len(items)) float32, comparable with `score(users)`; NaN = no opinion.

        items: rows with the columns of `Dataset.items`; what is not known is null or empty.
        """


class Recipe(Protocol):
    """The frozen settings of a recommender.

    name: as on the command line. label: for people. family: one of `FAMILIES`. about: one sentence, what it does and
    when it pays. lighter: one sentence, what to do where its fit has no room, such as which recipe takes less.
    version: changes whenever the same settings give other numbers. proposes: False where it scores no catalogue, only
    pairs that it is asked for, so that a weight on it says nothing.
    """

    name: ClassVar[str]
    label: ClassVar[str]
    family: ClassVar[str]
    about: ClassVar[str]
    lighter: ClassVar[str]
    version: ClassVar[int]
    proposes: ClassVar[bool]

    @classmethod
    def facts(cls) -> tuple[SettingFacts, ...]:
        """Every setting, in the order of a form."""

    def obstacle(self, train: Dataset) -> str | None:
        """Why this cannot be fitted on `train`, as one line that says what to do; None where it can."""

    def memory(self, n_users: int, n_items: int, n_interactions: int) -> int:
        """Bytes that a fit takes at its peak, beside the dataset and the libraries: an estimate from above."""

    def settings(self) -> dict[str, Any]:
        """Every setting, JSON values only; `type(self)(**settings)` is the same recipe."""

    def fit(
        self,
        train: Dataset,
        *,
        seed: int = 0,
        resources: Resources = Resources(),
        progress: Progress = silent,
        cancel: Cancel = never,
    ) -> Scorer:
        """Fit on the positives of `train`. Raises `RecipeError`, `EncoderError` or `CancelledError`."""

    def restore(self, state: dict[str, NDArray[Any]], train: Dataset, device: str) -> Scorer:
        """The scorer whose `state` was stored, over the same `train`."""
