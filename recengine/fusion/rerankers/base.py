"""What a re-ranker is: it puts a user's best fused items into another order, for other reasons than their scores."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np

from recengine.arrays import Mask, Positions, Scores, Values
from recengine.data import Dataset
from recengine.fusion.facts import Facts
from recengine.fusion.pair_scores import PairScores
from recengine.models.settings import Number, Settings, setting
from recengine.ranking import PADDING, Rankings


@dataclass(frozen=True)
class Shortlists:
    """Each user's best items, best first. U users, m places.

    users (U,) int32. items (U, m) int32, padded with -1 at the end, none twice in a row. scores (U, m) float32, NaN in
    the padding, never rising along a row: what the next re-ranker takes for the item's worth.
    reserve (U, r) int32, padded with -1 anywhere: what stands behind the shortlist and only a rule puts in, the rest of
    the user's pool, best first, then the items that a rule names and the pool does not hold. None where no re-ranker of
    the chain `reaches` beyond the shortlist.
    """

    users: Positions
    items: Positions
    scores: Scores
    reserve: Positions | None = None

    @property
    def there(self) -> Mask:
        """Which places hold an item, (U, m)."""
        there: Mask = self.items != PADDING
        return there

    @property
    def worth(self) -> Values:
        """The scores brought to [0, 1], (U, m) float64: 1 for the best of the row, 0 for the last and in the padding;
        0 throughout where all are equal.
        """
        scores = self.scores.astype(np.float64)
        if not scores.size:
            return scores
        # scores fall along a row: the first is the highest, that before the padding the lowest
        last = np.maximum(self.there.sum(axis=1) - 1, 0)
        low = np.take_along_axis(scores, last[:, None], axis=1)
        spread = scores[:, :1] - low
        worth = np.divide(scores - low, spread, out=np.zeros_like(scores), where=spread > 0)
        return np.where(self.there, worth, 0.0)

    def reordered(self, order: Positions) -> Shortlists:
        """The items in another order, (U, m) places of now; padding stays behind. The j-th best score stays at the j-th
        place, so that the next re-ranker finds scores that fall along the list.
        """
        items = np.take_along_axis(self.items, order.astype(np.intp), axis=1)
        if ((items[:, :-1] == PADDING) & (items[:, 1:] != PADDING)).any():
            raise ValueError("order: padding must stay behind the items")
        return replace(self, items=items)

    def by_score(self, scores: Scores) -> Shortlists:
        """The items by other scores (U, m), best first, ties as they stand now; NaN goes to the end."""
        order = np.argsort(-scores, axis=1, kind="stable")
        return replace(
            self,
            items=np.take_along_axis(self.items, order, axis=1),
            scores=np.take_along_axis(scores, order, axis=1),
        )


@dataclass(frozen=True)
class Aim:
    """What a re-ranker is for, as a figure of a list. unit: "" for a share. format: a `format()` string."""

    label: str
    higher_is_better: bool
    unit: str = ""
    format: str = ".3f"


class Reranker(Settings, ABC):
    """Base of all re-rankers: a frozen dataclass of settings, one of which is `strength`, from 0, which changes
    nothing, to 1.

    name: as on the command line. label: for people. about: one sentence, what it does and what it costs. paper: where
    it is from, "" where it is plain arithmetic.
    """

    name: ClassVar[str]
    label: ClassVar[str]
    about: ClassVar[str]
    paper: ClassVar[str] = ""

    @property
    def reaches(self) -> bool:
        """Whether it may put in items from beyond the shortlist."""
        return False

    @property
    def reads_pairs(self) -> bool:
        """Whether it needs scores of pairs, which may take seconds a user the first time."""
        return False

    def pairs_read(self, lists: Shortlists, facts: Facts) -> tuple[PairScores, Positions]:
        """Where the scores of pairs are known, and the items (U, m) of the lists that it needs those of.

        Raises `ScenarioError` where no scorer has any. Only of one that `reads_pairs`.
        """
        raise NotImplementedError

    def check(self, dataset: Dataset, k: int) -> None:
        """Raise `ScenarioError` where this cannot be done with the dataset: what it lacks, and what to do."""
        return

    def wanted(self, facts: Facts) -> Positions:
        """Items that it may put in though the pool does not hold them, (n,), the first ones first."""
        return np.zeros(0, dtype=np.int32)

    def barred(self, facts: Facts) -> Positions:
        """Items that it lets into no list, (n,)."""
        return np.zeros(0, dtype=np.int32)

    def unmet(self, items: Positions, facts: Facts) -> Mapping[str, Mask]:
        """For each rule, in words, whether the lists of `items` (U, k) break it, (U,)."""
        return {}

    @abstractmethod
    def rerank(self, lists: Shortlists, k: int, facts: Facts) -> Shortlists:
        """The same users with the first `k` places chosen anew and the others behind them in their order.

        Users do not depend on each other. An item may be dropped or, by a rule, put in. Vectorised over users.
        """

    @abstractmethod
    def aim(self, facts: Facts) -> Aim:
        """What it is for."""

    @abstractmethod
    def measure(self, rankings: Rankings, facts: Facts) -> Values:
        """The figure of `aim` for each list, (U,); NaN where a list has none."""


def strength_setting(default: float, description: str) -> float:
    """The setting `strength` of a re-ranker: from 0, which changes nothing, to 1."""
    made: float = setting(default, Number(1.0, zero=True), f"{description} 0 changes nothing.")
    return made


def mean_over_list(items: Positions, value_of_item: Values) -> Values:
    """Mean over each list of `items` (U, k) of the values (n_items,), (U,); NaN values and padding are left out."""
    values = np.where(items != PADDING, value_of_item[items], np.nan)
    known = ~np.isnan(values)
    count = known.sum(axis=1)
    total = np.where(known, values, 0.0).sum(axis=1)
    mean: Values = np.divide(total, count, out=np.full(len(items), np.nan), where=count > 0)
    return mean
