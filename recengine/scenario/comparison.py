"""Two outcomes side by side: what changed for whom, and whether chance explains it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from recengine.arrays import Positions, Values, read_only
from recengine.errors import ScenarioError
from recengine.evaluation import Change, Figure, change, p_values
from recengine.fairness import holm
from recengine.ranking import METRICS, Rankings, overlap, rank_biased_overlap
from recengine.scenario.outcome import Outcome
from recengine.scenario.scenario import Scenario
from recengine.scenario.workbench import Workbench

COMPARED = ("ndcg", "recall", "precision", "map", "mrr", "hit_rate", "novelty", "arp", "coverage", "gini")
"""One variant of each name: the more are asked at once, the harder is the correction for it."""
MOVED_BY = "ndcg"
"""The metric by which users gain or lose."""
MOVERS = 10
"""Users, and items, of each end that are named."""
_NAN = float("nan")
What = Literal["data", "split", "seed", "k", "all data", "measured part"]


@dataclass(frozen=True)
class Unlike:
    """One reason why two figures must not be compared. first, second: the two values, in words."""

    what: What
    first: str
    second: str

    @property
    def text(self) -> str:
        """The reason in words, without a full stop."""
        return {
            "data": f"they are over different data ({self.first} and {self.second})",
            "split": f"the data is split differently ({self.first} and {self.second}), so other items are held out",
            "seed": f"the seeds differ ({self.first} and {self.second}), so other items are held out",
            "k": f"the lists have different lengths ({self.first} and {self.second})",
            "all data": f"one is fitted on {self.first}, the other on {self.second}",
            "measured part": f"they are measured on different parts ({self.first} and {self.second})",
        }[self.what]


class UnlikeError(ScenarioError):
    """Two outcomes that must not be compared; `reasons` say why."""

    def __init__(self, reasons: tuple[Unlike, ...]) -> None:
        self.reasons = reasons
        said = "; ".join(reason.text for reason in reasons)
        super().__init__(f"comparison: {said}. Recompute both alike, with the same data, split, seed and k.")


@dataclass(frozen=True)
class MetricChange:
    """One metric of both sides. change: second - first over the users with a value on both, paired.

    p_value: of a two-sided sign-flip permutation test; p_holm: corrected for all metrics compared at once. All three
    are None for metrics of all lists together (coverage, Gini), which have no value by user.
    """

    metric: str
    first: Figure
    second: Figure
    change: Change | None
    p_value: float | None
    p_holm: float | None


@dataclass(frozen=True)
class Spread:
    """Mean and quartiles of a value by user, over the n users who have one; NaN without any."""

    mean: float
    low_quartile: float
    median: float
    high_quartile: float
    n: int


@dataclass(frozen=True)
class UserMove:
    """A user's value of the metric `MOVED_BY` on both sides. overlap: rank-biased overlap of the two lists."""

    user: int
    first: float
    second: float
    overlap: float


@dataclass(frozen=True)
class ItemMove:
    """An item's share of all exposure, in [0, 1], and the lists that it stands in, on both sides.

    Exposure: a place counts 1 / log2(rank + 1).
    """

    item: int
    first: float
    second: float
    first_lists: int
    second_lists: int


@dataclass(frozen=True)
class Comparison:
    """What the second outcome has differently from the first.

    metrics: by key, in the order of `COMPARED`. users (U,) positions; overlaps (U,): items in common over k, in [0, 1];
    rank_biased_overlaps (U,): in [0, 1], 1 = the same list, the top counts most; NaN where both lists are empty.
    changed: share of the users whose list is not the same, place by place. gaining, losing: the users whose value of
    `MOVED_BY` rises or falls most; rising, falling: the items whose exposure does. Those that move most come first.
    """

    first: Scenario
    second: Scenario
    metrics: Mapping[str, MetricChange]
    users: Positions
    overlaps: Values
    rank_biased_overlaps: Values
    changed: float
    gaining: tuple[UserMove, ...]
    losing: tuple[UserMove, ...]
    rising: tuple[ItemMove, ...]
    falling: tuple[ItemMove, ...]

    @property
    def overlap(self) -> Spread:
        """Of the items in common."""
        return spread(self.overlaps)

    @property
    def rank_biased_overlap(self) -> Spread:
        """Of the rank-biased overlap."""
        return spread(self.rank_biased_overlaps)


def unlike(first: Scenario, second: Scenario) -> tuple[Unlike, ...]:
    """Why figures of the two scenarios must not be compared; empty where they may."""
    pairs: tuple[tuple[What, str, str], ...] = (
        ("data", f"{first.dataset[:12]}…", f"{second.dataset[:12]}…"),
        ("split", first.split, second.split),
        ("seed", str(first.seed), str(second.seed)),
        ("k", str(first.k), str(second.k)),
        ("all data", _fitted_on(first), _fitted_on(second)),
    )
    return tuple(Unlike(what, one, other) for what, one, other in pairs if one != other)


def made_alike(scenario: Scenario, other: Scenario) -> Scenario:
    """`scenario` with the data, split, seed and k of `other`, so that the two may be compared."""
    return replace(
        scenario, dataset=other.dataset, split=other.split, seed=other.seed, k=other.k, all_data=other.all_data
    )


def compare_outcomes(
    first_workbench: Workbench, first: Outcome, second_workbench: Workbench, second: Outcome
) -> Comparison:
    """What `second` has differently from `first`; each with the workbench that it was run on.

    Raises `UnlikeError` unless both are over the same data, split, seed and k, measured on the same part.
    """
    reasons = unlike(first.scenario, second.scenario)
    if first_workbench.measured != second_workbench.measured:
        reasons += (Unlike("measured part", first_workbench.measured, second_workbench.measured),)
    if reasons:
        raise UnlikeError(reasons)
    before, after = first.lists.rankings, second.lists.rankings
    same = (before.items == after.items).all(axis=1)
    overlaps = rank_biased_overlap(before, after)
    moves = _user_moves(before.users, first.per_user[MOVED_BY], second.per_user[MOVED_BY], overlaps)
    rising, falling = _item_moves(before, after, first_workbench.dataset.n_items)
    return Comparison(
        first=first.scenario,
        second=second.scenario,
        metrics=_metrics(first_workbench, first, second),
        users=before.users,
        overlaps=read_only(overlap(before, after)),
        rank_biased_overlaps=read_only(overlaps),
        changed=float(1 - same.mean()) if len(same) else _NAN,
        gaining=moves[0],
        losing=moves[1],
        rising=rising,
        falling=falling,
    )


def spread(values: Values) -> Spread:
    """Mean and quartiles of `values` (U,); NaN = no value."""
    known = values[~np.isnan(values)]
    if not len(known):
        return Spread(_NAN, _NAN, _NAN, _NAN, 0)
    low, median, high = np.percentile(known, [25, 50, 75])
    return Spread(float(known.mean()), float(low), float(median), float(high), len(known))


def _fitted_on(scenario: Scenario) -> str:
    return "all data" if scenario.all_data else "the training part"


def _metrics(workbench: Workbench, first: Outcome, second: Outcome) -> dict[str, MetricChange]:
    asked = [key for key in COMPARED if METRICS[key].per_user]
    values, others = ({key: outcome.per_user[key] for key in asked} for outcome in (second, first))
    changes = change(values, others, workbench.resamples)
    by_chance = p_values(values, others, seed=first.scenario.seed)
    corrected = dict(zip(by_chance, holm(list(by_chance.values())), strict=True))
    return {
        key: MetricChange(
            key, first.table[key], second.table[key], changes.get(key), by_chance.get(key), corrected.get(key)
        )
        for key in COMPARED
    }


def _user_moves(
    users: Positions, first: Values, second: Values, overlaps: Values
) -> tuple[tuple[UserMove, ...], tuple[UserMove, ...]]:
    gains = second - first

    def moves(sign: int) -> tuple[UserMove, ...]:
        return tuple(
            UserMove(int(users[at]), float(first[at]), float(second[at]), float(overlaps[at]))
            for at in _largest(sign * gains)
        )

    return moves(1), moves(-1)


def _item_moves(before: Rankings, after: Rankings, n_items: int) -> tuple[tuple[ItemMove, ...], tuple[ItemMove, ...]]:
    (first, first_lists), (second, second_lists) = _exposure(before, n_items), _exposure(after, n_items)

    def moves(sign: int) -> tuple[ItemMove, ...]:
        return tuple(
            ItemMove(at, float(first[at]), float(second[at]), int(first_lists[at]), int(second_lists[at]))
            for at in _largest(sign * (second - first))
        )

    return moves(1), moves(-1)


def _exposure(rankings: Rankings, n_items: int) -> tuple[Values, NDArray[np.intp]]:
    """Each item's share of all exposure, and its number of lists, (n_items,) each."""
    listed = rankings.items >= 0
    items = rankings.items[listed]
    attention = np.broadcast_to(1 / np.log2(np.arange(2, rankings.k + 2)), rankings.items.shape)[listed]
    exposure = np.bincount(items, weights=attention, minlength=n_items)
    shares: Values = exposure / exposure.sum() if len(items) else np.zeros(n_items)
    return shares, np.bincount(items, minlength=n_items)


def _largest(values: Values) -> list[int]:
    """Places of the `MOVERS` largest values above 0, the largest first, ties to the lower place."""
    # what only rounding moved did not move
    raised = np.flatnonzero(values > 1e-12)
    order: list[int] = raised[np.argsort(-values[raised], kind="stable")][:MOVERS].tolist()
    return order
