from dataclasses import asdict, replace
from math import log2

import numpy as np
import pytest

from recengine.data import Dataset
from recengine.errors import ScenarioError
from recengine.evaluation import change
from recengine.models import make_recipe
from recengine.ranking import METRICS, rank_biased_overlap
from recengine.scenario import (
    COMPARED,
    Comparison,
    Outcome,
    Scenario,
    UnlikeError,
    Workbench,
    build_workbench,
    compare_outcomes,
    default_scenario,
    made_alike,
    run_scenario,
    unlike,
)


@pytest.fixture(scope="module")
def scenario(synthetic_dataset: Dataset) -> Scenario:
    recipes = {name: make_recipe(name) for name in ("als", "popularity")}
    return default_scenario(synthetic_dataset, recipes=recipes, pool_depth=30, k=5)


@pytest.fixture(scope="module")
def workbench(synthetic_dataset: Dataset, scenario: Scenario) -> Workbench:
    return build_workbench(synthetic_dataset, scenario)


@pytest.fixture(scope="module")
def sides(workbench: Workbench, scenario: Scenario) -> tuple[Outcome, Outcome]:
    """Popularity alone, then ALS alone."""
    first, second = (run_scenario(workbench, scenario.only(name), fairness=False) for name in ("popularity", "als"))
    return first, second


@pytest.fixture(scope="module")
def found(workbench: Workbench, sides: tuple[Outcome, Outcome]) -> Comparison:
    return compare_outcomes(workbench, sides[0], workbench, sides[1])


def test_an_outcome_is_like_itself(workbench: Workbench, sides: tuple[Outcome, Outcome]) -> None:
    same = compare_outcomes(workbench, sides[0], workbench, sides[0])
    assert same.changed == 0
    assert (same.overlaps == 1).all()
    assert same.rank_biased_overlap.mean == pytest.approx(1)
    assert (same.gaining, same.losing, same.rising, same.falling) == ((), (), (), ())
    for moved in same.metrics.values():
        if moved.change is not None:
            assert (moved.change.mean, moved.p_value, moved.p_holm) == (0, 1, 1)


def test_each_metric_has_both_sides_and_the_paired_change(
    found: Comparison, workbench: Workbench, sides: tuple[Outcome, Outcome]
) -> None:
    first, second = sides
    assert tuple(found.metrics) == COMPARED
    changes = change(second.per_user, first.per_user, workbench.resamples)
    for key, moved in found.metrics.items():
        assert (moved.first, moved.second) == (first.table[key], second.table[key])
        assert (moved.change is None) == (key not in changes)
        if moved.change is not None:
            assert asdict(moved.change) == pytest.approx(asdict(changes[key]), abs=1e-6)
        assert (moved.p_value is None) == (not METRICS[key].per_user)
    # a figure of all lists together: no user has a value
    assert found.metrics["gini"].change is None
    assert found.metrics["ndcg"].change is not None
    assert found.metrics["ndcg"].change.mean == pytest.approx(second.table["ndcg"].mean - first.table["ndcg"].mean)


def test_p_values_are_corrected_for_all_metrics_that_were_asked(found: Comparison) -> None:
    tested = [moved for moved in found.metrics.values() if moved.p_value is not None]
    lowest = min(tested, key=lambda moved: moved.p_value or 0)
    assert lowest.p_value is not None
    assert lowest.p_holm == pytest.approx(min(1, len(tested) * lowest.p_value))
    assert all((moved.p_holm or 0) >= (moved.p_value or 0) for moved in tested)


def test_the_other_way_round_the_signs_turn_and_the_p_values_stay(
    found: Comparison, workbench: Workbench, sides: tuple[Outcome, Outcome]
) -> None:
    back = compare_outcomes(workbench, sides[1], workbench, sides[0])
    assert back.changed == found.changed
    assert back.rank_biased_overlaps == pytest.approx(found.rank_biased_overlaps)
    assert [move.user for move in back.gaining] == [move.user for move in found.losing]
    assert [move.item for move in back.rising] == [move.item for move in found.falling]
    for key, moved in found.metrics.items():
        other = back.metrics[key]
        assert other.p_value == moved.p_value
        if moved.change is not None and other.change is not None:
            assert other.change.mean == pytest.approx(-moved.change.mean)


def test_lists_are_compared_user_by_user(found: Comparison, sides: tuple[Outcome, Outcome]) -> None:
    before, after = (side.lists.rankings for side in sides)
    assert found.rank_biased_overlaps == pytest.approx(rank_biased_overlap(before, after))
    shared = [len({*one} & {*other}) / 5 for one, other in zip(before.items, after.items, strict=True)]
    assert found.overlaps == pytest.approx(shared)
    moved = [one.tolist() != other.tolist() for one, other in zip(before.items, after.items, strict=True)]
    assert found.changed == pytest.approx(np.mean(moved))
    spread = found.overlap
    assert (spread.low_quartile, spread.median, spread.high_quartile) == pytest.approx(
        np.percentile(shared, [25, 50, 75])
    )
    assert spread.n == len(shared)


def test_users_who_gain_most_come_first(found: Comparison, sides: tuple[Outcome, Outcome]) -> None:
    gains = sides[1].per_user["ndcg"] - sides[0].per_user["ndcg"]
    by_user = dict(zip(sides[0].lists.rankings.users.tolist(), gains.tolist(), strict=True))
    assert by_user[found.gaining[0].user] == np.nanmax(gains)
    assert by_user[found.losing[0].user] == np.nanmin(gains)
    for moves, sign in ((found.gaining, 1), (found.losing, -1)):
        sizes = [sign * (move.second - move.first) for move in moves]
        assert sizes == sorted(sizes, reverse=True)
        assert min(sizes) > 0
        assert all(move.second - move.first == pytest.approx(by_user[move.user]) for move in moves)


def test_an_items_exposure_is_its_share_of_all_attention(found: Comparison, sides: tuple[Outcome, Outcome]) -> None:
    def exposure(outcome: Outcome, item: int) -> tuple[float, int]:
        places = [rank for items in outcome.lists.rankings.items for rank, one in enumerate(items, 1) if one == item]
        total = len(outcome.lists.rankings.users) * sum(1 / log2(rank + 1) for rank in range(1, 6))
        return sum(1 / log2(rank + 1) for rank in places) / total, len(places)

    for move in (found.rising[0], found.falling[0]):
        assert (move.first, move.first_lists) == pytest.approx(exposure(sides[0], move.item))
        assert (move.second, move.second_lists) == pytest.approx(exposure(sides[1], move.item))
    assert found.rising[0].second > found.rising[0].first
    assert found.falling[0].second < found.falling[0].first


@pytest.mark.parametrize(
    ("choices", "what"),
    [
        ({"split": "last"}, "split"),
        ({"seed": 1}, "seed"),
        ({"k": 4}, "k"),
        ({"dataset": "0" * 64}, "data"),
        ({"all_data": True}, "all data"),
    ],
)
def test_what_is_not_alike_is_refused_with_its_reason(
    workbench: Workbench, scenario: Scenario, sides: tuple[Outcome, Outcome], choices: dict[str, object], what: str
) -> None:
    other = replace(sides[1], scenario=replace(scenario, **choices))  # type: ignore[arg-type]
    with pytest.raises(UnlikeError, match="Recompute both alike") as refused:
        compare_outcomes(workbench, sides[0], workbench, other)
    assert [reason.what for reason in refused.value.reasons] == [what]
    assert isinstance(refused.value, ScenarioError)
    assert "\n" not in str(refused.value)
    alike = made_alike(other.scenario, scenario)
    assert unlike(scenario, alike) == ()
    assert alike.weights == other.scenario.weights


def test_another_measured_part_is_refused(workbench: Workbench, sides: tuple[Outcome, Outcome]) -> None:
    with pytest.raises(UnlikeError, match="test and validation"):
        compare_outcomes(workbench, sides[0], replace(workbench, measured="validation"), sides[1])


def test_other_scorers_and_strategies_may_be_compared(
    synthetic_dataset: Dataset, workbench: Workbench, sides: tuple[Outcome, Outcome]
) -> None:
    other = default_scenario(synthetic_dataset, recipes={"item-knn": make_recipe("item-knn")}, pool_depth=10, k=5)
    assert unlike(sides[0].scenario, other) == ()
    second = build_workbench(synthetic_dataset, other)
    outcome = run_scenario(second, other, fairness=False)
    assert compare_outcomes(workbench, sides[0], second, outcome).changed > 0


def test_where_nothing_is_held_out_the_lists_are_compared_all_the_same(
    synthetic_dataset: Dataset, scenario: Scenario
) -> None:
    everything = replace(scenario, all_data=True)
    workbench = build_workbench(synthetic_dataset, everything)
    first, second = (run_scenario(workbench, everything.only(name), fairness=False) for name in ("popularity", "als"))
    found = compare_outcomes(workbench, first, workbench, second)
    assert found.changed > 0
    assert found.gaining == ()
    ndcg = found.metrics["ndcg"]
    assert ndcg.change is not None
    assert ndcg.change.n == 0
    assert np.isnan([ndcg.p_value or 0, ndcg.p_holm or 0]).all()
