"""Scores of any other system, uploaded as a table, as a recommender among the others."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from recengine.arrays import Positions, Scores
from recengine.data import Dataset
from recengine.data.scores import stored_scores
from recengine.errors import RecipeError
from recengine.models.base import Resources, ScoreShares
from recengine.models.settings import Settings, setting
from recengine.progress import Cancel, Progress, never, silent, stop_if_asked

ITEMS_A_USER = 1_000
"""Of which memory is estimated; how long uploaded lists are is not known before they are read."""
_DIGEST = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True)
class StoredScores:
    """The key of a stored table of scores, or nothing."""

    @property
    def words(self) -> str:
        """What it is."""
        return "the key of imported scores, 64 hexadecimal digits, or empty for none"

    def accept(self, value: object) -> str:
        """The key itself."""
        if not isinstance(value, str) or (value and not _DIGEST.fullmatch(value)):
            raise ValueError
        return value


@dataclass(frozen=True)
class ExternalRecipe(Settings):
    """The score that the table gives to a pair; no opinion on any other pair, and none on histories.

    Where the table has ranks, the score is -rank. What is measured on a test part says something only if that system
    had not seen the test part.
    """

    name: ClassVar[str] = "external"
    label: ClassVar[str] = "External"
    family: ClassVar[str] = "External"
    about: ClassVar[str] = "Takes the scores that another system computed. Compare or combine it with the models here."
    lighter: ClassVar[str] = "Import fewer items a user."
    version: ClassVar[int] = 1

    scores: str = setting("", StoredScores(), "The imported table of scores, by the SHA-256 of its content.")

    def obstacle(self, train: Dataset) -> str | None:
        """Without a table there is no score."""
        if self.scores:
            return None
        return (
            f"{self.name}: no scores are chosen. Upload a table of them as NAME (Models page, or verb import-scores), "
            f"and choose {self.name}:NAME."
        )

    def memory(self, n_users: int, n_items: int, n_interactions: int) -> int:
        """The table with its ids, and again by position, for at most `ITEMS_A_USER` items a user."""
        return 160 * n_users * min(n_items, ITEMS_A_USER) + 2**16

    def fit(
        self,
        train: Dataset,
        *,
        seed: int = 0,
        resources: Resources = Resources(),
        progress: Progress = silent,
        cancel: Cancel = never,
    ) -> ExternalScorer:
        """Look the pairs up; `seed` changes nothing.

        Raises `RecipeError` where no table is chosen or it knows nothing of `train`, `StoreError` or `CancelledError`.
        """
        stop_if_asked(cancel)
        if obstacle := self.obstacle(train):
            raise RecipeError(obstacle)
        folder = resources.score_tables and resources.score_tables / self.scores
        if folder is None or not folder.is_dir():
            raise RecipeError(f"{self.name}: the scores {self.scores[:12]}… are not stored here. Import them again.")
        progress(0.0, "Reading the scores")
        users, items, scores = stored_scores(folder).pairs(train)
        stop_if_asked(cancel)
        if not scores.size:
            raise RecipeError(
                f'{self.name}: no score is of a user and an item of "{train.name}". Import scores for this dataset.'
            )
        given = csr_matrix((scores, (users, items)), shape=(train.n_users, train.n_items))
        given.sort_indices()
        progress(1.0, f"Found {scores.size:,} scores")
        return ExternalScorer(given)

    def restore(self, state: dict[str, NDArray[Any]], train: Dataset, device: str) -> ExternalScorer:
        """The scorer whose `state` was stored."""
        parts = tuple(np.asarray(state[name]) for name in ("data", "indices", "indptr"))
        return ExternalScorer(csr_matrix(parts, shape=(train.n_users, train.n_items)))


class ExternalScorer:
    """The scores of the table."""

    def __init__(self, given: csr_matrix) -> None:
        """given (n_users, n_items) float32: what is stored is a score, be it 0."""
        self._given = given

    @property
    def device(self) -> str:
        """Always the CPU."""
        return "CPU"

    def score(self, users: Positions) -> Scores:
        """In the unit of the other system; NaN where it gave none."""
        rows = self._given[users]
        scores = np.full(rows.shape, np.nan, dtype=np.float32)
        scores[np.repeat(np.arange(len(users)), np.diff(rows.indptr)), rows.indices] = rows.data
        return scores

    def explain(self, user: int, item: int) -> ScoreShares:
        """All rest: what in the history led to the score, the other system knows."""
        score = float(self.score(np.array([user], dtype=np.int32))[0, item])
        return ScoreShares(np.empty(0, dtype=np.int32), np.empty(0), score)

    def state(self) -> dict[str, NDArray[Any]]:
        """The sparse matrix in its three arrays."""
        return {"data": self._given.data, "indices": self._given.indices, "indptr": self._given.indptr}
