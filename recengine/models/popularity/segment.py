"""Popularity among people who are like the user: of the same age group, in the same country."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from recengine.arrays import Positions, Scores
from recengine.data import Attribute, Dataset
from recengine.errors import RecipeError
from recengine.models.base import Resources, ScoreShares
from recengine.models.popularity.segments import Segments, find_segments
from recengine.models.settings import Number, Settings, Span, Text, Whole, setting
from recengine.progress import Cancel, Progress, never, silent, stop_if_asked

AUTO = "auto"


@dataclass(frozen=True)
class SegmentPopularityRecipe(Settings):
    """log(1 + n_i) plus the mean, over the user's attributes, of how much likelier the user's segment takes the item.

    n_i of the N users with a history took item i, p_i = (1 + n_i) / (1 + N). Of the N_g users in segment g, n_gi took
    it; shrunk to everybody as if `shrinkage` more users had taken it as everybody does (the posterior mean of an
    empirical Bayes estimate), p_gi = (n_gi + shrinkage p_i) / (N_g + shrinkage). The lift is log(p_gi / p_i): 0 where a
    segment says nothing, as a small one does.

    An attribute is a set of segments: its labels, or bins of about as many users for a number. Lifts of several
    attributes are averaged and not added, because attributes overlap (age and occupation) and a sum counts what they
    share once for each. An attribute that is not known of a user does not count; where none is known, the list is that
    of popularity.

    MovieLens-100K, validation part (`python -m benchmarks.quality --part validation`), mean of seeds 0 to 2, NDCG@10
    (untruncated), all ratings positive, where popularity has 0.095: 0.099 with a shrinkage of 5 or 20, 0.097 with 100;
    0.100, 0.099 and 0.099 with 3, 5 and 8 bins; 0.098 with the age alone. With the sum of the lifts instead of their
    mean, 0.077 against 0.101 (seed 0).
    """

    name: ClassVar[str] = "segment-popularity"
    label: ClassVar[str] = "Popularity in the segment"
    family: ClassVar[str] = "Popularity"
    about: ClassVar[str] = "What people with the user's attributes took. Serves users of whom nothing else is known."
    lighter: ClassVar[str] = "Choose popularity."
    version: ClassVar[int] = 1

    attributes: str = setting(
        AUTO,
        Text('user attributes, commas between them, or "auto" for all'),
        'The user attributes that make segments, commas between them; "auto" for all.',
    )
    shrinkage: float = setting(
        20.0,
        Number(1e6),
        "Users of whom a segment must be made to count as much as everybody does.",
        search=Span(2.0, 500.0, log=True),
    )
    bins: int = setting(5, Whole(2, 100), "Segments that a number, such as the age, is cut into.", search=Span(2, 12))

    def obstacle(self, train: Dataset) -> str | None:
        """Without an attribute that is there and known of somebody there are no segments."""
        there = [one.name for one in train.user_attributes]
        if not there:
            return f'{self.name}: users of "{train.name}" have no attributes. Import a user table or choose popularity.'
        missing = [name for name in self._names(train) if name not in there]
        if missing:
            return (
                f'{self.name}: users of "{train.name}" have no attribute "{missing[0][:80]}". '
                f"Choose among: {', '.join(there)}."
            )
        if not find_segments(train.users, self.chosen(train), self.bins).count:
            return f'{self.name}: no user of "{train.name}" has a value of it. Choose other attributes, or popularity.'
        return None

    def memory(self, n_users: int, n_items: int, n_interactions: int) -> int:
        """Counts by segment of eight attributes, memberships on the way."""
        return 8 * 16 * n_interactions + 8 * 64 * n_users + 32 * n_items + 2**16

    def fit(
        self,
        train: Dataset,
        *,
        seed: int = 0,
        resources: Resources = Resources(),
        progress: Progress = silent,
        cancel: Cancel = never,
    ) -> SegmentPopularityScorer:
        """Count; `seed` and `resources` change nothing. Raises `RecipeError` or `CancelledError`."""
        stop_if_asked(cancel)
        if obstacle := self.obstacle(train):
            raise RecipeError(obstacle)
        scorer = self.restore({}, train, "CPU")
        progress(1.0, "Counted the users of each item in each segment")
        return scorer

    def restore(self, state: dict[str, NDArray[Any]], train: Dataset, device: str) -> SegmentPopularityScorer:
        """The scorer over `train`, which takes hardly longer than reading it would."""
        return SegmentPopularityScorer(train, find_segments(train.users, self.chosen(train), self.bins), self.shrinkage)

    def chosen(self, train: Dataset) -> Sequence[Attribute]:
        """The attributes that make segments."""
        names = self._names(train)
        return [one for one in train.user_attributes if one.name in names]

    def _names(self, train: Dataset) -> list[str]:
        there = [one.name for one in train.user_attributes]
        if self.attributes == AUTO:
            return there
        # a name may hold a comma itself
        return [self.attributes] if self.attributes in there else [name.strip() for name in self.attributes.split(",")]


class SegmentPopularityScorer:
    """Logarithms of counts and lifts; no opinion on a user for whom every item is the same."""

    def __init__(self, train: Dataset, segments: Segments, shrinkage: float) -> None:
        taken = csr_matrix(train.matrix, dtype=np.float64, copy=True)
        taken.data[:] = 1
        counts = train.popularity().astype(np.float64)
        active = np.diff(taken.indptr) > 0
        expected = shrinkage * (1 + counts) / (1 + np.count_nonzero(active))
        belongs = segments.memberships(train.users).astype(np.float64)
        lifts = csr_matrix(belongs.T @ taken)
        # a lift is that of an item which nobody in the segment took, the same for all such, and what others have more
        lifts.data = np.log1p(lifts.data / expected[lifts.indices])
        self._segments = segments
        self._everybody = np.log1p(counts)
        self._lifts = lifts
        self._none = np.log(shrinkage / (active @ belongs + shrinkage))
        self._users = segments.shares(train.users)

    @property
    def device(self) -> str:
        """Always the CPU."""
        return "CPU"

    def score(self, users: Positions) -> Scores:
        """Logarithms, comparable between the items of a row."""
        return self._scores(self._users[users])

    def score_attributes(self, users: pl.DataFrame) -> Scores:
        """As `score` for people of whom these attributes are known; without any, popularity."""
        return self._scores(self._segments.shares(users))

    def score_new_items(self, users: Positions, items: pl.DataFrame, resources: Resources) -> Scores:
        """That of an item that nobody took, for each of `items`."""
        scores = np.asarray(self._users[users] @ self._none, dtype=np.float32)
        scores[np.isnan(self.score(users)).all(axis=1)] = np.nan
        return np.repeat(scores[:, None], items.height, axis=1)

    def explain(self, user: int, item: int) -> ScoreShares:
        """All rest: no part of the score comes from the user's history."""
        score = float(self.score(np.array([user], dtype=np.int32))[0, item])
        return ScoreShares(np.empty(0, dtype=np.int32), np.empty(0), score)

    def state(self) -> dict[str, NDArray[Any]]:
        """Nothing: it all follows from the user table and the histories at once."""
        return {}

    def _scores(self, shares: csr_matrix) -> Scores:
        """shares (n, segments), each row summing to 1 or 0."""
        scores = (shares @ self._lifts).toarray()
        scores += (shares @ self._none)[:, None] + self._everybody
        found: Scores = scores.astype(np.float32)
        if found.size:
            found[found.min(axis=1) == found.max(axis=1)] = np.nan
        return found
