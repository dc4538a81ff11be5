import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recengine.data import synthetic
from recengine.errors import ScenarioError
from recengine.fusion import NEUTRALS, NORMALIZATIONS
from recengine.models import make_recipe
from recengine.scenario import Scenario, default_scenario

WEIGHT = st.floats(0, 1e6, allow_nan=False) | st.integers(0, 100)


def _scenario(**choices: Any) -> Scenario:
    models = tuple(
        (name, tuple(sorted(make_recipe(name, {}).settings().items()))) for name in ("als", "text", "popularity")
    )
    weights = (("als", 0.6), ("text", 0.3), ("popularity", 0.1))
    return Scenario(**{"dataset": "f" * 64, "models": models, "weights": weights} | choices)


def _nested(depth: int) -> list[Any]:
    nested: list[Any] = []
    for _ in range(depth):
        nested = [nested]
    return nested


@given(
    weights=st.tuples(WEIGHT, WEIGHT, WEIGHT).filter(any),
    split=st.sampled_from(["random", "last"]),
    normalization=st.sampled_from(NORMALIZATIONS),
    neutral=st.sampled_from(NEUTRALS),
    k=st.integers(1, 1000),
    seed=st.integers(0, 2**31 - 1),
    all_data=st.booleans(),
)
def test_json_gives_the_same_scenario(weights: tuple[float, float, float], **choices: Any) -> None:
    named = tuple(zip(("als", "text", "popularity"), weights, strict=True))
    scenario = _scenario(weights=named, **choices)
    again = Scenario.from_json(json.loads(json.dumps(scenario.to_json())))
    assert again == scenario
    assert again.key == scenario.key
    assert hash(again) == hash(scenario)


def test_the_key_knows_every_choice() -> None:
    scenario = _scenario()
    others = [
        replace(scenario, dataset="e" * 64),
        replace(scenario, split="last"),
        replace(scenario, seed=1),
        replace(scenario, normalization="rank"),
        replace(scenario, neutral="floor"),
        replace(scenario, pool_depth=100),
        replace(scenario, k=5),
        replace(scenario, all_data=True),
        scenario.with_weights({"als": 1.0}),
    ]
    assert len({other.key for other in [scenario, *others]}) == 1 + len(others)


def test_the_default_list_is_no_longer_than_the_catalogue() -> None:
    assert default_scenario(synthetic(n_users=8, n_items=4, seed=0)).k == 4
    assert default_scenario(synthetic(n_users=8, n_items=30, seed=0)).k == 10


def test_a_scorer_that_is_not_named_gets_no_weight() -> None:
    assert _scenario().with_weights({"text": 2.0}).weights == (("als", 0.0), ("text", 2.0), ("popularity", 0.0))
    assert _scenario().only("text").fusion.effective == (0.0, 1.0, 0.0)


@pytest.mark.parametrize(
    ("weights", "said"),
    [
        ({"als": -0.1}, "als"),
        ({"als": float("nan")}, "als"),
        ({"als": float("inf")}, "als"),
        ({"als": 0, "text": 0, "popularity": 0}, "all are 0"),
        ({"nobody": 1.0}, "nobody"),
        ({"als": True}, "als"),
    ],
)
def test_weights_that_cannot_be_are_named(weights: dict[str, float], said: str) -> None:
    with pytest.raises(ScenarioError, match=said):
        _scenario().with_weights(weights)


@pytest.mark.parametrize("order", [(1, 0, 2), (0, 1), (0, 1, 2, 0), (0, 0, 2)])
def test_weights_that_are_not_those_of_the_models_are_refused(order: tuple[int, ...]) -> None:
    # the fusion goes by place: another order would give a scorer the weight of another
    weights = _scenario().weights
    with pytest.raises(ScenarioError, match="one for each model, in the same order"):
        _scenario(weights=tuple(weights[place] for place in order))


@pytest.mark.parametrize(
    ("edit", "said"),
    [
        ({"version": 99}, "version 99"),
        ({"version": None}, "version None"),
        ({"format": "other"}, "not a scenario file"),
        ({"wieghts": {}}, "wieghts"),
        ({"weights": {"als": "much"}}, "als"),
        ({"weights": {"als": 10**400}}, "als must be a finite number"),
        ({"strategy": None}, "strategy: 'None' is unknown"),
        ({"strategy": ["borda"]}, "strategy: "),
        ({"strategy": "reciprocal-rank", "strategy_settings": {"constant": 10**400}}, '"constant" must be'),
        ({"rerankers": [{"name": "diversity", "strength": 10**400}]}, '"strength" must be'),
        ({"rerankers": [{"name": "rules", "boost": [["1", 10**400]]}]}, '"boost" must be'),
        ({"strategy_settings": {"stages": _nested(2_000)}}, "nested deeper"),
        ({"rerankers": [{"name": "rules", "pin": _nested(2_000)}]}, "nested deeper"),
        ({"weights": {"als": 1, "ghost": 1}}, "ghost"),
        ({"weights": [1, 2, 3]}, "weights"),
        ({"models": {}}, "no scorer"),
        ({"models": {"als": 3}}, "models"),
        ({"models": {"ghost": {}}, "weights": {"ghost": 1}}, "ghost"),
        ({"k": 0}, "k must be"),
        ({"k": 2.5}, "k must be"),
        ({"k": True}, "k must be"),
        ({"seed": -1}, "seed"),
        ({"split": "magic"}, "split"),
        ({"split": ["random"]}, "split"),
        ({"normalization": None}, "normalization"),
        ({"rerankers": [{"name": "mmr"}]}, "mmr"),
        ({"rerankers": ["mmr"]}, "rerankers"),
        ({"strategy_settings": {"constant": 1}}, "no setting 'constant'"),
        ({"strategy_settings": []}, "strategy_settings"),
        ({"rerankers": "mmr"}, "rerankers"),
        ({"pool_depth": 10**9}, "pool_depth"),
        ({"all_data": "yes"}, "all_data"),
        ({"dataset": 5}, "dataset"),
    ],
)
def test_a_hand_edited_file_is_refused_in_one_line(edit: dict[str, Any], said: str) -> None:
    with pytest.raises(ScenarioError) as caught:
        Scenario.from_json(_scenario().to_json() | edit, "mine.json")
    assert str(caught.value).startswith("mine.json: ")
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("document", [None, [], 3, "text", {}])
def test_what_is_no_scenario_is_refused(document: object) -> None:
    with pytest.raises(ScenarioError, match="not a scenario file"):
        Scenario.from_json(document, "mine.json")


@pytest.mark.parametrize("key", ["dataset", "models", "weights"])
def test_a_missing_key_is_named(key: str) -> None:
    document = _scenario().to_json()
    del document[key]
    with pytest.raises(ScenarioError, match=key):
        Scenario.from_json(document)
