from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import polars as pl
import pytest

from recengine.data import Dataset
from recengine.evaluation import Figure
from recengine.models import make_recipe
from recengine.reports.words import UNDEFINED
from recengine.scenario import (
    Comparison,
    Scenario,
    Workbench,
    build_workbench,
    compare_outcomes,
    default_scenario,
    run_scenario,
)
from recengine.workspace import Try
from ui.tries import tables

NOW = datetime(2026, 5, 1, tzinfo=UTC)
HERE, BEFORE = "a" * 64, "b" * 64


def a_try(number: int, scenario: Scenario, *, dataset: str = HERE, name: str = "", starred: bool = False) -> Try:
    return Try(
        number=number,
        key=scenario.key,
        dataset=dataset,
        dataset_name="shop",
        document=scenario.to_json(),
        table={"ndcg": Figure(0.25, 0.2, 0.3, 9, "best"), "gini": Figure(float("nan"), None, None, 0, "all")},
        slices={},
        users=9,
        certified=8,
        rescored=1,
        unproven=0,
        tried=NOW,
        measured=NOW,
        name=name,
        starred=starred,
    )


@pytest.fixture(scope="module")
def scenario(synthetic_dataset: Dataset) -> Scenario:
    recipes = {name: make_recipe(name) for name in ("als", "popularity", "item-knn", "random")}
    return default_scenario(synthetic_dataset, recipes=recipes, pool_depth=30, k=5)


@pytest.fixture(scope="module")
def workbench(synthetic_dataset: Dataset, scenario: Scenario) -> Workbench:
    return build_workbench(synthetic_dataset, scenario)


@pytest.fixture(scope="module")
def found(workbench: Workbench, scenario: Scenario) -> Comparison:
    first, second = (run_scenario(workbench, scenario.only(name), fairness=False) for name in ("random", "als"))
    return compare_outcomes(workbench, first, workbench, second)


def test_weights_are_told_as_shares_the_largest_first(scenario: Scenario) -> None:
    one = a_try(1, scenario.with_weights({"als": 1.0, "popularity": 3.0}))
    # 3 / (1 + 3) and 1 / (1 + 3)
    assert tables.weights_words(one) == "Popularity 75\u00a0%, Collaborative (ALS) 25\u00a0%"
    every = a_try(1, scenario.with_weights(dict.fromkeys(scenario.scorers, 1.0)))
    assert tables.weights_words(every, 2).endswith(", 2 more")
    assert tables.scorer_name("als:tuned") == "Collaborative (ALS): tuned"
    assert tables.scorer_name("gone:away") == "gone:away"


def test_a_try_on_earlier_data_has_a_tag_of_its_own(scenario: Scenario) -> None:
    assert tables.tag(a_try(3, scenario), HERE) == "3"
    assert tables.tag(a_try(3, scenario, dataset=BEFORE), HERE) == "bbbbbbbb-3"
    assert tables.title(a_try(3, scenario, name="calm", starred=True), HERE) == "★ 3 · calm"
    assert "(earlier data)" in tables.title(a_try(3, scenario, dataset=BEFORE), HERE)


def test_the_table_leaves_out_what_is_empty_everywhere(scenario: Scenario) -> None:
    other = scenario.only("als")
    table = tables.tries_table([a_try(2, other), a_try(1, scenario)], HERE, {"1": None, "2": None}, {})
    assert table["Try"].to_list() == [2, 1]
    assert table["NDCG"].to_list() == [0.25, 0.25]
    assert table["95 % interval"][0] == "0.200 to 0.300"
    assert table["Gini of exposure"].to_list() == [None, None]
    for column in (*tables.OPTIONAL, "Split"):
        assert column not in table.columns
    marked = [
        a_try(2, replace(other, seed=1), name="calm", starred=True),
        a_try(1, scenario, dataset=BEFORE),
    ]
    obstacles = {"2": None, "bbbbbbbb-1": "It was tried on other data."}
    table = tables.tries_table(marked, HERE, obstacles, {replace(other, seed=1).key: "baseline"})
    assert table.row(0, named=True)["Mark"] == "★"
    assert table["Now"].to_list() == ["baseline", ""]
    assert table["Data"].to_list() == ["", "earlier"]
    assert table["Split"].to_list() == ["random, seed 1", "random, seed 0"]
    assert table["Cannot be shown"][1] == "It was tried on other data."


def test_what_is_not_installed_is_told_by_its_name(scenario: Scenario) -> None:
    document = scenario.to_json() | {
        "strategy": "magic",
        "normalization": "z-score",
        "rerankers": [{"name": "glitter", "strength": 0.3}, {"name": "dust"}],
    }
    one = replace(a_try(1, scenario), document=document)
    assert tables.strategy_words(one) == "magic, z-score"
    assert tables.rerankers_words(one) == "glitter 0.3, dust"


def test_the_export_has_every_weight_and_metric_as_numbers(scenario: Scenario, synthetic_dataset: Dataset) -> None:
    other = default_scenario(synthetic_dataset, recipes={"ease": make_recipe("ease")}, k=5)
    rows = tables.export([a_try(2, other), a_try(1, scenario.with_weights({"als": 2.0}))])
    assert rows["weight_als"].to_list() == [None, 2.0]
    assert rows["weight_ease"].to_list() == [1.0, None]
    assert rows.select("ndcg", "ndcg_low", "ndcg_high", "ndcg_n").row(0) == (0.25, 0.2, 0.3, 9)
    assert tables.export([]).is_empty()


def test_changes_have_a_verdict_in_words_and_the_whole_figures_none(found: Comparison) -> None:
    rows = {row["Metric"]: row for row in tables.changes_table(found).iter_rows(named=True)}
    ndcg = rows["NDCG@5"]
    change = found.metrics["ndcg"].change
    assert change is not None
    assert ndcg["Change"] == f"{change.mean:+.3f}"
    assert ndcg["Verdict"] == "▲ better"
    assert ndcg["Users"] == change.n
    gini = rows["Gini of exposure"]
    assert (gini["Verdict"], gini["p"], gini["95 % interval"]) == ("not tested", UNDEFINED, "no interval")
    assert rows["Novelty"]["Verdict"] in ("▲ higher", "▼ lower", "≈ within chance")
    numbers = tables.changes_export(found)
    assert numbers.filter(pl.col("metric") == "ndcg")["p_holm"][0] == found.metrics["ndcg"].p_holm


def test_the_reading_says_by_how_much_and_whether_chance_explains_it(found: Comparison) -> None:
    said = tables.reading(found)
    change = found.metrics["ndcg"].change
    assert change is not None
    assert said.startswith(f"B's NDCG@5 is {change.mean:.3f} higher than A's (95 % interval {change.low:+.3f}")
    assert "more than chance explains" in said
    assert "of 120 lists differ" in said


def test_the_reading_of_no_difference_and_of_nothing_to_judge_by(
    workbench: Workbench, scenario: Scenario, synthetic_dataset: Dataset
) -> None:
    one = run_scenario(workbench, scenario, fairness=False)
    said = tables.reading(compare_outcomes(workbench, one, workbench, one))
    assert said.startswith("B's NDCG@5 is the same as A's")
    assert "within chance" in said
    everything = replace(scenario, all_data=True)
    bench = build_workbench(synthetic_dataset, everything)
    first, second = (run_scenario(bench, everything.only(name), fairness=False) for name in ("random", "als"))
    assert "Nothing is held out" in tables.reading(compare_outcomes(bench, first, bench, second))


def test_movers_are_told_with_both_sides(found: Comparison, synthetic_dataset: Dataset) -> None:
    users = tables.users_table(found.gaining, synthetic_dataset.user_ids)
    assert users["User"][0] == synthetic_dataset.user_ids[found.gaining[0].user]
    assert (users["Change"] > 0).all()
    items = tables.items_table(found.rising, synthetic_dataset)
    assert items["B"][0] == pytest.approx(100 * found.rising[0].second)
    assert items["Lists B"][0] == found.rising[0].second_lists
