"""Searches with floors, ceilings and a front."""

import time
from dataclasses import replace
from operator import ge

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recengine.errors import CancelledError, ScenarioError
from recengine.fairness import user_fairness
from recengine.fusion import Fusion, fuse
from recengine.ranking import METRICS, compute_metrics
from recengine.tuning import (
    Effort,
    Goal,
    WeightQuestion,
    find_measure,
    find_weights,
    hypervolume,
    non_dominated,
    read_limit,
)
from recengine.tuning.measures import check_limits, group_gap
from recengine.tuning.region import simplex
from tests.tuning.weight_questions import drawn, question_of


def _start(question: WeightQuestion) -> Fusion:
    return Fusion((1.0,) * len(question.pool.scorers))


def test_a_measure_is_the_metric_of_the_lists() -> None:
    question = drawn(3, seed=1)
    fusion = Fusion((0.2, 0.3, 0.5), "z-score")
    measures = [find_measure(text) for text in ("ndcg", "coverage", "gini", "+novelty", "gap:half", "gap:half:recall")]
    values, per_user = question.look(fusion, measures, 5)
    rankings = fuse(question.pool, question.source, fusion, 5).rankings
    expected, overall = compute_metrics(rankings, question.relevant, question.popularity, 30, list(METRICS))
    assert values[:4] == pytest.approx(
        [expected["ndcg"].mean(), overall["coverage"], overall["gini"], expected["novelty"].mean()]
    )
    gaps = [
        user_fairness(question.groups["half"], expected[metric], permutations=0).gap for metric in ("ndcg", "recall")
    ]
    assert values[4:] == pytest.approx(gaps)
    np.testing.assert_array_equal(per_user["ndcg"], expected["ndcg"])


@given(st.integers(0, 10_000), st.integers(1, 4))
def test_the_gap_is_that_of_the_fairness_report(seed: int, n_groups: int) -> None:
    generator = np.random.default_rng(seed)
    values = np.where(generator.random(40) < 0.2, np.nan, generator.random(40))
    codes = generator.integers(0, n_groups, 40)
    expected = user_fairness([f"g{code}" for code in codes], values, permutations=0, n_resamples=10).gap
    assert group_gap(codes, values) == pytest.approx(expected, nan_ok=True)


def test_texts_of_measures_and_limits() -> None:
    for text in ("ndcg", "+novelty", "-arp", "gap:gender", "gap:age: group:recall"):
        assert find_measure(text).text == text
    assert find_measure("gap:gender:ndcg").text == "gap:gender"
    assert [find_measure(text).higher_is_better for text in ("coverage", "gini", "+arp", "gap:a")] == [
        True,
        False,
        True,
        False,
    ]
    floor, ceiling = read_limit("coverage=0.3", floor=True), read_limit("gap:a=b=0.1", floor=False)
    assert (floor.text, ceiling.text) == ("coverage >= 0.3", "gap:a=b <= 0.1")
    # a third of the bound is missing; twice the bound is one bound too much
    assert floor.violation(0.2) == pytest.approx(0.1 / 0.3)
    assert ceiling.violation(0.2) == pytest.approx(1.0)
    assert floor.violation(0.3) == ceiling.violation(0.1) == 0
    assert floor.violation(float("nan")) == float("inf")


@settings(max_examples=15)
@given(st.integers(0, 1000), st.sampled_from([0.3, 0.5]))
def test_what_is_found_keeps_the_limits_and_is_the_best_that_does(seed: int, bound: float) -> None:
    question = drawn(3, seed)
    limit = read_limit(f"coverage={bound}", floor=True)
    found = find_weights(question, _start(question), Goal(limits=(limit,), k=3, effort=Effort(120), seed=seed))
    ndcg, coverage = found.points.values["ndcg"], found.points.values["coverage"]
    assert coverage[found.best] >= bound
    assert ndcg[found.best] == ndcg[coverage >= bound].max()
    assert found.points.by_scorer(found.start) == pytest.approx(dict.fromkeys(question.pool.scorers, 1 / 3), abs=1e-4)
    assert len(found.points) <= 120
    assert len(set(map(tuple, found.points.weights.tolist()))) == len(found.points)


def test_close_to_the_best_of_a_fine_grid() -> None:
    question = drawn(3, seed=5, n_users=60)
    limit = read_limit("coverage=0.6", floor=True)
    measures = [find_measure("ndcg"), limit.measure]
    best = -1.0
    for weights in simplex(3, 40):
        ndcg, coverage = question.look(Fusion(tuple(weights)), measures, 3)[0]
        best = max(best, ndcg if coverage >= 0.6 else -1.0)
    found = find_weights(question, _start(question), Goal(limits=(limit,), k=3, effort=Effort(600)))
    # the grid looks at 861 weights
    assert found.points.values["ndcg"][found.best] >= best - 0.002


def test_the_same_seed_gives_the_same_answer_and_another_strategy_stays() -> None:
    question = drawn(3, seed=2)
    goal = Goal(front=("ndcg", "coverage"), k=3, effort=Effort(120))
    first, second = (find_weights(question, _start(question), goal) for _ in range(2))
    np.testing.assert_array_equal(first.points.weights, second.points.weights)
    assert first.front == second.front
    other = find_weights(question, _start(question), replace(goal, seed=1))
    assert not np.array_equal(first.points.weights, other.points.weights)


def test_normalisation_and_neutral_value_are_searched_too() -> None:
    question = drawn(3, seed=3)
    goal = Goal(normalizations=("min-max", "z-score", "rank"), neutrals=("mean", "floor"), k=3, effort=Effort(200))
    points = find_weights(question, _start(question), goal).points
    assert set(points.normalizations) == {"min-max", "z-score", "rank"}
    assert set(points.neutrals) == {"mean", "floor"}
    fixed = find_weights(question, _start(question), replace(goal, normalizations=(), neutrals=())).points
    assert set(fixed.normalizations) == {"min-max"}


def test_limits_that_cannot_be_kept_name_the_nearest() -> None:
    question = drawn(2, seed=0)
    goal = Goal(limits=(read_limit("coverage=1.1", floor=True),), k=3, effort=Effort(40))
    with pytest.raises(ScenarioError, match=r"none of \d+ settings has coverage >= 1.1; the nearest, s.* coverage 0"):
        find_weights(question, _start(question), goal)


def test_effort_in_seconds_ends_in_time() -> None:
    question = drawn(3, seed=0)
    begun = time.perf_counter()
    found = find_weights(question, _start(question), Goal(k=3, front=("ndcg", "gini"), effort=Effort(None, 0.5)))
    assert time.perf_counter() - begun < 10
    assert len(found.points) > 5


def test_of_very_many_users_some_are_measured() -> None:
    question = drawn(2, seed=0)
    cells = 2 * question.pool.items.shape[1]
    some = question.measured(max_cells=10 * cells)
    assert len(some.pool.users) == 10
    assert np.isin(some.pool.users, question.pool.users).all()
    np.testing.assert_array_equal(some.pool.users, question.measured(max_cells=10 * cells).pool.users)
    fusion, measures = Fusion((0.4, 0.6)), [find_measure("ndcg")]
    rows = np.flatnonzero(np.isin(question.pool.users, some.pool.users))
    expected = question.look(fusion, measures, 3)[1]["ndcg"][rows]
    np.testing.assert_array_equal(some.look(fusion, measures, 3)[1]["ndcg"], expected)
    assert some.groups["half"].to_list() == question.groups["half"].gather(rows).to_list()


def test_progress_and_cancel() -> None:
    question, said = drawn(2, seed=0), []
    find_weights(
        question,
        _start(question),
        Goal(k=3, front=("ndcg", "coverage"), effort=Effort(50)),
        progress=lambda share, text: said.append((share, text)),
    )
    shares = [share for share, _ in said]
    assert shares == sorted(shares)
    assert 0 <= shares[0] <= shares[-1] <= 1
    assert "best NDCG" in said[-1][1]
    with pytest.raises(CancelledError):
        find_weights(question, _start(question), Goal(k=3), cancel=lambda: len(said) > 0)


def test_mistakes() -> None:
    question = drawn(2, seed=0)
    one = question_of({"only": [[1.0, 0.0]]}, [[1, 0]])
    with pytest.raises(ScenarioError, match="only scorer"):
        find_weights(one, Fusion((1.0,)), Goal())
    with pytest.raises(ScenarioError, match="gap:shoe"):
        find_weights(question, _start(question), Goal(limits=(read_limit("gap:shoe=1", floor=False),), k=3))
    with pytest.raises(ScenarioError, match="no value for each user"):
        find_measure("gap:half:coverage")
    with pytest.raises(ScenarioError, match="all 0"):
        find_weights(question, Fusion((0.0, 0.0)), Goal(k=3))
    with pytest.raises(ScenarioError, match="neither"):
        Goal(objective="novelty")
    with pytest.raises(ScenarioError, match="different"):
        Goal(front=("ndcg", "ndcg"))
    with pytest.raises(ScenarioError, match="cannot both hold"):
        check_limits([read_limit("ndcg=0.5", floor=True), read_limit("ndcg=0.4", floor=False)])
    with pytest.raises(ScenarioError, match="evaluations"):
        Effort(None, None)


ROWS = st.lists(st.tuples(*[st.integers(0, 4)] * 3), min_size=1, max_size=12)


@given(ROWS, st.sampled_from([2, 3]))
def test_non_dominated_by_definition(rows: list[tuple[int, ...]], n: int) -> None:
    cut = [row[:n] for row in rows]

    def beaten(row: tuple[int, ...]) -> bool:
        return any(other != row and all(map(ge, other, row)) for other in cut)

    kept = [place for place, row in enumerate(cut) if row not in cut[:place] and not beaten(row)]
    values = np.array(cut, dtype=np.float64)
    assert non_dominated(values).tolist() == kept


@given(ROWS, st.sampled_from([2, 3]))
def test_hypervolume_counts_unit_cubes(rows: list[tuple[int, ...]], n: int) -> None:
    values = np.array(rows, dtype=np.float64)[:, :n]
    # with whole corners the union of the boxes is a whole number of unit cubes, each told by its upper corner
    corners = np.stack(np.meshgrid(*[np.arange(1, 5)] * n, indexing="ij"), axis=-1).reshape(-1, n)
    inside = [bool(np.any(np.all(values >= corner, axis=1))) for corner in corners]
    assert hypervolume(values) == pytest.approx(sum(inside))


@pytest.mark.parametrize("front", [("ndcg", "coverage"), ("ndcg", "coverage", "gap:half")])
def test_the_front_covers_what_a_grid_covers(front: tuple[str, ...]) -> None:
    question = drawn(3, seed=7, n_users=60)
    found = find_weights(question, _start(question), Goal(front=front, k=3, effort=Effort(500)))
    signs = np.array([1.0 if find_measure(text).higher_is_better else -1.0 for text in front])
    ours = np.column_stack([found.points.values[text] for text in front]) * signs
    assert sorted(found.front) == non_dominated(ours).tolist()

    measures = [find_measure(text) for text in front]
    grid = np.array([question.look(Fusion(tuple(weights)), measures, 3)[0] for weights in simplex(3, 30)]) * signs
    both = np.concatenate([ours, grid])
    low, high = both.min(axis=0), both.max(axis=0)
    reached, possible = (hypervolume((values - low) / (high - low)) for values in (ours, grid))
    # 500 looks against the 496 of an even grid
    assert reached >= 0.97 * possible


def test_a_front_within_limits() -> None:
    question = drawn(3, seed=7)
    limit = read_limit("coverage=0.6", floor=True)
    found = find_weights(
        question, _start(question), Goal(front=("ndcg", "gini"), limits=(limit,), k=3, effort=Effort(200))
    )
    assert found.front
    assert found.points.values["coverage"][list(found.front)].min() >= 0.6
