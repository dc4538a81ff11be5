"""Weights that agree with a person's judgement: what is good should stand before what is bad."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from recengine.arrays import Scores, Values, read_only
from recengine.errors import ScenarioError
from recengine.fusion import Fusion, Pool, Source, check_weights, fuse_row
from recengine.tuning.exploring import rounded
from recengine.tuning.question import check_weighs

RIDGE = 1.0
"""How strongly the present weights are kept, against one thumb: as a prior of variance 1/2 would."""
SPREAD = 1e-9


@dataclass(frozen=True)
class Thumb:
    """A user's item, by position, judged good or bad."""

    user: int
    item: int
    good: bool


@dataclass(frozen=True)
class ThumbedWeights:
    """Weights that agree with thumbs.

    weights: a scorer, at least 0, of sum 1. before, after: the share of pairs of a good and a bad item of one user that
    the present and these weights put in the right order, in [0, 1]; equal scores count half. pairs, users, good, bad:
    what there was to learn from. dropped: thumbs on items that the user has already seen, which no list holds. changed:
    whether the weights are others than the present ones, which stay where no others agree better.
    """

    weights: Mapping[str, float]
    before: float
    after: float
    pairs: int
    users: int
    good: int
    bad: int
    dropped: int
    changed: bool


def weigh_thumbs(
    pool: Pool, source: Source, fusion: Fusion, thumbs: Sequence[Thumb], *, ridge: float = RIDGE
) -> ThumbedWeights:
    """The weights that agree best with `thumbs`, of the pool's users; of a pair judged twice the last counts.

    Pairwise logistic regression on what the strategy adds up: the mean over pairs of log(1 + exp(-w . d / s)), d being
    the good item's values less the bad one's, plus `ridge` / thumbs times the squared distance from the present
    weights, for w >= 0; s is the median of |w . d| under the present weights. Source: Bradley & Terry (1952),
    Biometrika 39. Agreement is by the scores of the strategy itself.

    Raises `ScenarioError` where one kind of thumb is missing, or no user has both.
    """
    check_weighs(fusion.strategy, "thumbs")
    check_weights(fusion.weights, pool.scorers)
    latest = {(thumb.user, thumb.item): thumb.good for thumb in thumbs}
    kinds = set(latest.values())
    if kinds != {True, False}:
        held = "none" if not kinds else "only good ones" if True in kinds else "only bad ones"
        raise ScenarioError(f"thumbs: good and bad ones are needed, got {held}. Mark some of the other kind too.")
    by_user: dict[int, list[tuple[int, bool]]] = {}
    for (user, item), good in latest.items():
        by_user.setdefault(user, []).append((item, good))

    differences, sides, dropped = [], [], 0
    for user, marked in by_user.items():
        normalised = fuse_row(pool, source, fusion, user).normalised
        known = [(item, good) for item, good in marked if not np.isnan(normalised[:, item]).any()]
        dropped += len(marked) - len(known)
        above = np.array([item for item, good in known if good], dtype=np.intp)
        below = np.array([item for item, good in known if not good], dtype=np.intp)
        if len(above) and len(below):
            apart = normalised[:, above, None].astype(np.float64) - normalised[:, None, below]
            differences.append(apart.reshape(len(normalised), -1).T)
            sides.append((user, above, below))
    if not sides:
        seen = f" {dropped} are on items that the user has already seen." if dropped else ""
        raise ScenarioError(f"thumbs: no user has a good and a bad one.{seen} Mark both kinds in one user's list.")

    pairs = np.concatenate(differences)
    present = np.array(fusion.effective)
    judged = sum(len(above) + len(below) for _, above, below in sides)
    # pairs with a thumb in common are not evidence of their own
    learned = _fit(pairs, present, ridge / judged)
    before = _agreement(pool, source, fusion, sides)
    after = _agreement(pool, source, replace(fusion, weights=learned), sides)
    if changed := after > before and learned != rounded(present):
        weights = learned
    else:
        weights, after = rounded(present), before
    return ThumbedWeights(
        weights=dict(zip(pool.scorers, weights, strict=True)),
        before=before,
        after=after,
        pairs=len(pairs),
        users=len(sides),
        good=sum(latest.values()),
        bad=len(latest) - sum(latest.values()),
        dropped=dropped,
        changed=changed,
    )


def _fit(pairs: Values, present: Values, pull: float) -> tuple[float, ...]:
    """Weights of sum 1 of the regression over pairs (n, C), pulled towards the present ones."""
    from scipy.optimize import minimize

    scale = float(np.median(np.abs(pairs @ present)))
    pairs = read_only(pairs / max(scale, SPREAD))

    def loss(weights: Values) -> tuple[float, Values]:
        margin = pairs @ weights
        away = weights - present
        # log(1 + exp(-m)) and its slope, without overflow
        value = np.logaddexp(0.0, -margin).mean() + pull * away @ away
        slope = -(pairs.T @ np.exp(-np.logaddexp(0.0, margin))) / len(pairs) + 2 * pull * away
        return float(value), slope

    found = minimize(loss, present, jac=True, method="L-BFGS-B", bounds=[(0.0, None)] * len(present)).x
    total = found.sum()
    return rounded(found / total) if total > SPREAD else rounded(present)


def _agreement(
    pool: Pool, source: Source, fusion: Fusion, sides: Sequence[tuple[int, np.ndarray, np.ndarray]]
) -> float:
    """Share of the pairs in the right order; ties count half, an item that cannot be listed is last."""
    right, total = 0.0, 0
    for user, above, below in sides:
        score: Scores = np.nan_to_num(fuse_row(pool, source, fusion, user).score, nan=-np.inf)
        good, bad = score[above][:, None], score[below][None, :]
        right += float((good > bad).sum() + 0.5 * (good == bad).sum())
        total += len(above) * len(below)
    return right / total
