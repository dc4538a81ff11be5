"""From a workbench to questions about weights."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from recengine.data import Dataset, Source
from recengine.errors import DataError, ScenarioError
from recengine.evaluation import change
from recengine.models import make_recipe
from recengine.scenario import (
    Scenario,
    Workbench,
    build_workbench,
    compare_scenarios,
    default_gaps,
    default_scenario,
    read_thumbs,
    run_scenario,
    scorer_costs,
    weight_question,
    weights_text,
    with_setting,
)
from recengine.tuning import Effort, Goal, Setting, Thumb, find_weights

RECIPES = {name: make_recipe(name) for name in ("als", "popularity")}


@pytest.fixture(scope="module")
def scenario(synthetic_dataset: Dataset) -> Scenario:
    return default_scenario(synthetic_dataset, recipes=RECIPES, k=5)


@pytest.fixture(scope="module")
def bench(synthetic_dataset: Dataset, scenario: Scenario) -> Workbench:
    return build_workbench(synthetic_dataset, scenario, measured="validation")


def test_figures_are_those_of_a_run(bench: Workbench, scenario: Scenario) -> None:
    other = scenario.with_weights({"popularity": 1.0})
    compared = compare_scenarios(bench, scenario, {"other": other}, ("ndcg", "coverage", "gap:activity"))
    runs = {name: run_scenario(bench, one) for name, one in (("found", scenario), ("other", other))}
    for name, run in runs.items():
        assert compared.values[name]["ndcg"] == pytest.approx(run.table["ndcg"].mean)
        assert compared.values[name]["coverage"] == pytest.approx(run.table["coverage"].mean)
        assert run.fairness is not None
        assert compared.values[name]["gap:activity"] == pytest.approx(run.fairness.users["activity"]["ndcg"].gap)
    assert compared.users == runs["found"].table["ndcg"].n
    by_run = change(runs["found"].per_user, runs["other"].per_user, bench.resamples)["ndcg"]
    assert compared.against["other"]["ndcg"].mean == pytest.approx(by_run.mean)
    assert compared.against["other"]["ndcg"].n == by_run.n
    assert set(compared.against["other"]) == {"ndcg"}


def test_what_is_found_is_a_scenario_with_the_same_figure(bench: Workbench, scenario: Scenario) -> None:
    goal = Goal(k=5, normalizations=("rank",), effort=Effort(60))
    found = find_weights(weight_question(bench), scenario.fusion, goal)
    best = with_setting(scenario, found.points.by_scorer(found.best), found.points.setting(found.best))
    assert best.normalization in ("min-max", "rank")
    value = run_scenario(bench, best, slices=False, fairness=False).table["ndcg"].mean
    assert value == pytest.approx(found.points.values["ndcg"][found.best])


def test_a_setting_carries_its_normalisation(scenario: Scenario) -> None:
    made = with_setting(scenario, {"als": 0.25}, Setting((0.25, 0.0), "z-score", "floor"))
    assert dict(made.weights) == {"als": 0.25, "popularity": 0.0}
    assert (made.normalization, made.neutral) == ("z-score", "floor")
    assert weights_text({"als": 0.25, "popularity": 0.0}) == "als=0.25"


def test_costs_are_those_of_the_fits(bench: Workbench, scenario: Scenario) -> None:
    costs = scorer_costs(bench, scenario)
    assert list(costs) == ["als", "popularity"]
    assert costs["als"].seconds == bench.fitted["als"].seconds
    train = bench.fitted_on
    assert costs["als"].memory == RECIPES["als"].memory(train.n_users, train.n_items, train.matrix.nnz)


def test_the_test_part_of_an_empty_split_is_refused(synthetic_dataset: Dataset, scenario: Scenario) -> None:
    served = replace(scenario, all_data=True)
    with pytest.raises(ScenarioError, match="nobody has a positive in the test part"):
        compare_scenarios(build_workbench(synthetic_dataset, served), served, {}, ("ndcg",))


def test_thumbs_from_a_file(tmp_path: Path, synthetic_dataset: Dataset) -> None:
    users, items = synthetic_dataset.user_ids, synthetic_dataset.item_ids
    file = tmp_path / "thumbs.csv"
    file.write_text(f"item,good,user\n{items[3]},yes,{users[1]}\n{items[4]}, 0 ,{users[1]}\n", encoding="utf-8")
    assert read_thumbs(Source.file(file), synthetic_dataset) == [Thumb(1, 3, good=True), Thumb(1, 4, good=False)]
    for content, words in (
        (f"user,item\n{users[0]},{items[0]}\n", 'no column "good"'),
        (f"user,item,good\n{users[0]},{items[0]},perhaps\n", "row 2: .*perhaps"),
        (f"user,item,good\n{users[0]},nothing,1\n", "row 2: there is no item 'nothing'"),
    ):
        file.write_text(content, encoding="utf-8")
        with pytest.raises(DataError, match=words):
            read_thumbs(Source.file(file), synthetic_dataset)


def test_the_default_gap_is_by_the_first_attribute(bench: Workbench, synthetic_dataset: Dataset) -> None:
    (gap,) = default_gaps(synthetic_dataset)
    first = gap.removeprefix("gap:")
    question = weight_question(bench)
    assert first in question.groups
    labels = question.groups[first]
    expected = synthetic_dataset.users[first].gather(bench.pool.users)
    np.testing.assert_array_equal(labels.to_numpy(), expected.to_numpy())


def test_few_users_have_no_default_gap(synthetic_dataset: Dataset) -> None:
    few = replace(
        synthetic_dataset,
        users=synthetic_dataset.users.head(8),
        interactions=synthetic_dataset.interactions.filter(pl.col("user") < 8),
    )
    assert default_gaps(few) == ()
