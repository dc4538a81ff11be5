"""Weights learned from the validation part by a listwise loss: for everybody, and for segments drawn towards those."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.sparse import csr_matrix

from recengine.arrays import Positions, Values
from recengine.errors import ScenarioError
from recengine.evaluation import Change, Resamples, change
from recengine.fusion import Fusion, Pool, Source, fuse, prepare
from recengine.fusion.strategies import SegmentWeights
from recengine.fusion.strategies.weight_sets import named_text
from recengine.progress import Cancel, Progress, never, silent, stop_if_asked
from recengine.ranking import compute_metrics
from recengine.threads import single_threaded_blas
from recengine.tuning.question import pool_of, rows_to_measure

METRIC = "ndcg"
FOLDS = 5
"""Parts of the users: each is measured by weights learned from the others."""
INNER_FOLDS = 3
"""Parts of those others, by which the strength of shrinkage is chosen."""
STRENGTHS = (3.0, 10.0, 30.0, 100.0, 300.0, 1000.0, math.inf)
"""Of the shrinkage: how many users the weights for everybody count for against a segment's own; infinity is all."""
RIDGE = 1e-6
"""Of the loss: makes the best weights one point, also where scorers agree or any scale would do."""
STEEPEST = 1e4
"""Largest weight inside the loss, which has no lowest point where relevant items can be told apart."""
MAX_PAIRS = 4_000_000
"""Candidates that are learned from; of more users than have so many a part is drawn."""
BLOCK = 256
"""Users whose candidates are looked through at once."""


@dataclass(frozen=True)
class Gain:
    """What learned weights have more than the scenario's own: NDCG@k on the validation part, means over users.

    change: user by user, with its paired interval. Each user is measured by weights learned from other users, so
    `after` does not flatter.
    """

    before: float
    after: float
    change: Change


@dataclass(frozen=True)
class LearnedWeights:
    """weights: by scorer, of sum 1, for everybody; gain: what they are worth. n_users: how many were learned from.

    segments[name]: the weights of each segment that has somebody to learn from; segment_users[name]: how many were
    learned from. strategy: those weights, ready to be used; None where no segments were asked for. strength: users that
    the weights for everybody count for in a segment; infinity where a segment's own weights told the other users'
    relevant items no better, so that all segments are alike.
    """

    weights: Mapping[str, float]
    gain: Gain
    n_users: int
    segments: Mapping[str, Mapping[str, float]]
    strength: float | None = None
    strategy: SegmentWeights | None = None
    segments_gain: Gain | None = None
    segment_users: Mapping[str, int] = field(default_factory=dict)


def learn_weights(
    pool: Pool,
    source: Source,
    relevant: csr_matrix,
    fusion: Fusion,
    *,
    segments: SegmentWeights | None = None,
    k: int = 10,
    seed: int = 0,
    progress: Progress = silent,
    cancel: Cancel = never,
) -> LearnedWeights:
    """Weights of at least 0 under which the relevant items are likely among each user's candidates.

    The loss of a user is the cross-entropy between a softmax over the candidates' weighted sums and the relevant
    candidates, all alike: ListNet's top-one loss (Cao et al. 2007, ICML), which bounds what is missing from MRR and
    NDCG where relevance is yes or no (Bruch et al. 2019, ICTIR). It is convex in the weights; their scale is the
    steepness of the softmax and changes no ranking.

    segments: which segments get weights of their own; its `weights` are not read. The loss of a segment is that of its
    users plus half of `strength` times the squared distance to the weights for everybody, in the metric of the mean
    loss's curvature: as if so many average users were added. The strength is the one of `STRENGTHS` with the lowest
    loss of users who were not learned from.

    pool, source, relevant: of the validation part. fusion: the scenario's, whose normalisation and neutral value are
    used and whose weights are the baseline. Deterministic.
    Raises `ScenarioError` where nobody has a relevant candidate, `CancelledError`.
    """
    plain = fusion.as_sum
    # of very many users some are drawn: what they say of a handful of weights hardly differs
    pool = pool_of(pool, rows_to_measure(pool, relevant))
    lists = _Lists.of(pool, relevant, plain, seed)
    group, names = _segments(segments, source, pool.users)
    start = np.array(plain.effective)
    shared, by_group, strength = _learn(lists, start, group, seed)
    gain, segments_gain = _gains(pool, source, relevant, plain, lists, segments, k, seed, progress, cancel)
    learned = {names[number]: _by_scorer(pool, weights, start) for number, weights in by_group.items()}
    return LearnedWeights(
        weights=_by_scorer(pool, shared, start),
        gain=gain,
        n_users=len(lists.rows),
        segments=learned,
        strength=strength if segments is not None else None,
        strategy=None if segments is None else replace(segments, weights=named_text(learned)),
        segments_gain=segments_gain,
        segment_users={}
        if group is None
        else {names[number]: int((group[lists.rows] == number).sum()) for number in by_group},
    )


def likely_weights(pool: Pool, relevant: csr_matrix, fusion: Fusion, seed: int = 0) -> dict[str, float]:
    """Weights by scorer, of sum 1, under which the items of `relevant` are likely; no figures of what they are worth.

    Raises `ScenarioError` where there is nothing to learn from.
    """
    plain = fusion.as_sum
    lists = _Lists.of(pool, relevant, plain, seed)
    start = np.array(plain.effective)
    shared, _, _ = _learn(lists, start, None, seed)
    return _by_scorer(pool, shared, start)


@dataclass(frozen=True)
class _Lists:
    """Users' candidates, one user after the other.

    rows (n,): of the pool. table (m, C): values; starts (n,): each user's first candidate. wanted (n, C): the mean of
    the relevant candidates' values.
    """

    rows: NDArray[np.intp]
    table: Values
    starts: NDArray[np.intp]
    wanted: Values

    @classmethod
    def of(cls, pool: Pool, relevant: csr_matrix, fusion: Fusion, seed: int) -> _Lists:
        """Of the users who have a relevant candidate and another one. Raises `ScenarioError` where nobody has."""
        prepared = prepare(pool, fusion.strategy.value_map(fusion.normalization, fusion.neutral))
        hits = np.zeros(pool.items.shape, dtype=np.bool_)
        for start in range(0, len(pool.users), BLOCK):
            part = slice(start, start + BLOCK)
            wanted = relevant[pool.users[part]].toarray() > 0
            # a place of the padding reads the last item
            hits[part] = np.take_along_axis(wanted, pool.items[part].astype(np.intp), axis=1)
        there = pool.items >= 0
        hits &= there
        rows = np.flatnonzero(hits.any(axis=1) & (there & ~hits).any(axis=1))
        if len(rows) == 0:
            raise ScenarioError(
                "weights: no user has a relevant item of the validation part and another one among the candidates, so "
                "there is nothing to learn from. Use a larger dataset."
            )
        most = max(1, MAX_PAIRS // pool.items.shape[1])
        if len(rows) > most:
            rows = np.sort(np.random.default_rng(seed).choice(rows, most, replace=False))
        user, place = np.nonzero(there[rows])
        table = prepared.take(rows)[:, user, place].T.astype(np.float64)
        starts = np.searchsorted(user, np.arange(len(rows)))
        hit = hits[rows[user], place]
        sums = np.add.reduceat(table * hit[:, None], starts, axis=0)
        return cls(rows, table, starts, sums / hits[rows].sum(axis=1, keepdims=True))

    def take(self, users: NDArray[np.intp]) -> _Lists:
        """Those of some of the users, ascending places in `rows`."""
        sizes = np.diff(self.starts, append=len(self.table))
        chosen = np.zeros(len(self.rows), dtype=np.bool_)
        chosen[users] = True
        starts = np.cumsum(sizes[users]) - sizes[users]
        return _Lists(self.rows[users], self.table[np.repeat(chosen, sizes)], starts, self.wanted[users])

    def loss(self, weights: Values) -> tuple[float, Values]:
        """Summed over the users, in nats, with its gradient (C,)."""
        if len(self.rows) == 0:
            return 0.0, np.zeros_like(weights)
        log_mass, share = self._softmax(weights)
        gradient = share @ self.table - self.wanted.sum(axis=0)
        return float(log_mass.sum() - (self.wanted @ weights).sum()), gradient

    def curvature(self, weights: Values) -> Values:
        """Second derivatives of the mean loss of a user, (C, C)."""
        _, share = self._softmax(weights)
        weighted = self.table * share[:, None]
        means = np.add.reduceat(weighted, self.starts, axis=0)
        curvature: Values = (weighted.T @ self.table - means.T @ means) / len(self.rows)
        return curvature

    def _softmax(self, weights: Values) -> tuple[Values, Values]:
        """The logarithm of each user's sum of exponentials, (n,), and each candidate's share of it, (m,)."""
        sums = self.table @ weights
        sizes = np.diff(self.starts, append=len(self.table))
        highest = np.maximum.reduceat(sums, self.starts)
        powers = np.exp(sums - np.repeat(highest, sizes))
        mass = np.add.reduceat(powers, self.starts)
        return highest + np.log(mass), powers / np.repeat(mass, sizes)


def _best(lists: _Lists, start: Values, curvature: Values | None = None, strength: float = 0.0) -> Values:
    """The weights of the lowest loss, (C,), their scale that of the softmax; drawn towards `start` by `strength`."""
    if math.isinf(strength):
        return start
    users = len(lists.rows) + strength

    def objective(weights: Values) -> tuple[float, Values]:
        loss, gradient = lists.loss(weights)
        away = weights - start
        if curvature is not None:
            loss += strength / 2 * float(away @ curvature @ away)
            gradient = gradient + strength * (curvature @ away)
        return loss / users + RIDGE / 2 * float(weights @ weights), gradient / users + RIDGE * weights

    found = minimize(
        objective,
        np.clip(start, 0, STEEPEST),
        jac=True,
        method="L-BFGS-B",
        bounds=[(0, STEEPEST)] * len(start),
        options={"maxiter": 500, "ftol": 1e-12, "gtol": 1e-8},
    )
    best: Values = np.asarray(found.x, dtype=np.float64)
    return best


def _learn(lists: _Lists, start: Values, group: Positions | None, seed: int) -> tuple[Values, dict[int, Values], float]:
    """Weights for everybody, those of each segment by its number, and the strength. group: by row of the pool."""
    # thousands of products that are too small to be shared out
    with single_threaded_blas():
        shared = _best(lists, start)
        if group is None:
            return shared, {}, math.inf
        strength = _best_strength(lists, group, shared, seed)
        curvature = lists.curvature(shared)
        mine = group[lists.rows]
        by_group = {
            int(one): _best(lists.take(np.flatnonzero(mine == one)), shared, curvature, strength)
            for one in np.unique(mine)
        }
    return shared, by_group, strength


def _best_strength(lists: _Lists, group: Positions, start: Values, seed: int) -> float:
    """The strength by which users who were not learned from have the lowest loss; the largest one of equals."""
    fold = np.random.default_rng(seed).permutation(len(lists.rows)) % INNER_FOLDS
    mine = group[lists.rows]
    losses = np.zeros(len(STRENGTHS))
    for number in range(INNER_FOLDS):
        others = np.flatnonzero(fold != number)
        if len(others) == 0:
            continue
        known = lists.take(others)
        shared = _best(known, start)
        curvature = known.curvature(shared)
        for one in np.unique(mine):
            own = lists.take(np.flatnonzero((fold != number) & (mine == one)))
            asked = lists.take(np.flatnonzero((fold == number) & (mine == one)))
            for place, strength in enumerate(STRENGTHS):
                losses[place] += asked.loss(_best(own, shared, curvature, strength))[0]
    return max(strength for place, strength in enumerate(STRENGTHS) if losses[place] == losses.min())


def _gains(
    pool: Pool,
    source: Source,
    relevant: csr_matrix,
    fusion: Fusion,
    lists: _Lists,
    segments: SegmentWeights | None,
    k: int,
    seed: int,
    progress: Progress,
    cancel: Cancel,
) -> tuple[Gain, Gain | None]:
    """Of the weights for everybody and of those per segment, each user measured by what the others taught."""
    start = np.array(fusion.effective)
    group, names = _segments(segments, source, pool.users)
    fold = np.random.default_rng(seed).permutation(len(pool.users)) % FOLDS
    before, after, by_segment = (np.full(len(pool.users), np.nan) for _ in range(3))
    for number in range(FOLDS):
        stop_if_asked(cancel)
        progress(number / FOLDS, f"Learning weights: part {number + 1} of {FOLDS}")
        mine = np.flatnonzero(fold == number)
        others = np.flatnonzero(fold[lists.rows] != number)
        if len(mine) == 0:
            continue
        shared = start
        by_group: dict[int, Values] = {}
        if len(others):
            shared, by_group, _ = _learn(lists.take(others), start, group, seed)
        part = pool_of(pool, mine)
        learned = replace(fusion, weights=tuple(_by_scorer(pool, shared, start).values()))
        before[mine] = _measured(part, source, relevant, fusion, k)
        after[mine] = _measured(part, source, relevant, learned, k)
        if segments is None or not by_group:
            by_segment[mine] = after[mine]
            continue
        sets = named_text({names[one]: _by_scorer(pool, weights, start) for one, weights in by_group.items()})
        by_segment[mine] = _measured(
            part, source, relevant, replace(learned, strategy=replace(segments, weights=sets)), k
        )
    progress(1.0, "Learned weights")
    resamples = Resamples.draw(len(pool.users), seed=seed)

    def gain(values: Values) -> Gain:
        moved = change({METRIC: values}, {METRIC: before}, resamples)[METRIC]
        return Gain(float(np.nanmean(before)), float(np.nanmean(values)), moved)

    return gain(after), None if segments is None else gain(by_segment)


def _measured(pool: Pool, source: Source, relevant: csr_matrix, fusion: Fusion, k: int) -> Values:
    """NDCG@k of each user of the pool, (U,)."""
    rankings = fuse(pool, source, fusion, k).rankings
    # what popularity matters to is not measured
    popularity = np.zeros(relevant.shape[1], dtype=np.int32)
    per_user, _ = compute_metrics(rankings, relevant, popularity, relevant.shape[0], [METRIC])
    return per_user[METRIC]


def _segments(
    segments: SegmentWeights | None, source: Source, users: Positions
) -> tuple[Positions | None, tuple[str, ...]]:
    """The segment of each user as a place among the names; None without segments."""
    if segments is None:
        return None, ()
    group, names = segments.segments(source.known(segments.label))
    return group[users], names


def _by_scorer(pool: Pool, weights: Values, instead: Values) -> dict[str, float]:
    """Weights over their sum, by scorer; `instead` where no scorer helps."""
    weights = weights if weights.sum() > 0 else instead
    return {name: float(weight / weights.sum()) for name, weight in zip(pool.scorers, weights, strict=True)}
