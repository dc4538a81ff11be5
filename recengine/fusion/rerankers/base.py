"""What a re-ranker is: it puts a user's best fused items into another order, for other reasons than their scores."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from recengine.arrays import Positions, Scores
from recengine.data import Dataset
from recengine.fusion.facts import Facts
from recengine.models.settings import Number, Settings, setting
from recengine.ranking import PADDING


@dataclass(frozen=True)
class Shortlists:
    """Each user's best items, best first. U users, m places.

    users (U,) int32. items (U, m) int32, padded with -1 at the end, none twice in a row. scores (U, m) float32, NaN in
    the padding, never rising along a row: what the next re-ranker takes for the item's worth.
    """

    users: Positions
    items: Positions
    scores: Scores

    def reordered(self, order: Positions) -> Shortlists:
        """The items in another order, (U, m) places of now; padding stays behind. The j-th best score stays at the j-th
        place, so that the next re-ranker finds scores that fall along the list.
        """
        items = np.take_along_axis(self.items, order.astype(np.intp), axis=1)
        if ((items[:, :-1] == PADDING) & (items[:, 1:] != PADDING)).any():
            raise ValueError("order: padding must stay behind the items")
        return Shortlists(self.users, items, self.scores)

    def by_score(self, scores: Scores) -> Shortlists:
        """The items by other scores (U, m), best first, ties as they stand now; NaN goes to the end."""
        order = np.argsort(-scores, axis=1, kind="stable")
        return Shortlists(
            self.users, np.take_along_axis(self.items, order, axis=1), np.take_along_axis(scores, order, axis=1)
        )


class Reranker(Settings, ABC):
    """Base of all re-rankers: a frozen dataclass of settings.

    name: as on the command line. label: for people. about: one sentence, what it does and what it costs. source: the
    paper, where there is one.
    """

    name: ClassVar[str]
    label: ClassVar[str]
    about: ClassVar[str]

    def check(self, dataset: Dataset, k: int) -> None:
        """Raise `ScenarioError` where this cannot be done with the dataset: what it lacks, and what to do."""
        return

    @abstractmethod
    def rerank(self, lists: Shortlists, k: int, facts: Facts) -> Shortlists:
        """The same users with the first `k` places chosen anew and the others behind them in their order.

        Users do not depend on each other. An item may be dropped or, by a rule, put in. Vectorised over users.
        """


def strength_setting(default: float, description: str) -> float:
    """The setting `strength` of a re-ranker: from 0, which changes nothing, to 1."""
    made: float = setting(default, Number(1.0, zero=True), f"{description} 0 changes nothing.")
    return made
