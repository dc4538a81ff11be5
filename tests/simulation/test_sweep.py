from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy.sparse import csr_matrix

from recengine.arrays import Scores
from recengine.errors import CancelledError, ScenarioError
from recengine.evaluation import Resamples, evaluate
from recengine.fusion import Fusion, Pointwise, Pool, Source, build_pool, fuse
from recengine.ranking import METRICS
from recengine.simulation import Stretches, Sweep, Yardstick, breakpoints, sweep
from tests.fusion.catalogues import Case, source_of
from tests.simulation.exact import swept_cases

EVERY = tuple(METRICS)
TOP = 2.0


def at_weight(fusion: Fusion, scorer: int, weight: float) -> Fusion:
    return replace(fusion, weights=(*fusion.weights[:scorer], weight, *fusion.weights[scorer + 1 :]))


def evaluated(pool: Pool, source: Source, fusion: Fusion, yardstick: Yardstick, k: int) -> dict[str, float]:
    lists = fuse(pool, source, fusion, k)
    resamples = Resamples.draw(len(pool.users), seed=0)
    table = evaluate(
        lists.rankings,
        yardstick.relevant,
        popularity=yardstick.popularity,
        n_users=yardstick.n_users,
        resamples=resamples,
    ).table
    return {key: figure.mean for key, figure in table.items()}


def yardstick_of(relevant: list[list[int]] | np.ndarray, popularity: list[int], n_users: int) -> Yardstick:
    return Yardstick(csr_matrix(np.array(relevant, dtype=np.bool_)), np.array(popularity, dtype=np.int32), n_users)


@settings(max_examples=40)
@given(swept_cases(), st.data())
def test_at_any_weight_it_is_the_evaluation(asked: tuple[Case, int], data: st.DataObject) -> None:
    case, scorer = asked
    shape = case.source.seen.shape
    relevant = data.draw(hnp.arrays(np.bool_, shape))
    yardstick = yardstick_of(relevant, data.draw(st.lists(st.integers(0, 9), min_size=shape[1], max_size=shape[1])), 9)
    pool = build_pool(case.source, depth=case.depth)
    found = sweep(pool, case.source, case.fusion, yardstick, scorer=scorer, k=case.k, top=TOP, keys=EVERY)
    assert found.exact
    assert found.users == np.count_nonzero(relevant.any(axis=1))
    # away from every weight at which lines meet, so that rounding cannot decide
    everybody = [breakpoints(pool, case.source, case.fusion, user, scorer, case.k, TOP) for user in range(shape[0])]
    ends = np.unique(np.concatenate([[0.0, TOP], *(one.weights for one in everybody)]))
    for middle in ((ends[1:] + ends[:-1]) / 2)[np.diff(ends) > 1e-3][:6]:
        fusion = at_weight(case.fusion, scorer, float(middle))
        lists = fuse(pool, case.source, fusion, case.k).rankings.items
        if any((one.list_at(float(middle)) != mine).any() for one, mine in zip(everybody, lists, strict=True)):
            continue  # scores so near to each other that single precision ranks them otherwise
        expected = evaluated(pool, case.source, fusion, yardstick, case.k)
        for key in EVERY:
            assert found.at(key, float(middle)) == pytest.approx(expected[key], abs=1e-12, nan_ok=True)


def random_case(n_users: int, n_items: int, seed: int = 0) -> tuple[Pool, Source, Yardstick]:
    rng = np.random.default_rng(seed)
    tables = {name: rng.standard_normal((n_users, n_items)) for name in ("first", "second", "third")}
    source = source_of(tables, seen=rng.random((n_users, n_items)) < 0.1)
    relevant = (rng.random((n_users, n_items)) < 0.05) & ~source.seen.toarray()
    relevant[::7] = False
    yardstick = yardstick_of(relevant, rng.integers(0, 50, n_items).tolist(), n_users)
    return build_pool(source, depth=25), source, yardstick


@pytest.mark.parametrize("depth_settles", [True, False])
def test_many_users_at_many_weights(depth_settles: bool) -> None:
    _, source, yardstick = random_case(80, 150)
    pool = build_pool(source, depth=150 if depth_settles else 3)
    fusion = Fusion((0.5, 0.2, 0.3), "z-score")
    found = sweep(pool, source, fusion, yardstick, scorer=1, k=5, top=3.0, keys=EVERY)
    assert (found.proven == found.users) == depth_settles
    assert found.users < 80
    for weight in (0.0, 0.013, 0.2, 0.77, 1.9, 3.0):
        expected = evaluated(pool, source, at_weight(fusion, 1, weight), yardstick, 5)
        for key in EVERY:
            assert found.at(key, weight) == pytest.approx(expected[key], abs=1e-12)


def test_the_steps_of_two_users() -> None:
    # each user: the fixed scorer puts item 0 first with 1, the moving one item 1 with 1, so they meet at x = 1; item 2
    # is half as good for the second user's moving scorer. User 0 likes item 0, user 1 item 1
    source = source_of({"fixed": [[2, 0, 0], [1, 0, 0]], "moving": [[0, 1, 0], [0, 2, 1]]})
    yardstick = yardstick_of([[1, 0, 0], [0, 1, 0]], [1, 1, 1], 2)
    found = sweep(
        build_pool(source), source, Fusion((0.5, 0.1)), yardstick, scorer=1, k=1, keys=("hit_rate", "coverage", "gini")
    )
    # the fixed weight is 1/2, so the lines meet at x = 1/2 for both users: then each has item 1
    assert found.weights == pytest.approx([0.5])
    assert found.values["hit_rate"].tolist() == [0.5, 0.5]
    assert found.values["coverage"] == pytest.approx([1 / 3, 1 / 3])
    assert found.n == {"hit_rate": 2, "coverage": 2, "gini": 2}
    # counts 0, 0, 2: (2 * 3 - 3 - 1) * 2 / (3 * 2) = 2/3
    assert found.values["gini"] == pytest.approx([2 / 3, 2 / 3])
    assert (found.scorer, found.current, found.changes, found.population) == ("moving", 0.1, 2, 2)


def made(weights: list[float], values: list[float], metric: str = "ndcg", top: float = 1.0) -> Sweep:
    nothing = np.zeros(0)
    return Sweep(
        "als", 0.5, top, 10, np.array(weights), {metric: np.array(values)}, {metric: 3}, 3, 3, 4, 3, True, nothing
    )


def test_stretches_without_a_change_are_one() -> None:
    found = made([0.2, 0.4, 0.7], [0.1, 0.3, 0.3, 0.2]).stretches("ndcg", most=10)
    assert found.start.tolist() == [0.0, 0.2, 0.7]
    assert found.end.tolist() == [0.2, 0.7, 1.0]
    assert found.low.tolist() == found.high.tolist() == found.first.tolist() == [0.1, 0.3, 0.2]


def test_thinning_keeps_every_extreme() -> None:
    rng = np.random.default_rng(1)
    weights = np.sort(rng.random(5000))
    whole = made(weights.tolist(), rng.random(5001).tolist())
    thin: Stretches = whole.stretches("ndcg", most=100)
    assert 90 <= len(thin.start) <= 100
    assert thin.start[0] == 0
    assert thin.end[-1] == 1
    assert thin.start[1:].tolist() == thin.end[:-1].tolist()
    ends = np.concatenate([[0.0], weights, [1.0]])
    for start, end, low, high in zip(thin.start, thin.end, thin.low, thin.high, strict=True):
        inside = whole.values["ndcg"][(ends[:-1] >= start) & (ends[1:] <= end)]
        assert (low, high) == (inside.min(), inside.max())


def test_the_widest_stretch_near_the_best() -> None:
    curve = made([0.1, 0.3, 0.5, 0.9], [0.50, 0.40, 0.497, 0.5, 0.1])
    assert curve.best("ndcg") == (0.5, 0.9, 0.5)
    # 1 % of 0.5 is 0.005, so 0.497 counts too
    assert curve.near_best("ndcg", 0.01) == (0.3, 0.9, 0.5)
    # lower is better for Gini
    assert made([0.5], [0.9, 0.8], "gini").best("gini") == (0.5, 1.0, 0.8)
    assert made([0.5], [0.9, 0.8], "novelty").best("novelty") is None
    assert made([], [float("nan")]).best("ndcg") is None


@dataclass(frozen=True)
class Doubled(Pointwise):
    """A strategy of its own, whose score is no plain weighted sum."""

    name: ClassVar[str] = "doubled"
    label: ClassVar[str] = "Doubled"
    about: ClassVar[str] = "-"
    certificate: ClassVar[str] = "-"

    def combine(self, values: Scores, ranks: Scores, weights: Scores) -> Scores:
        doubled: Scores = super().combine(values, ranks, weights) * np.float32(2)
        return doubled

    def bound(self, values: Scores, ranks: Scores, weights: Scores) -> Scores:
        doubled: Scores = super().bound(values, ranks, weights) * np.float32(2)
        return doubled


def test_a_strategy_without_lines_is_sampled() -> None:
    pool, source, yardstick = random_case(30, 60)
    fusion = Fusion((0.5, 0.2, 0.3), strategy=Doubled())
    found = sweep(pool, source, fusion, yardstick, scorer=0, k=5, keys=("ndcg", "coverage"))
    assert not found.exact
    plain = sweep(pool, source, replace(fusion, strategy=Fusion((1.0,)).strategy), yardstick, scorer=0, k=5)
    for weight in found.sampled:
        # twice the score ranks alike
        assert found.at("ndcg", float(weight)) == pytest.approx(plain.at("ndcg", float(weight)), abs=1e-12)
    with pytest.raises(ScenarioError, match="Doubled has no exact breakpoints"):
        breakpoints(pool, source, fusion, 0, 0, 5)


def test_many_users_are_sampled_and_counted() -> None:
    pool, source, yardstick = random_case(80, 60)
    found = sweep(pool, source, Fusion((1.0, 1.0, 1.0)), yardstick, scorer=2, k=5, most_users=20)
    assert (found.users, found.n["ndcg"]) == (20, 20)
    assert found.population == np.count_nonzero(yardstick.evaluated(pool.users))


def test_nobody_to_measure() -> None:
    source = source_of({"first": [[1, 2]], "second": [[2, 1]]})
    found = sweep(
        build_pool(source),
        source,
        Fusion((1.0, 1.0)),
        yardstick_of([[0, 0]], [1, 1], 1),
        scorer=0,
        k=1,
        keys=("ndcg", "gini", "precision_pooled"),
    )
    assert found.users == 0
    assert all(np.isnan(values).all() for values in found.values.values())


def test_what_cannot_be_asked_is_said() -> None:
    pool, source, yardstick = random_case(5, 20)
    with pytest.raises(ScenarioError, match='Metric "speed" is not known'):
        sweep(pool, source, Fusion((1.0, 1.0, 1.0)), yardstick, scorer=0, k=5, keys=("speed",))
    with pytest.raises(CancelledError):
        sweep(pool, source, Fusion((1.0, 1.0, 1.0)), yardstick, scorer=0, k=5, cancel=lambda: True)
    for top in (0.0, -1.0, math.nan, math.inf, 1e308):
        with pytest.raises(ScenarioError, match="at most 1,000,000, got"):
            sweep(pool, source, Fusion((1.0, 1.0, 1.0)), yardstick, scorer=0, k=5, top=top)
