from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from recengine.data import Dataset
from recengine.errors import ScenarioError
from recengine.evaluation import change
from recengine.models import make_recipe
from recengine.scenario import Scenario, Workbench, build_workbench, default_scenario, reranker_prices, run_scenario


@pytest.fixture(scope="module")
def scenario(synthetic_dataset: Dataset) -> Scenario:
    recipes = {name: make_recipe(name) for name in ("als", "popularity")}
    return default_scenario(synthetic_dataset, recipes=recipes, pool_depth=30, k=5)


@pytest.fixture(scope="module")
def workbench(synthetic_dataset: Dataset, scenario: Scenario) -> Workbench:
    return build_workbench(synthetic_dataset, scenario)


def test_each_re_ranker_does_what_it_is_for(workbench: Workbench, scenario: Scenario) -> None:
    for name in ("diversity", "calibration", "popularity-penalty", "freshness"):
        (price,) = reranker_prices(workbench, scenario.with_rerankers([(name, {"strength": 0.6})]))
        better = 1 if price.aim.higher_is_better else -1
        assert better * (price.with_it - price.without) > 0, name
        assert price.gain.mean == pytest.approx(price.with_it - price.without, abs=1e-9)
        assert better * price.gain.low > 0
        assert better * price.gain.high > 0


def test_a_price_is_the_whole_chain_against_the_chain_without_it(workbench: Workbench, scenario: Scenario) -> None:
    chain: list[tuple[str, dict[str, Any]]] = [
        ("diversity", {"strength": 0.5}),
        ("rules", {"block": ["i00001"]}),
        ("calibration", {"strength": 0.5}),
    ]
    prices = reranker_prices(workbench, scenario.with_rerankers(chain))
    assert [price.name for price in prices] == ["diversity", "rules", "calibration"]
    whole = run_scenario(workbench, scenario.with_rerankers(chain), slices=False, fairness=False)
    for place, price in enumerate(prices):
        others = scenario.with_rerankers(chain[:place] + chain[place + 1 :])
        less = run_scenario(workbench, others, slices=False, fairness=False)
        expected = change(whole.per_user, less.per_user, workbench.resamples)["ndcg"]
        assert price.cost.n == expected.n
        assert (price.cost.mean, price.cost.low, price.cost.high) == pytest.approx(
            (expected.mean, expected.low, expected.high), abs=1e-6
        )
        assert price.metric == "ndcg"


def test_what_is_turned_off_costs_and_brings_nothing(workbench: Workbench, scenario: Scenario) -> None:
    (price,) = reranker_prices(workbench, scenario.with_rerankers([("diversity", {"strength": 0.0})]))
    assert (price.cost.mean, price.gain.mean) == (0, 0)
    assert reranker_prices(workbench, scenario) == ()


def test_another_metric_by_user_may_be_asked_for(workbench: Workbench, scenario: Scenario) -> None:
    chain = scenario.with_rerankers([("popularity-penalty", {"strength": 0.8})])
    (price,) = reranker_prices(workbench, chain, "arp")
    # here the metric is what the re-ranker is for
    assert price.cost.mean == pytest.approx(price.gain.mean)
    with pytest.raises(ScenarioError, match="coverage is one figure of all lists together"):
        reranker_prices(workbench, chain, "coverage")


def test_without_test_positives_the_gain_is_over_everybody(synthetic_dataset: Dataset, scenario: Scenario) -> None:
    everything = replace(scenario, all_data=True)
    workbench = build_workbench(synthetic_dataset, everything)
    (price,) = reranker_prices(workbench, everything.with_rerankers([("popularity-penalty", {"strength": 0.8})]))
    assert price.gain.n == synthetic_dataset.n_users
    assert price.gain.mean < 0
    assert np.isnan(price.cost.mean)
