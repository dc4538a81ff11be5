"""Weights of a fusion that rank the validation part best: a search in which an evaluation takes milliseconds."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import permutations

import numpy as np
from scipy.sparse import csr_matrix

from recengine.arrays import Mask, Positions, Values
from recengine.data import Split
from recengine.errors import ScenarioError
from recengine.evaluation import Change, Resamples, change
from recengine.fusion import DEFAULT_DEPTH, Fusion, Neutral, Normalization, Pool, Source, build_pool, fuse
from recengine.models import Scorer
from recengine.progress import Cancel, Progress, never, silent, stop_if_asked
from recengine.ranking import compute_metrics
from recengine.tuning.study import higher_is_better

EVALUATIONS = 1000
SHARE_AT_RANDOM = 0.3
"""Of the evaluations, drawn evenly from all weights; the rest refine the best of them."""
STARTS = 3
FIRST_STEP, LAST_STEP = 0.25, 0.01
"""How much weight a refinement moves from one scorer to another, at first and at last."""
DIGITS = 4
"""Decimals of a weight."""


@dataclass(frozen=True)
class WeightQuestion:
    """Lists to rank and what they should hold.

    pool and source: of the users who have a relevant item, from scorers fitted without the validation part.
    relevant (n_users, n_items): the validation positives. popularity (n_items,): training users of each item.
    """

    pool: Pool
    source: Source
    relevant: csr_matrix
    popularity: Positions

    @classmethod
    def of(
        cls,
        scorers: Mapping[str, Scorer],
        split: Split,
        *,
        eligible: Mask | None = None,
        depth: int = DEFAULT_DEPTH,
        progress: Progress = silent,
        cancel: Cancel = never,
    ) -> WeightQuestion:
        """From scorers fitted on `split.train`. eligible (n_items,): what lists are made of, if not of all items."""
        source = Source(scorers, split.train.seen, eligible)
        relevant = split.validation.matrix
        if eligible is not None:
            relevant = csr_matrix(relevant.multiply(eligible))
            relevant.eliminate_zeros()
        users = np.flatnonzero(np.diff(relevant.indptr)).astype(np.int32)
        pool = build_pool(source, users=users, depth=depth, progress=progress, cancel=cancel)
        return cls(pool, source, relevant, split.train.popularity())

    def measure(
        self,
        weights: Values,
        metrics: Sequence[str],
        k: int,
        normalization: Normalization = "min-max",
        neutral: Neutral = "mean",
    ) -> tuple[dict[str, Values], dict[str, float]]:
        """Metrics of the fused lists: those by user, in the order of the pool, and those of all lists together."""
        fusion = Fusion(tuple(map(float, weights)), normalization, neutral)
        rankings = fuse(self.pool, self.source, fusion, k).rankings
        return compute_metrics(rankings, self.relevant, self.popularity, self.relevant.shape[0], metrics)


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
    """Search weights of sum 1 for the best `metric`; the same arguments give the same weights.

    First each scorer alone, all alike, and weights drawn at random, for some of the scorers or for all. Then a pattern
    search (Hooke & Jeeves 1961, JACM 8(2)) from the best few: weight moves from one scorer to another while that helps,
    in steps that are halved when none does. Among equals the earlier found wins: a scorer alone before any mixture.

    Raises `ScenarioError` for a metric without a better direction or nobody to measure, `CancelledError`.
    """
    sign = 1.0 if higher_is_better(metric) else -1.0
    if len(question.pool.users) == 0:
        raise ScenarioError("weights: nobody has a positive in the validation part. Use a larger dataset.")
    names = question.pool.scorers
    measure = partial(question.measure, metrics=[metric], k=k, normalization=normalization, neutral=neutral)

    def objective(weights: Values) -> float:
        per_user, overall = measure(weights)
        return overall[metric] if metric in overall else float(np.nanmean(per_user[metric]))

    search = _Search(objective, sign, evaluations, progress, cancel)
    corners = np.eye(len(names))
    alone = [search.look(corner) for corner in corners]
    if not search.over:
        search.look(np.full(len(names), 1 / len(names)))
    generator = np.random.default_rng(seed)
    for _ in range(round(SHARE_AT_RANDOM * evaluations)):
        if search.over:
            break
        # few scorers as often as many
        used = generator.permutation(len(names)) < generator.integers(1, len(names) + 1)
        drawn = generator.dirichlet(np.ones(len(names))) * used
        search.look(drawn / drawn.sum())
    for start in search.best(STARTS):
        search.refine(start)
    best = search.best(1)[0]
    resamples = Resamples.draw(len(question.pool.users), seed=seed)
    single = corners[int(np.argmax(alone))]
    return TunedWeights(
        weights={name: float(weight) for name, weight in zip(names, best, strict=True)},
        value=search.sign * search.look(best),
        alone={name: search.sign * value for name, value in zip(names, alone, strict=True)},
        gain=change(measure(best)[0], measure(single)[0], resamples).get(metric),
        evaluations=len(search.found),
    )


@dataclass
class _Search:
    """What has been looked at: `found` is the objective by weights, higher is better."""

    objective: Callable[[Values], float]
    sign: float
    budget: int
    progress: Progress
    cancel: Cancel
    found: dict[tuple[float, ...], float] = field(default_factory=dict)

    @property
    def over(self) -> bool:
        """Whether nothing else may be looked at."""
        return len(self.found) >= self.budget

    def look(self, weights: Values) -> float:
        """The objective of weights of sum 1, computed once."""
        key = tuple(np.round(weights, DIGITS).tolist())
        if key not in self.found:
            stop_if_asked(self.cancel)
            self.found[key] = self.sign * self.objective(np.array(key))
            best = self.sign * max(self.found.values())
            self.progress(min(1.0, len(self.found) / self.budget), f"{len(self.found):,} weights: best {best:.4f}")
        return self.found[key]

    def best(self, n: int) -> list[Values]:
        """The best n, the earlier found ones among equals."""
        return [np.array(key) for key in sorted(self.found, key=lambda key: -self.found[key])[:n]]

    def refine(self, weights: Values) -> None:
        """Move weight from one scorer to another while that helps, in ever smaller steps."""
        value, step = self.look(weights), FIRST_STEP
        while step >= LAST_STEP and not self.over:
            improved = False
            for source, target in permutations(range(len(weights)), 2):
                moved = min(step, weights[source])
                if moved == 0 or self.over:
                    continue
                tried = weights.copy()
                tried[source] -= moved
                tried[target] += moved
                if (found := self.look(tried)) > value:
                    weights, value, improved = tried, found, True
            if not improved:
                step /= 2
