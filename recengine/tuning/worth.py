"""What each scorer is worth to a mixture: its Shapley value, the mean of what it adds to the scorers before it."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from recengine.arrays import Values, read_only
from recengine.errors import ScenarioError
from recengine.fusion import Fusion, check_weights
from recengine.progress import Cancel, Progress, never, silent, stop_if_asked
from recengine.ranking import METRICS
from recengine.tuning.measures import Measure, find_measure
from recengine.tuning.question import WeightQuestion, check_weighs

MAX_EXACT = 12
"""Scorers of which all subsets are looked at: 4,096 of 12."""
MAX_SCORERS = 60
"""A subset is kept as the bits of a whole number."""
PERMUTATIONS = 200
"""Orders of more scorers than that are drawn."""
WITHOUT_LISTS = ("coverage",)
"""Metrics of all lists together that are 0 where nobody has a list."""


@dataclass(frozen=True)
class Worth:
    """What each scorer is worth, on validation, by measure. C scorers; arrays read-only.

    shapley[measure] (C,), in the measure's unit: they add up to `whole` less the 0 of no list. Of a gap, more is worse.
    error[measure] (C,): standard error where orders were drawn, else 0. whole[measure]: all scorers with their weights.
    alone, without[measure] (C,): the scorer by itself, and all but it. exact: whether every subset was looked at.
    subsets: how many were. weights (C,): effective, of the whole.
    """

    scorers: tuple[str, ...]
    weights: Values
    shapley: Mapping[str, Values]
    error: Mapping[str, Values]
    whole: Mapping[str, float]
    alone: Mapping[str, Values]
    without: Mapping[str, Values]
    exact: bool
    subsets: int


def scorers_worth(
    question: WeightQuestion,
    fusion: Fusion,
    measures: Sequence[str] = ("ndcg", "coverage"),
    *,
    k: int = 10,
    permutations: int = PERMUTATIONS,
    max_exact: int = MAX_EXACT,
    seed: int = 0,
    progress: Progress = silent,
    cancel: Cancel = never,
) -> Worth:
    """The Shapley value (1953) of every scorer for each measure: a subset is worth what `fusion` has with the weights
    of its scorers, all others at 0. A subset without weight ranks nothing, like the empty one: then nobody has a list,
    and each measure is 0. So a scorer of weight 0 is worth 0.

    Exact up to `max_exact` scorers. Above, the mean of what it adds over orders drawn at random, with a standard error.
    Source: Castro, Gomez & Tejada (2009), Computers & Operations Research 36(5).

    Raises `ScenarioError` for a measure that is undefined without a list, such as novelty, or a strategy under which a
    scorer of weight 0 has a say.
    """
    asked = [_defined_without_lists(find_measure(text)) for text in dict.fromkeys(measures)]
    question = question.measured()
    question.check(asked)
    names = question.pool.scorers
    check_weights(fusion.weights, names)
    check_weighs(fusion.strategy, "worth")
    if len(names) > MAX_SCORERS:
        raise ScenarioError(f"worth: at most {MAX_SCORERS} scorers can be told apart, got {len(names)}. Use fewer.")
    effective = np.array(fusion.effective)
    exact = len(names) <= max_exact
    expected = 2 ** len(names) if exact else permutations * len(names)
    known: dict[int, Values] = {}

    def value(subset: int) -> Values:
        """Of the scorers whose bits are set, (n measures,)."""
        # scorers without weight change nothing
        subset &= weighing
        if subset not in known:
            stop_if_asked(cancel)
            used = _bits(subset, len(names))
            known[subset] = _value(question, fusion, effective * used, asked, k)
            progress(min(1.0, len(known) / expected), f"{len(known):,} sets of scorers")
        return known[subset]

    weighing = sum(1 << position for position in range(len(names)) if effective[position] > 0)
    whole = (1 << len(names)) - 1
    for measure, found in zip(asked, value(whole), strict=True):
        if math.isnan(found):
            raise ScenarioError(f"{measure.text}: fewer than two groups have enough users. Choose another attribute.")
    if exact:
        shapley = shapley_values(np.stack([value(subset) for subset in range(whole + 1)]))
        error = np.zeros_like(shapley)
    else:
        shapley, error = _sampled(value, len(names), permutations, np.random.default_rng(seed))
    alone = np.stack([value(1 << position) for position in range(len(names))])
    without = np.stack([value(whole ^ (1 << position)) for position in range(len(names))])
    texts = [measure.text for measure in asked]
    progress(1.0, f"{len(known):,} sets of scorers")
    return Worth(
        scorers=names,
        weights=read_only(effective),
        shapley=_by_measure(texts, shapley),
        error=_by_measure(texts, error),
        whole=dict(zip(texts, map(float, value(whole)), strict=True)),
        alone=_by_measure(texts, alone),
        without=_by_measure(texts, without),
        exact=exact,
        subsets=len(known),
    )


def shapley_values(values: Values) -> Values:
    """Shapley values, (C, n), of C players from the worth of every subset.

    values (2^C, n): row s is the subset of the players whose bits are set in s.
    `out[i] = sum over s without i of |s|! (C - |s| - 1)! / C! * (values[s + i] - values[s])`.
    """
    players = len(values).bit_length() - 1
    subsets = np.arange(len(values))
    sizes = _bits(subsets, players).sum(axis=1)
    share = np.array(
        [math.factorial(size) * math.factorial(players - size - 1) / math.factorial(players) for size in range(players)]
    )
    out = np.empty((players, values.shape[1]))
    for player in range(players):
        without = subsets[(subsets >> player) & 1 == 0]
        out[player] = share[sizes[without]] @ (values[without | (1 << player)] - values[without])
    return out


def _sampled(
    value: Callable[[int], Values], players: int, permutations: int, generator: np.random.Generator
) -> tuple[Values, Values]:
    """Mean and standard error, (C, n) each, of what each player adds in orders drawn at random."""
    added = []
    for _ in range(max(2, permutations)):
        before, subset = value(0), 0
        row: list[Values] = [before] * players
        for player in generator.permutation(players).tolist():
            subset |= 1 << player
            after = value(subset)
            row[player] = after - before
            before = after
        added.append(row)
    drawn = np.array(added)
    error: Values = drawn.std(axis=0, ddof=1) / math.sqrt(len(drawn))
    return drawn.mean(axis=0), error


def _value(question: WeightQuestion, fusion: Fusion, weights: Values, measures: Sequence[Measure], k: int) -> Values:
    if not weights.any():
        return np.zeros(len(measures))
    return question.look(replace(fusion, weights=tuple(weights.tolist())), measures, k)[0]


def _bits(subsets: int | NDArray[np.intp], players: int) -> NDArray[np.intp]:
    """1 where the player is in the subset, (..., C)."""
    bits: NDArray[np.intp] = (np.asarray(subsets)[..., None] >> np.arange(players)) & 1
    return bits


def _defined_without_lists(measure: Measure) -> Measure:
    metric = METRICS[measure.metric]
    accuracy = metric.higher_is_better is True and metric.per_user
    if measure.attribute is None and not accuracy and measure.metric not in WITHOUT_LISTS:
        raise ScenarioError(
            f'worth: "{measure.text}" is undefined where nobody has a list. Choose another, such as ndcg or coverage.'
        )
    return measure


def _by_measure(texts: Sequence[str], values: Values) -> dict[str, Values]:
    return {text: read_only(values[:, column].copy()) for column, text in enumerate(texts)}
