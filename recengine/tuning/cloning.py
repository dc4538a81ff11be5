"""The weights that reproduce another system's lists best."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np
from scipy.sparse import csr_matrix

from recengine.arrays import Values, read_only
from recengine.errors import ScenarioError
from recengine.evaluation import Resamples
from recengine.fusion import Fusion, Normalization, Pool, Source, check_weights, fuse
from recengine.progress import Cancel, Progress, never, silent
from recengine.ranking import PADDING, Rankings, overlap, rank_biased_overlap
from recengine.tuning.exploring import DEFAULT_EVALUATIONS, Effort, Explorer, Points, Setting, climb, refine
from recengine.tuning.listwise import likely_weights
from recengine.tuning.question import BY_USER, check_weighs, pool_of

AGREEMENTS = {"rbo": "Rank-biased overlap", "overlap": "Overlap"}
"""How alike two lists are, by what is maximised; both are told."""
SEARCHED: tuple[Normalization, ...] = ("min-max", "z-score", "rank")
"""How scores are made comparable, among which a clone is searched: what the other system does is not known."""
DEFAULT_EFFORT = Effort(DEFAULT_EVALUATIONS)


@dataclass(frozen=True)
class Agreement:
    """How alike two systems' lists are: the mean over `n` users in [0, 1], 1 = the same, with its 95 % interval."""

    mean: float
    low: float
    high: float
    n: int


@dataclass(frozen=True)
class Clone:
    """Weights that reproduce another system.

    weights: a scorer, at least 0, of sum 1; the copied one, where it was among the scorers, is not there. setting: the
    same, with how scores are made comparable. agreement, before: of these and of the present weights with the other
    system, by "rbo" and "overlap". alone[scorer]: what was maximised of each scorer by itself. points: all that was
    looked at, over the other scorers.
    """

    weights: Mapping[str, float]
    setting: Setting
    agreement: Mapping[str, Agreement]
    before: Mapping[str, Agreement]
    alone: Mapping[str, float]
    points: Points


def clone_weights(
    pool: Pool,
    source: Source,
    start: Fusion,
    target: Rankings,
    *,
    copied: str | None = None,
    k: int = 10,
    by: str = "rbo",
    normalizations: Sequence[Normalization] = SEARCHED,
    effort: Effort = DEFAULT_EFFORT,
    seed: int = 0,
    progress: Progress = silent,
    cancel: Cancel = never,
) -> Clone:
    """Search the weights whose lists are most like those of `target`, over its users with a list.

    copied: a scorer of the pool that is the other system itself, and gets no weight. target: users of the pool, in any
    order; only the first k places count. No relevance is read. by: "rbo" or "overlap".
    Raises `ScenarioError` where there are no lists, or fewer than two other scorers.
    """
    if by not in AGREEMENTS:
        raise ScenarioError(f"clone: {by[:80]!r} is unknown. Choose among {', '.join(AGREEMENTS)}.")
    check_weighs(start.strategy, "clone")
    check_weights(start.weights, pool.scorers)
    if copied is not None:
        pool, source, start = without_scorer(pool, source, start, copied)
    if len(pool.scorers) < 2:
        raise ScenarioError("clone: needs at least two other scorers to weigh. Add another.")
    listed = target.only((target.items != PADDING).any(axis=1) & np.isin(target.users, pool.users))
    if len(listed.users) == 0:
        raise ScenarioError("clone: no user has an uploaded list of unseen items. Upload lists for this dataset.")
    known = np.argsort(pool.users)
    rows = known[np.searchsorted(pool.users[known], listed.users)]
    wanted = Rankings(listed.users, listed.items[:, :k], listed.scores[:, :k])
    if not np.array_equal(listed.users, pool.users):
        pool = pool_of(pool, rows)

    def alike(setting: Setting) -> dict[str, Values]:
        lists = fuse(pool, source, setting.fusion(start), k).rankings
        return {"rbo": rank_biased_overlap(lists, wanted), "overlap": overlap(lists, wanted)}

    column, best_yet = list(AGREEMENTS).index(by), 0.0

    def evaluate(setting: Setting) -> Values:
        nonlocal best_yet
        found = alike(setting)
        values = np.array([found[name].mean() for name in AGREEMENTS])
        best_yet = max(best_yet, float(values[column]))
        return values

    def score(values: Values) -> tuple[float, float]:
        return float(values[column]), float(values[1 - column])

    explorer = Explorer(evaluate, effort, progress, cancel, lambda: f": best agreement {best_yet:.3f}")
    here = Setting.of(start)
    names = pool.scorers
    alone = {name: here.with_weights(row) for name, row in zip(names, np.eye(len(names)), strict=True)}
    for setting in (*alone.values(), here):
        explorer.look(setting)
    maps: dict[object, Setting] = {}
    for normalization in (start.normalization, *normalizations):
        value_map = start.strategy.value_map(normalization, start.neutral)
        maps.setdefault(value_map, replace(here, normalization=normalization))
    likely = [_likely(pool, source, start, setting, wanted, seed) for setting in maps.values()]
    for setting in likely:
        refine(explorer, setting, score)
    climb(explorer, [*likely, *maps.values()], score, 1.0, np.random.default_rng(seed))
    best = explorer.best(score, 1)[0]
    resamples = Resamples.draw(len(rows), seed=seed)
    return Clone(
        weights=dict(zip(names, best.weights, strict=True)),
        setting=best,
        agreement=_agreements(alike(best), resamples),
        before=_agreements(alike(here), resamples),
        alone={name: float(explorer.found[setting][column]) for name, setting in alone.items()},
        points=explorer.points(names, list(AGREEMENTS)),
    )


def _likely(pool: Pool, source: Source, start: Fusion, setting: Setting, wanted: Rankings, seed: int) -> Setting:
    """The setting with weights under which the listed items are likely, whatever their order; as it is where no list
    leaves a candidate out.
    """
    row, place = np.nonzero(wanted.items != PADDING)
    listed = csr_matrix(
        (np.ones(len(row), dtype=np.float32), (wanted.users[row], wanted.items[row, place])), shape=source.seen.shape
    )
    try:
        weights = likely_weights(pool, listed, setting.fusion(start), seed)
    except ScenarioError:
        return setting
    return setting.with_weights(np.array([weights[name] for name in pool.scorers]))


def without_scorer(pool: Pool, source: Source, fusion: Fusion, scorer: str) -> tuple[Pool, Source, Fusion]:
    """The same without one scorer; its candidates stay. All others weigh alike where it had all the weight.

    Raises `ScenarioError` where there is no such scorer.
    """
    if scorer not in pool.scorers:
        raise ScenarioError(f"clone: there is no scorer {scorer[:80]!r}. Choose among {', '.join(pool.scorers)}.")
    kept = [place for place, name in enumerate(pool.scorers) if name != scorer]
    names = tuple(pool.scorers[place] for place in kept)
    weights = tuple(fusion.weights[place] for place in kept)
    parts: dict[str, Any] = {"scorers": names}
    for part in fields(Pool):
        value = getattr(pool, part.name)
        if isinstance(value, np.ndarray) and part.name not in BY_USER:
            parts[part.name] = read_only(value[kept])
    fusion = replace(fusion, weights=weights if any(weights) else (1.0,) * len(names))
    fusion.strategy.check(names)
    scorers = {name: source.scorers[name] for name in names}
    return replace(pool, **parts), replace(source, scorers=scorers), fusion


def _agreements(values: Mapping[str, Values], resamples: Resamples) -> dict[str, Agreement]:
    found = {}
    for name, by_user in values.items():
        mean, low, high = resamples.interval(by_user)
        found[name] = Agreement(float(mean), float(low), float(high), int(np.count_nonzero(~np.isnan(by_user))))
    return found
