from dataclasses import replace
from urllib.parse import parse_qsl, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recengine.data import Dataset
from recengine.models import make_recipe
from recengine.scenario import Scenario, default_scenario
from ui.view import MAX_K, View, chosen, default_view, read_view, slider_top


@pytest.fixture(scope="module")
def start(synthetic_dataset: Dataset) -> View:
    recipes = {name: make_recipe(name) for name in ("als", "popularity")}
    scenario = default_scenario(synthetic_dataset, recipes=recipes).with_weights({"als": 0.8, "popularity": 0.2})
    return default_view(synthetic_dataset, scenario)


def test_a_view_comes_back_whole_from_its_link(synthetic_dataset: Dataset, start: View) -> None:
    moved = chosen(start.scenario, weights={"als": 0.35, "popularity": 1.0}, normalization="rank", neutral="floor", k=7)
    pinned = start.scenario.with_weights({"als": 0.1, "popularity": 0.9})
    view = replace(start, baseline=pinned).moved(moved)
    view = replace(view, user=synthetic_dataset.user_ids[5], item=synthetic_dataset.item_ids[3])
    link = dict(parse_qsl(urlencode(view.params())))
    assert read_view(link, synthetic_dataset, start) == (view, [])


def test_a_variant_comes_back_from_its_link(synthetic_dataset: Dataset) -> None:
    recipes = {name: make_recipe(name) for name in ("als", "als:tuned")}
    start = default_view(synthetic_dataset, default_scenario(synthetic_dataset, recipes=recipes))
    view = replace(start, baseline=start.scenario.with_weights({"als:tuned": 0.25, "als": 0.5}))
    assert read_view(dict(parse_qsl(urlencode(view.params()))), synthetic_dataset, start) == (view, [])


def test_an_empty_link_changes_nothing(synthetic_dataset: Dataset, start: View) -> None:
    assert read_view({}, synthetic_dataset, start) == (start, [])


def test_the_default_baseline_is_not_in_the_link(start: View) -> None:
    assert "baseline" not in start.params()
    assert "baseline" not in start.moved(replace(start.scenario, k=5)).params()
    assert "baseline" in replace(start, baseline=start.scenario.only("als")).params()


@pytest.mark.parametrize(
    ("params", "named"),
    [
        ({"user": "nobody"}, "user: there is no 'nobody' among 120 users"),
        ({"item": "nothing"}, "item: there is no 'nothing' among 80 items"),
        ({"w_als": "-1"}, "w_als: a weight is a number from 0 to 1,000,000, not '-1'"),
        ({"w_als": "nan"}, "w_als"),
        ({"w_als": "inf"}, "w_als"),
        ({"w_als": "much"}, "w_als"),
        ({"w_magic": "1"}, "w_magic: there is no such scorer; there are als, popularity"),
        ({"w_als": "0", "w_popularity": "0"}, "weights: all are 0"),
        ({"k": "0"}, "k: a whole number from 1 to 80"),
        ({"k": "81"}, "k: a whole number from 1 to 80"),
        ({"k": "ten"}, "k"),
        ({"k": "٣"}, "k"),
        ({"norm": "cube"}, "norm: 'cube' is unknown, there are min-max, z-score, rank, softmax"),
        ({"neutral": "never"}, "neutral"),
        ({"strategy": "magic"}, "strategy: 'magic' is unknown"),
        ({"strategy": "weighted-sum:{}x"}, "strategy"),
        ({"rerank": "mmr"}, "rerank: 'mmr' is not a list of re-rankers"),
        ({"rerank": '["mmr"]'}, "rerankers: 'mmr' is unknown"),
        ({"baseline": "als:x"}, "baseline: 'als:x' cannot be used"),
        ({"baseline": "als:0,rank"}, "baseline: all of its weights are 0"),
    ],
)
def test_nonsense_is_one_line_and_costs_nothing_else(
    synthetic_dataset: Dataset, start: View, params: dict[str, str], named: str
) -> None:
    good = {"user": synthetic_dataset.user_ids[4]} if "user" not in params else {"norm": "rank"}
    view, problems = read_view(params | good, synthetic_dataset, start)
    (problem,) = problems
    assert problem.startswith(named)
    assert "\n" not in problem
    expected, _ = read_view(good, synthetic_dataset, start)
    assert view == expected


def test_a_long_value_is_quoted_in_part(synthetic_dataset: Dataset, start: View) -> None:
    _, (problem,) = read_view({"user": "x" * 5000}, synthetic_dataset, start)
    assert len(problem) < 200


@given(st.dictionaries(st.sampled_from(["w_als", "w_popularity", "k", "norm", "baseline", "user", "item"]), st.text()))
def test_no_link_breaks_the_page(synthetic_dataset: Dataset, params: dict[str, str]) -> None:
    recipes = {name: make_recipe(name) for name in ("als", "popularity")}
    start = default_view(synthetic_dataset, default_scenario(synthetic_dataset, recipes=recipes))
    view, problems = read_view(params, synthetic_dataset, start)
    assert isinstance(view.scenario, Scenario)
    assert 1 <= view.scenario.k <= MAX_K
    assert len(problems) <= len(params) + 1
    assert read_view(view.params(), synthetic_dataset, start) == (view, [])


@pytest.mark.parametrize(
    ("highest", "top"), [(0.2, 1.0), (1.0, 1.0), (1.1, 2.0), (3.0, 5.0), (10.0, 10.0), (101.0, 200.0), (1e6, 1e6)]
)
def test_the_sliders_reach_every_weight(highest: float, top: float) -> None:
    assert slider_top(highest) == top
