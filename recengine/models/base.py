"""What every recommender is: a frozen recipe that fits to a scorer, and what a scorer may be able to do besides."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Protocol, runtime_checkable

from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from recengine.arrays import Positions, Scores, Values
from recengine.data import Dataset
from recengine.progress import Cancel, Progress, never, silent


@dataclass(frozen=True)
class Resources:
    """What a fit may use of the machine: where text vectors are cached, and the kind of device.

    device: "cpu", "cuda", or "auto" for CUDA where the library at hand can use it.
    """

    vector_cache: Path | None = None
    device: str = "auto"


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
class Explains(Protocol):
    """Takes a score apart, exactly, by the items of the user's history."""

    def explain(self, user: int, item: int) -> ScoreShares:
        """Shares that sum to `score([user])[0, item]`; undefined where that is NaN."""


class Recipe(Protocol):
    """The frozen settings of a recommender.

    name: as on the command line. version: changes whenever the same settings give other numbers.
    """

    name: ClassVar[str]
    label: ClassVar[str]
    version: ClassVar[int]

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
