"""Looking at one setting of a fusion after another: each once, none forgotten, until the effort is spent."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import permutations

import numpy as np

from recengine.arrays import Values, read_only
from recengine.errors import ScenarioError
from recengine.fusion import Fusion, Neutral, Normalization
from recengine.progress import Cancel, Progress, never, silent, stop_if_asked, within

DEFAULT_EVALUATIONS = 1_000
MAX_EVALUATIONS = 1_000_000
DIGITS = 4
"""Decimals of a weight."""
FIRST_STEP, LAST_STEP = 0.25, 0.01
"""How much weight a refinement moves from one scorer to another, at first and at last."""
SHARE_AT_RANDOM = 0.3
"""Of the effort, drawn evenly from all weights; the rest refines the best of them."""
STARTS = 3
KICK_STEP = 0.1
"""How much weight a refinement moves at first after a kick."""
KICKS = 50
"""Kicks in a row that bring nothing better end the search."""
STALE = 1_000
"""Draws in a row that were all looked at before: then there is nothing new to draw."""


@dataclass(frozen=True)
class Effort:
    """When a search stops: after so many evaluations or seconds, whichever comes first; None is no limit.

    The same number of evaluations gives the same answer; a number of seconds does not.
    Raises `ScenarioError` where neither is given or one cannot be.
    """

    evaluations: int | None = DEFAULT_EVALUATIONS
    seconds: float | None = None

    def __post_init__(self) -> None:
        """Check both limits."""
        if self.evaluations is None and self.seconds is None:
            raise ScenarioError("weights: the search needs a number of evaluations or of seconds. Give one.")
        if self.evaluations is not None and not 1 <= self.evaluations <= MAX_EVALUATIONS:
            raise ScenarioError(
                f"evaluations must be from 1 to {MAX_EVALUATIONS:,}, got {self.evaluations:,}. Change it."
            )
        if self.seconds is not None and not (math.isfinite(self.seconds) and self.seconds > 0):
            raise ScenarioError(f"seconds must be a number above 0, got {self.seconds:g}. Change it.")


@dataclass(frozen=True)
class Setting:
    """Weights of sum 1, in the order of the scorers, with how scores are made comparable."""

    weights: tuple[float, ...]
    normalization: Normalization
    neutral: Neutral

    @classmethod
    def of(cls, fusion: Fusion) -> Setting:
        """The setting of a fusion, its weights over their sum, rounded."""
        return cls(rounded(np.array(fusion.effective)), fusion.normalization, fusion.neutral)

    def with_weights(self, weights: Values) -> Setting:
        """Other weights, rounded."""
        return replace(self, weights=rounded(weights))

    def fusion(self, template: Fusion) -> Fusion:
        """`template` with this setting: its strategy and re-rankers stay."""
        return replace(template, weights=self.weights, normalization=self.normalization, neutral=self.neutral)


def rounded(weights: Values) -> tuple[float, ...]:
    """The weights with `DIGITS` decimals."""
    return tuple(np.round(weights, DIGITS).tolist())


@dataclass(frozen=True)
class Points:
    """Every setting that was looked at, in that order. M settings, C scorers; arrays read-only.

    weights (M, C), each row of sum 1. normalizations, neutrals: one a setting. values[measure] (M,), NaN = undefined.
    """

    scorers: tuple[str, ...]
    weights: Values
    normalizations: tuple[Normalization, ...]
    neutrals: tuple[Neutral, ...]
    values: Mapping[str, Values]

    def __len__(self) -> int:
        """M."""
        return len(self.weights)

    def setting(self, number: int) -> Setting:
        """The one of that number."""
        return Setting(tuple(self.weights[number].tolist()), self.normalizations[number], self.neutrals[number])

    def by_scorer(self, number: int) -> dict[str, float]:
        """Its weights by scorer."""
        return dict(zip(self.scorers, self.weights[number].tolist(), strict=True))

    def at(self, number: int) -> dict[str, float]:
        """Its values by measure."""
        return {name: float(values[number]) for name, values in self.values.items()}


Score = Callable[[Values], tuple[float, float]]
"""From the values of a setting to what is compared, first things first; higher is better."""


@dataclass
class Explorer:
    """What has been looked at. evaluate: the measures of a setting, (n,). told: the progress text of a share done."""

    evaluate: Callable[[Setting], Values]
    effort: Effort
    progress: Progress = silent
    cancel: Cancel = never
    words: Callable[[], str] = lambda: ""
    found: dict[Setting, Values] = field(default_factory=dict)
    started: float = field(default_factory=time.perf_counter)

    @property
    def spent(self) -> float:
        """Share of the effort that is spent, in [0, 1]."""
        shares = [0.0]
        if self.effort.evaluations is not None:
            shares.append(len(self.found) / self.effort.evaluations)
        if self.effort.seconds is not None:
            shares.append((time.perf_counter() - self.started) / self.effort.seconds)
        return min(1.0, max(shares))

    @property
    def over(self) -> bool:
        """Whether nothing else may be looked at."""
        return self.spent >= 1

    def look(self, setting: Setting) -> Values:
        """The measures of a setting, computed once."""
        if setting not in self.found:
            stop_if_asked(self.cancel)
            self.found[setting] = read_only(self.evaluate(setting))
            self.progress(self.spent, f"{len(self.found):,} settings{self.words()}")
        return self.found[setting]

    def best(self, score: Score, n: int) -> list[Setting]:
        """The best n, the earlier found ones among equals."""
        by_score = sorted(self.found, key=lambda setting: [-part for part in score(self.found[setting])])
        return by_score[:n]

    def points(self, scorers: Sequence[str], measures: Sequence[str]) -> Points:
        """All that was looked at."""
        settings = list(self.found)
        values = np.array([self.found[one] for one in settings]).reshape(len(settings), len(measures))
        return Points(
            tuple(scorers),
            read_only(np.array([one.weights for one in settings]).reshape(len(settings), len(scorers))),
            tuple(one.normalization for one in settings),
            tuple(one.neutral for one in settings),
            {name: read_only(values[:, column].copy()) for column, name in enumerate(measures)},
        )


def climb(
    explorer: Explorer, starts: Sequence[Setting], score: Score, until: float, generator: np.random.Generator
) -> None:
    """Draw at random, refine the best few, then kick and refine the best while that helps or effort is left."""
    limited = _until(explorer, until)
    draw_settings(limited, starts, SHARE_AT_RANDOM * until, generator)
    for setting in limited.best(score, STARTS):
        refine(limited, setting, score)
    barren = 0
    while not limited.over and barren < KICKS:
        best = limited.best(score, 1)[0]
        reached = refine(limited, kick(best, generator), score, KICK_STEP)
        barren = 0 if score(limited.look(reached)) > score(limited.look(best)) else barren + 1


def _until(explorer: Explorer, share: float) -> Explorer:
    """The same exploration with a share of the effort; what it finds is found for both."""
    effort = explorer.effort
    return replace(
        explorer,
        effort=Effort(
            None if effort.evaluations is None else max(1, round(share * effort.evaluations)),
            None if effort.seconds is None else share * effort.seconds,
        ),
        progress=within(explorer.progress, 0.0, share),
    )


def draw_settings(explorer: Explorer, starts: Sequence[Setting], until: float, generator: np.random.Generator) -> None:
    """Look at weights drawn at random, under the maps of each of `starts` in turn, until a share of the effort.

    For some of the scorers as often as for all. One map after the other: a pool keeps the values of few.
    """
    n_scorers = len(starts[0].weights)
    begun = explorer.spent
    for number, start in enumerate(starts, 1):
        share, stale = begun + (until - begun) * number / len(starts), 0
        while explorer.spent < min(share, 1.0) and stale < STALE:
            known = len(explorer.found)
            used = generator.permutation(n_scorers) < generator.integers(1, n_scorers + 1)
            drawn = generator.dirichlet(np.ones(n_scorers)) * used
            explorer.look(start.with_weights(drawn / drawn.sum()))
            stale = stale + 1 if len(explorer.found) == known else 0


def refine(explorer: Explorer, start: Setting, score: Score, first_step: float = FIRST_STEP) -> Setting:
    """Move weight from one scorer to another while that helps, in steps that are halved when none does.

    Source: pattern search, Hooke & Jeeves (1961), JACM 8(2).
    """
    setting, step = start, first_step
    value = score(explorer.look(setting))
    pairs = list(permutations(range(len(setting.weights)), 2))
    while step >= LAST_STEP and not explorer.over:
        improved = False
        for source, target in pairs:
            if explorer.over or not setting.weights[source]:
                continue
            tried = _moved(setting, source, target, step)
            if (found := score(explorer.look(tried))) > value:
                setting, value, improved = tried, found, True
        if not improved:
            step /= 2
    return setting


def kick(setting: Setting, generator: np.random.Generator) -> Setting:
    """A setting some way off, between it and weights drawn at random."""
    weights = np.array(setting.weights)
    share = generator.uniform(0.1, 0.5)
    return setting.with_weights((1 - share) * weights + share * generator.dirichlet(np.full(len(weights), 0.5)))


def _moved(setting: Setting, source: int, target: int, step: float) -> Setting:
    """`step`, or all there is, moved from one scorer to another."""
    weights = np.array(setting.weights)
    moved = min(step, weights[source])
    weights[source] -= moved
    weights[target] += moved
    return setting.with_weights(weights)
