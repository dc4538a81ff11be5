"""What weights can be searched for or held to: a metric, or how far it lies apart between groups of users."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from recengine.arrays import Values
from recengine.errors import ScenarioError
from recengine.fairness.users import MINIMUM_GROUP
from recengine.ranking import METRICS, find_metric

GAP = "gap:"
GAP_METRIC = "ndcg"
"""Of which a gap is, unless it says otherwise."""


@dataclass(frozen=True)
class Measure:
    """One figure of a set of lists.

    metric: its key in `METRICS`. attribute: of the users, where the figure is the highest minus the lowest mean of the
    metric among its groups; None for the metric itself. sign: "+" or "-" where the direction was said: "+novelty".
    """

    metric: str
    attribute: str | None = None
    sign: Literal["", "+", "-"] = ""

    @property
    def text(self) -> str:
        """As `find_measure` reads it: "ndcg", "+novelty", "gap:gender", "gap:gender:recall"."""
        if self.attribute is None:
            return f"{self.sign}{self.metric}"
        return f"{GAP}{self.attribute}" + ("" if self.metric == GAP_METRIC else f":{self.metric}")

    @property
    def label(self) -> str:
        """For people: "NDCG", "NDCG gap by gender"."""
        label = METRICS[self.metric].label
        return label if self.attribute is None else f"{label} gap by {self.attribute}"

    @property
    def higher_is_better(self) -> bool:
        """The direction. Raises `ScenarioError` where neither more nor less is better in itself and none was said."""
        if self.attribute is not None:
            return False
        if self.sign:
            return self.sign == "+"
        better = METRICS[self.metric].higher_is_better
        if better is None:
            raise ScenarioError(
                f'objective: neither more nor less "{self.metric}" is better in itself. Write +{self.metric} or '
                f"-{self.metric}, or choose another, such as ndcg."
            )
        return better

    @property
    def per_user(self) -> bool:
        """Whether each user has a value, so that two settings can be compared user by user."""
        return self.attribute is None and METRICS[self.metric].per_user

    @property
    def format(self) -> str:
        """A `format()` string for people."""
        return METRICS[self.metric].format


def find_measure(text: str) -> Measure:
    """The measure of that text: a metric, `gap:ATTRIBUTE` (of NDCG) or `gap:ATTRIBUTE:METRIC`. Raises `ScenarioError`.

    "+" or "-" before a metric says which way is better, where it has no direction of its own.
    """
    text = text.strip()
    if text.startswith(GAP):
        attribute, metric = text.removeprefix(GAP), GAP_METRIC
        head, colon, last = attribute.rpartition(":")
        if colon and last in METRICS:
            attribute, metric = head, last
        if not attribute:
            raise ScenarioError(f"{text!r}: names no user attribute. Write gap:ATTRIBUTE, such as gap:gender.")
        if not METRICS[metric].per_user:
            raise ScenarioError(f"{text!r}: {metric} has no value for each user. Choose another, such as ndcg.")
        return Measure(metric, attribute)
    sign: Literal["", "+", "-"] = "+" if text.startswith("+") else "-" if text.startswith("-") else ""
    return Measure(find_metric(text.removeprefix(sign)).key, None, sign)


@dataclass(frozen=True)
class Limit:
    """What weights are held to: the measure is at least `bound` (a floor) or at most (a ceiling)."""

    measure: Measure
    bound: float
    floor: bool

    @property
    def text(self) -> str:
        """ "coverage >= 0.3"."""
        return f"{self.measure.text} {'>=' if self.floor else '<='} {self.bound:g}"

    def violation(self, value: float) -> float:
        """How far a value is beyond the bound, as a share of it, >= 0; infinite where the value is undefined."""
        if math.isnan(value):
            return math.inf
        beyond = self.bound - value if self.floor else value - self.bound
        return max(0.0, beyond) / max(abs(self.bound), 1e-3)


def read_limit(text: str, *, floor: bool) -> Limit:
    """`coverage=0.3` or `gap:gender=0.02` as a limit. Raises `ScenarioError`."""
    option = "floor" if floor else "ceiling"
    name, equals, written = text.rpartition("=")
    try:
        bound = float(written)
    except ValueError:
        bound = math.nan
    if not equals or not math.isfinite(bound):
        raise ScenarioError(f"{option}: {text[:80]!r} is not METRIC=NUMBER. Write for example coverage=0.3.")
    measure = find_measure(name)
    return Limit(Measure(measure.metric, measure.attribute), bound, floor)


def check_limits(limits: Sequence[Limit]) -> None:
    """Raise `ScenarioError` where a floor is above a ceiling of the same measure."""
    for low in limits:
        for high in limits:
            if low.floor and not high.floor and low.measure == high.measure and low.bound > high.bound:
                raise ScenarioError(
                    f"constraints: {low.text} and {high.text} cannot both hold. Lower the floor or raise the ceiling."
                )


def group_gap(codes: NDArray[np.intp], values: Values, minimum: int = MINIMUM_GROUP) -> float:
    """Highest minus lowest mean of the groups with at least `minimum` users who have a value; NaN with fewer than two.

    codes (U,): the group of each user, from 0. values (U,), NaN = undefined. The gap of `fairness.user_fairness`,
    without its intervals.
    """
    defined = ~np.isnan(values)
    sizes = np.bincount(codes[defined])
    kept = sizes >= max(minimum, 1)
    if np.count_nonzero(kept) < 2:
        return math.nan
    means = np.bincount(codes[defined], weights=values[defined])[kept] / sizes[kept]
    return float(np.ptp(means))


def figures(
    measures: Sequence[Measure],
    per_user: Mapping[str, Values],
    overall: Mapping[str, float],
    groups: Mapping[str, NDArray[np.intp]],
) -> Values:
    """The value of each measure, (len(measures),): a mean over users, a figure of all lists, or a gap.

    per_user, overall: as `compute_metrics` gives. groups[attribute] (U,): codes.
    """
    values = np.empty(len(measures))
    for position, measure in enumerate(measures):
        if measure.attribute is not None:
            values[position] = group_gap(groups[measure.attribute], per_user[measure.metric])
        elif measure.metric in overall:
            values[position] = overall[measure.metric]
        else:
            column = per_user[measure.metric]
            defined = column[~np.isnan(column)]
            values[position] = defined.mean() if len(defined) else math.nan
    return values
