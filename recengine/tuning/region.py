"""The weights that cannot be told from the best: inside them something else may choose."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np

from recengine.arrays import Mask, Scores, Values, read_only
from recengine.errors import ScenarioError
from recengine.evaluation import Resamples
from recengine.fusion import Fusion, check_weights
from recengine.progress import Cancel, Progress, never, silent, stop_if_asked
from recengine.tuning.exploring import Points, Setting, kick
from recengine.tuning.measures import find_measure
from recengine.tuning.question import WeightQuestion, check_weighs

STEPS = {2: 100, 3: 20, 4: 10}
"""Steps of the grid, by the number of scorers: 101 weights of two, 231 of three, 286 of four."""
DRAWN = 400
"""Weights of more scorers, drawn at random: half anywhere, half around the present ones."""
COLUMNS = 64
"""Settings whose intervals are computed at once."""
PICKS = ("coverage", "+novelty")


@dataclass(frozen=True)
class Region:
    """Weights beside the best of them, on validation. M settings; arrays read-only.

    points: the grid, `gridded` settings, then those that were asked for beside it. step: of the grid; None where
    weights were drawn. among: the scorers that share the weight.
    best: the number of the one with the best `metric`. difference, low, high (M,): the mean over users of each one's
    metric less the best one's, with its paired 95 % interval. alike (M,): whether that interval holds 0; the best is.
    It is the best of many looks at the same users, so what is not alike is only a little less surely worse.
    picks[measure]: the number of the setting inside with the best value of it.
    """

    points: Points
    metric: str
    gridded: int
    step: float | None
    among: tuple[str, ...]
    best: int
    difference: Values
    low: Values
    high: Values
    alike: Mask
    picks: Mapping[str, int]

    @property
    def interval(self) -> tuple[float, float] | None:
        """For two scorers: the weights of the first, around the best, all of which are alike; else None."""
        if len(self.among) != 2 or self.step is None:
            return None
        first = self.points.weights[: self.gridded, self.points.scorers.index(self.among[0])]
        order = np.argsort(first)
        alike = self.alike[: self.gridded][order]
        top = self.points.weights[self.best, self.points.scorers.index(self.among[0])]
        place = int(np.abs(first[order] - top).argmin())
        if not alike[place]:  # the best stands between two steps
            return float(top), float(top)
        low = place - int(np.argmin(np.append(alike[place::-1], False))) + 1
        high = place + int(np.argmin(np.append(alike[place:], False))) - 1
        return float(min(first[order][low], top)), float(max(first[order][high], top))


def indifference(
    question: WeightQuestion,
    fusion: Fusion,
    *,
    metric: str = "ndcg",
    k: int = 10,
    picks: Sequence[str] = PICKS,
    among: Sequence[str] = (),
    also: Sequence[Sequence[float]] = (),
    seed: int = 0,
    progress: Progress = silent,
    cancel: Cancel = never,
) -> Region:
    """Measure a grid of weights and tell which cannot be told from the best, user by user.

    among: the scorers that share the weight, all by default; the others have none. also: weights (C,) to look at beside
    the grid, such as those that a search found. The present weights are always looked at.
    Raises `ScenarioError` for a metric without a value by user, fewer than two scorers, or picks without a direction.
    """
    objective = find_measure(metric)
    wanted = [find_measure(text) for text in dict.fromkeys(picks)]
    signs = [1.0 if measure.higher_is_better else -1.0 for measure in (objective, *wanted)]
    if not objective.per_user:
        raise ScenarioError(f'indifference: "{metric}" has no value for each user. Choose another, such as ndcg.')
    check_weighs(fusion.strategy, "indifference")
    question = question.measured()
    names = question.pool.scorers
    chosen = tuple(among) or names
    for name in chosen:
        if name not in names:
            raise ScenarioError(f"indifference: there is no scorer {name[:80]!r}. Choose among {', '.join(names)}.")
    if len(set(chosen)) < 2:
        raise ScenarioError("indifference: needs at least two scorers that share the weight. Add another.")
    measures = list(dict.fromkeys([objective, *wanted]))
    question.check(measures)
    for weights in (fusion.weights, *also):
        check_weights(weights, names)
    present = Setting.of(fusion)
    grid = _grid(present, names, chosen, seed)
    settings = list(dict.fromkeys([*grid, present, *(present.with_weights(_shares(weights)) for weights in also)]))
    values = np.empty((len(settings), len(measures)))
    by_user = np.empty((len(question.pool.users), len(settings)), dtype=np.float32)
    for number, setting in enumerate(settings):
        stop_if_asked(cancel)
        values[number], per_user = question.look(setting.fusion(fusion), measures, k)
        by_user[:, number] = per_user[objective.metric]
        progress((number + 1) / len(settings), f"{number + 1:,} of {len(settings):,} weights")
    best = int(np.nanargmax(signs[0] * values[:, 0]))
    resamples = Resamples.draw(len(by_user), seed=seed)
    difference, low, high = _against(by_user, best, resamples)
    # where nobody changes the interval is the one value 0
    alike = (low <= 0) & (high >= 0)
    alike[best] = True
    found = {}
    for measure, sign in zip(wanted, signs[1:], strict=True):
        inside = np.where(alike, sign * values[:, measures.index(measure)], np.nan)
        if not np.isnan(inside).all():
            found[measure.text] = int(np.nanargmax(inside))
    return Region(
        points=_points(names, settings, values, [measure.text for measure in measures]),
        metric=objective.text,
        gridded=len(grid),
        step=1 / STEPS[len(chosen)] if len(chosen) in STEPS else None,
        among=chosen,
        best=best,
        difference=read_only(difference),
        low=read_only(low),
        high=read_only(high),
        alike=read_only(alike),
        picks=found,
    )


def _against(by_user: Scores, best: int, resamples: Resamples) -> tuple[Values, Values, Values]:
    """Mean difference of each column from the best one, with its interval, (M,) each; a bounded number at once."""
    peer = by_user[:, [best]].astype(np.float64)
    parts = [
        np.stack(resamples.difference(by_user[:, start : start + COLUMNS].astype(np.float64), peer))
        for start in range(0, by_user.shape[1], COLUMNS)
    ]
    mean, low, high = np.concatenate(parts, axis=1)
    return mean, low, high


def simplex(n: int, steps: int) -> Values:
    """All weights of n scorers in steps of 1 / `steps` that add up to 1, (M, n)."""
    lattice = [(*point, steps - sum(point)) for point in product(range(steps + 1), repeat=n - 1) if sum(point) <= steps]
    return np.array(lattice) / steps


def _grid(present: Setting, names: Sequence[str], chosen: Sequence[str], seed: int) -> list[Setting]:
    columns = [names.index(name) for name in chosen]
    if len(chosen) in STEPS:
        shares = simplex(len(chosen), STEPS[len(chosen)])
    else:
        generator = np.random.default_rng(seed)
        anywhere = generator.dirichlet(np.ones(len(chosen)), size=DRAWN // 2)
        here = np.array(present.weights)[columns]
        start = present.with_weights(here / here.sum() if here.any() else np.full(len(chosen), 1 / len(chosen)))
        around = np.array([kick(start, generator).weights for _ in range(DRAWN // 2)])
        shares = np.concatenate([anywhere, around])
    weights = np.zeros((len(shares), len(names)))
    weights[:, columns] = shares
    return list(dict.fromkeys(present.with_weights(row) for row in weights))


def _shares(weights: Sequence[float]) -> Values:
    row = np.asarray(weights, dtype=np.float64)
    shares: Values = row / row.sum()
    return shares


def _points(names: Sequence[str], settings: Sequence[Setting], values: Values, texts: Sequence[str]) -> Points:
    return Points(
        tuple(names),
        read_only(np.array([setting.weights for setting in settings])),
        tuple(setting.normalization for setting in settings),
        tuple(setting.neutral for setting in settings),
        {text: read_only(values[:, column].copy()) for column, text in enumerate(texts)},
    )
