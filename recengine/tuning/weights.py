"""Weights of a fusion that rank the validation part best: a search in which an evaluation takes milliseconds."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

import numpy as np

from recengine.arrays import Values
from recengine.errors import ScenarioError
from recengine.evaluation import Change, Resamples, change
from recengine.fusion import NEUTRALS, NORMALIZATIONS, Fusion, Neutral, Normalization, check_k, check_weights
from recengine.fusion.checks import check_choice
from recengine.progress import Cancel, Progress, never, silent
from recengine.tuning.exploring import Effort, Explorer, Points, Score, Setting, climb
from recengine.tuning.front import cover_front, hypervolume, non_dominated
from recengine.tuning.measures import Limit, Measure, check_limits, find_measure
from recengine.tuning.question import WeightQuestion, check_weighs

EVALUATIONS = 1000
SHARE_OF_BEST = 0.5
"""Of the effort, until the search for one best setting gives way to that for a front, where one is asked for."""
MAX_FRONT = 3
DEFAULT_EFFORT = Effort()
Evaluate: TypeAlias = Callable[[Setting], Values]


@dataclass(frozen=True)
class Goal:
    """What weights are searched for.

    objective: a measure's text. limits: floors and ceilings. front: two or three measures whose Pareto front is wanted
    beside the best weights; none for no front. k: length of the lists. normalizations, neutrals: which to search among;
    none for the present one. effort, seed: when the search stops, and what it draws.
    """

    objective: str = "ndcg"
    limits: tuple[Limit, ...] = ()
    front: tuple[str, ...] = ()
    k: int = 10
    normalizations: tuple[Normalization, ...] = ()
    neutrals: tuple[Neutral, ...] = ()
    effort: Effort = DEFAULT_EFFORT
    seed: int = 0

    def __post_init__(self) -> None:
        """Check every choice. Raises `ScenarioError`."""
        for text in (self.objective, *self.front):
            _ = find_measure(text).higher_is_better
        if self.front and not 2 <= len(set(self.front)) == len(self.front) <= MAX_FRONT:
            raise ScenarioError(
                f"front: needs two or three different metrics, got {', '.join(self.front)}. Write for example "
                "ndcg,coverage."
            )
        for normalization in self.normalizations:
            check_choice("Normalisation", normalization, NORMALIZATIONS)
        for neutral in self.neutrals:
            check_choice("Neutral value", neutral, NEUTRALS)
        check_limits(self.limits)

    @property
    def measures(self) -> tuple[Measure, ...]:
        """All that is measured, the objective first, each once."""
        asked = [find_measure(text) for text in (self.objective, *self.front)]
        return tuple(dict.fromkeys([*asked, *(limit.measure for limit in self.limits)]))


@dataclass(frozen=True)
class FoundWeights:
    """The answer to a goal, on validation; numbers of settings are those in `points`.

    points: every setting that was looked at. best: the one with the best objective within the limits. start: the
    weights that were there before. alone[scorer], single: each scorer with all the weight, and the best of them,
    whatever the limits; under a strategy with other weights for some users, or learned rules, the others still have a
    say. front: settings within the limits to which no other is preferred by all measures of the front, by its first
    measure, best first; hypervolume: the share of the box from the worst to the best seen that they cover.
    against_start, against_single: what the objective of `best` is more, user by user; None where it has no value by
    user. Their intervals flatter: the best of many looks at the same users. users: how many were measured, all with a
    positive or, of very many, some drawn. seconds: that the search took.
    """

    goal: Goal
    points: Points
    best: int
    start: int
    single: int
    alone: Mapping[str, int]
    front: tuple[int, ...]
    hypervolume: float | None
    against_start: Change | None
    against_single: Change | None
    users: int
    seconds: float

    @property
    def evaluations_a_minute(self) -> float:
        """How fast it was."""
        return 60 * len(self.points) / max(self.seconds, 1e-9)


def find_weights(
    question: WeightQuestion,
    start: Fusion,
    goal: Goal,
    *,
    progress: Progress = silent,
    cancel: Cancel = never,
) -> FoundWeights:
    """Search weights, and where asked normalisation and neutral value; strategy and re-rankers of `start` stay.

    First each scorer alone, `start`, all alike, and weights drawn at random. Then a pattern search from the best few,
    and from kicks of the best as long as these help. Settings within the limits go before those beyond, which go by how
    far they are beyond (Deb 2000, Comput. Methods Appl. Mech. Eng. 186). For a front the other half of the effort
    goes to many scalarisations, see `cover_front`.

    Raises `ScenarioError` where nothing can be searched or the limits cannot be kept: it names the nearest found.
    `CancelledError`.
    """
    names = question.pool.scorers
    if len(names) < 2:
        raise ScenarioError(f"weights: {names[0]} is the only scorer, so there is nothing to weigh. Add another.")
    check_weighs(start.strategy, "weights")
    return _find(question, start, goal, progress, cancel)


def _find(question: WeightQuestion, start: Fusion, goal: Goal, progress: Progress, cancel: Cancel) -> FoundWeights:
    begun = time.perf_counter()
    check_weights(start.weights, question.pool.scorers)
    check_k(goal.k, question.relevant.shape[1])
    question = question.measured()
    measures, limits = goal.measures, goal.limits
    question.check(measures)
    names = question.pool.scorers

    def evaluate(setting: Setting) -> Values:
        return question.look(setting.fusion(start), measures, goal.k)[0]

    score = _score(measures, limits)
    told = _Told(score, measures[0])
    explorer = Explorer(told.heard(evaluate), goal.effort, progress, cancel, told.words)
    generator = np.random.default_rng(goal.seed)
    here = Setting.of(start)
    alone = {name: here.with_weights(row) for name, row in zip(names, np.eye(len(names)), strict=True)}
    for setting in alone.values():
        explorer.look(setting)
    explorer.look(here)
    starts = _starts(start, goal)
    alike = np.full(len(names), 1 / len(names))
    for each in starts:
        if not explorer.over:
            explorer.look(each.with_weights(alike))
    whole = SHARE_OF_BEST if goal.front else 1.0
    climb(explorer, starts, score, whole, generator)
    axes = [measures.index(find_measure(text)) for text in goal.front]
    signs = np.array([1.0 if measures[axis].higher_is_better else -1.0 for axis in axes])
    if goal.front:
        cover_front(explorer, axes, signs, lambda values: score(values)[0], generator)

    points = explorer.points(names, [measure.text for measure in measures])
    order = {setting: number for number, setting in enumerate(explorer.found)}
    best = explorer.best(score, 1)[0]
    if score(explorer.found[best])[0] < 0:
        raise ScenarioError(_beyond(names, best, explorer.found[best], measures, limits, len(points)))
    singles = list(alone.values())
    single = max(singles, key=lambda setting: score(explorer.found[setting])[1])
    front, volume = _front(explorer, axes, signs, score)
    return FoundWeights(
        goal=goal,
        points=points,
        best=order[best],
        start=order[here],
        single=order[single],
        alone={name: order[setting] for name, setting in alone.items()},
        front=tuple(front),
        hypervolume=volume,
        against_start=_against(question, start, goal, best, here),
        against_single=_against(question, start, goal, best, single),
        users=len(question.pool.users),
        seconds=time.perf_counter() - begun,
    )


def _starts(start: Fusion, goal: Goal) -> list[Setting]:
    """The present weights under each way to make scores comparable, without those that this strategy does not tell
    apart; the present way first.
    """
    maps: dict[object, Setting] = {}
    present = Setting.of(start)
    for normalization in (start.normalization, *goal.normalizations):
        for neutral in (start.neutral, *goal.neutrals):
            if goal.normalizations and normalization not in goal.normalizations:
                continue
            if goal.neutrals and neutral not in goal.neutrals:
                continue
            value_map = start.strategy.value_map(normalization, neutral)
            maps.setdefault(value_map, replace(present, normalization=normalization, neutral=neutral))
    return list(maps.values())


def _score(measures: Sequence[Measure], limits: Sequence[Limit]) -> Score:
    """(minus how far beyond the limits, the objective by its direction), higher is better."""
    sign = 1.0 if measures[0].higher_is_better else -1.0
    places = [measures.index(limit.measure) for limit in limits]

    def score(values: Values) -> tuple[float, float]:
        beyond = sum(limit.violation(float(values[place])) for limit, place in zip(limits, places, strict=True))
        value = float(values[0])
        return -beyond, -math.inf if math.isnan(value) else sign * value

    return score


class _Told:
    """The best objective so far, for the progress text."""

    def __init__(self, score: Score, objective: Measure) -> None:
        self._score, self._objective = score, objective
        self._best: tuple[tuple[float, float], float] = ((-math.inf, -math.inf), math.nan)

    def heard(self, evaluate: Evaluate) -> Evaluate:
        """`evaluate`, listened to."""

        def listened(setting: Setting) -> Values:
            values = evaluate(setting)
            if (score := self._score(values)) > self._best[0]:
                self._best = (score, float(values[0]))
            return values

        return listened

    def words(self) -> str:
        """The best so far."""
        (beyond, _), value = self._best
        return f": best {self._objective.label} {value:.4f}" + (", not yet within the limits" if beyond < 0 else "")


def _beyond(
    names: Sequence[str],
    nearest: Setting,
    values: Values,
    measures: Sequence[Measure],
    limits: Sequence[Limit],
    n_looked: int,
) -> str:
    by_limit = [(limit, float(values[measures.index(limit.measure)])) for limit in limits]
    broken = [limit.text for limit, value in by_limit if limit.violation(value) > 0]
    reached = ", ".join(f"{limit.measure.text} {value:.4g}" for limit, value in by_limit)
    weights = ",".join(f"{name}={weight:g}" for name, weight in zip(names, nearest.weights, strict=True) if weight)
    return (
        f"constraints: none of {n_looked:,} settings has {' and '.join(limit.text for limit in limits)}; the nearest, "
        f"{weights}, has {reached}. Relax {' or '.join(broken)}, or search longer."
    )


def _front(explorer: Explorer, axes: Sequence[int], signs: Values, score: Score) -> tuple[list[int], float | None]:
    """Numbers of the settings on the front within the limits, and the share of the box seen that they cover."""
    if not axes:
        return [], None
    every = np.array(list(explorer.found.values()))
    oriented = every[:, axes] * signs
    usable = np.array([score(values)[0] >= 0 for values in every]) & ~np.isnan(oriented).any(axis=1)
    numbers = np.flatnonzero(usable)
    kept = numbers[non_dominated(oriented[numbers])]
    kept = kept[np.argsort(-oriented[kept, 0], kind="stable")]
    if not len(kept):
        return [], None
    low, high = oriented[numbers].min(axis=0), oriented[numbers].max(axis=0)
    # a measure that is always the same keeps nobody from anything
    share = np.where(high > low, (oriented[kept] - low) / np.where(high > low, high - low, 1.0), 1.0)
    return kept.tolist(), hypervolume(share)


def _against(question: WeightQuestion, start: Fusion, goal: Goal, best: Setting, other: Setting) -> Change | None:
    """The change of the objective by user; None where it has no value by user."""
    objective = goal.measures[0]
    if not objective.per_user:
        return None
    ours, theirs = (
        question.look(setting.fusion(start), [objective], goal.k)[1][objective.metric] for setting in (best, other)
    )
    resamples = Resamples.draw(len(ours), seed=goal.seed)
    return change({"": ours}, {"": theirs}, resamples)[""]


@dataclass(frozen=True)
class TunedWeights:
    """weights: a scorer, at least 0, of sum 1. value: what they have on validation.

    alone: what each scorer has by itself, so `value` is at least as good as the best of them. gain: what `value` has
    more than that, with its paired interval over users; None for a metric of all lists together. An interval with 0
    says that the mixture may be no better; one without it may still flatter, as the best of many looks at the same
    users. evaluations: how many weights were looked at.
    """

    weights: Mapping[str, float]
    value: float
    alone: Mapping[str, float]
    gain: Change | None
    evaluations: int


def tune_weights(
    question: WeightQuestion,
    *,
    metric: str = "ndcg",
    k: int = 10,
    normalization: Normalization = "min-max",
    neutral: Neutral = "mean",
    evaluations: int = EVALUATIONS,
    seed: int = 0,
    progress: Progress = silent,
    cancel: Cancel = never,
) -> TunedWeights:
    """`find_weights` of a weighted sum without limits, from weights all alike; one scorer alone is taken as it is.

    Among equals the earlier found wins: a scorer alone before any mixture.
    Raises `ScenarioError` for a metric without a better direction or nobody to measure, `CancelledError`.
    """
    start = Fusion((1.0,) * len(question.pool.scorers), normalization, neutral)
    goal = Goal(metric, k=k, effort=Effort(evaluations), seed=seed)
    found = _find(question, start, goal, progress, cancel)
    values = found.points.values[goal.measures[0].text]
    return TunedWeights(
        weights=found.points.by_scorer(found.best),
        value=float(values[found.best]),
        alone={name: float(values[number]) for name, number in found.alone.items()},
        gain=found.against_single,
        evaluations=len(found.points),
    )
