"""A recipe whose value on validation is a known function of its settings."""

from __future__ import annotations

from dataclasses import dataclass
from math import log10
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from recengine.arrays import Positions, Scores, Values
from recengine.data import Dataset
from recengine.errors import RecipeError
from recengine.models import Resources
from recengine.models.settings import Among, Choice, Number, Settings, Span, Whole, setting
from recengine.progress import Cancel, Progress, never, silent, stop_if_asked


@dataclass(frozen=True)
class KnownRecipe(Settings):
    """Knows what `truth` holds for a share of the users, and nothing of the others.

    So NDCG is 1 for that share and 0 for the rest, and its mean is the share, rounded to whole users. It is highest,
    `top`, at strength 1 and kind "right".
    """

    name: ClassVar[str] = "known"
    label: ClassVar[str] = "Known"
    family: ClassVar[str] = "Floor"
    about: ClassVar[str] = "For tests."
    lighter: ClassVar[str] = "Use less."
    version: ClassVar[int] = 1
    truth: ClassVar[csr_matrix]
    fits: ClassVar[list[tuple[KnownRecipe, Dataset]]] = []

    strength: float = setting(0.1, Number(1000.0), "Best at 1.", search=Span(0.01, 100.0, log=True))
    rounds: int = setting(3, Whole(1, 9), "Fails at 7.", search=Span(1, 7))
    kind: str = setting("wrong", Choice(("right", "wrong")), "Right is right.", search=Among(("right", "wrong")))
    top: float = setting(0.9, Number(1.0), "Not searched.")

    @property
    def share(self) -> float:
        """0.9 at best, 0.2 less for each factor of 10 away from it, 0.3 less of the wrong kind."""
        return max(0.0, self.top - 0.2 * abs(log10(self.strength)) - 0.3 * (self.kind == "wrong"))

    def memory(self, n_users: int, n_items: int, n_interactions: int) -> int:
        return 100 * n_users

    def fit(
        self,
        train: Dataset,
        *,
        seed: int = 0,
        resources: Resources = Resources(),
        progress: Progress = silent,
        cancel: Cancel = never,
    ) -> KnownScorer:
        stop_if_asked(cancel)
        self.fits.append((self, train))
        progress(0.5, "Half of it")
        if self.rounds == 7:
            raise RecipeError("known: seven rounds run\nto infinity. Choose fewer.")
        return KnownScorer(self.truth, self.share, self.rounds)

    def restore(self, state: dict[str, NDArray[Any]], train: Dataset, device: str) -> KnownScorer:
        raise NotImplementedError


class KnownScorer:
    """The first users by position are the known ones."""

    device = "CPU"
    loss_name = "Loss"

    def __init__(self, truth: csr_matrix, share: float, rounds: int) -> None:
        self.truth = truth
        self.n_known = round(share * truth.shape[0])
        self.rounds = rounds

    @property
    def losses(self) -> Values:
        return 1.0 / np.arange(1, self.rounds + 1)

    def score(self, users: Positions) -> Scores:
        scores = np.full((len(users), self.truth.shape[1]), np.nan, dtype=np.float32)
        known = users < self.n_known
        scores[known] = self.truth[users[known]].toarray()
        return scores

    def state(self) -> dict[str, NDArray[Any]]:
        return {}
