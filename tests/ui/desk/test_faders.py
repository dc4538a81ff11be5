import pytest

from recengine.data import Dataset
from recengine.models import make_recipe
from recengine.scenario import Scenario, default_scenario
from ui.desk.faders import Faders, faders_of, read_faders

WEIGHTS = (("als", 0.6), ("popularity", 0.4))


@pytest.fixture(scope="module")
def scenario(synthetic_dataset: Dataset) -> Scenario:
    recipes = {name: make_recipe(name) for name in ("als", "popularity")}
    return default_scenario(synthetic_dataset, recipes=recipes).with_weights(dict(WEIGHTS))


@pytest.mark.parametrize(
    ("muted", "solo", "heard"),
    [
        ((), (), {"als": 0.6, "popularity": 0.4}),
        (("als",), (), {"als": 0.0, "popularity": 0.4}),
        ((), ("als",), {"als": 0.6, "popularity": 0.0}),
        (("als",), ("als",), {"als": 0.6, "popularity": 0.0}),
        (("als",), ("popularity",), {"als": 0.0, "popularity": 0.4}),
        ((), ("als", "popularity"), {"als": 0.6, "popularity": 0.4}),
        (("als", "popularity"), (), {"als": 0.0, "popularity": 0.0}),
    ],
)
def test_solo_goes_before_mute(muted: tuple[str, ...], solo: tuple[str, ...], heard: dict[str, float]) -> None:
    faders = Faders(WEIGHTS, frozenset(muted), frozenset(solo))
    assert faders.heard == heard
    assert faders.silent == (not any(heard.values()))


def test_faders_stand_for_the_weights_that_are_heard(scenario: Scenario) -> None:
    assert faders_of(scenario).stand_for(scenario)
    muted = Faders(WEIGHTS, muted=frozenset({"als"}))
    assert not muted.stand_for(scenario)
    assert muted.stand_for(scenario.with_weights({"popularity": 0.4}))
    assert Faders((("als", 0.0), ("popularity", 0.0))).stand_for(scenario)
    assert not Faders((("als", 0.0),)).stand_for(scenario)


def test_what_the_browser_tells_is_read(scenario: Scenario) -> None:
    told = {"weights": {"popularity": 1, "als": 0.25}, "muted": ["als"], "solo": []}
    assert read_faders(told, scenario) == Faders((("als", 0.25), ("popularity", 1.0)), frozenset({"als"}))


@pytest.mark.parametrize(
    "told",
    [
        {},
        {"weights": None},
        {"weights": {"als": 1.0}},
        {"weights": {"als": 1.0, "popularity": float("nan")}},
        {"weights": {"als": 1.0, "popularity": float("inf")}},
        {"weights": {"als": 1.0, "popularity": -0.1}},
        {"weights": {"als": 1.0, "popularity": True}},
        {"weights": {"als": 1.0, "popularity": 1.0, "text": 1.0}},
        {"weights": {"als": 1.0, "popularity": 1.0}, "muted": "als"},
        {"weights": {"als": 1.0, "popularity": 1.0}, "solo": ["text"]},
    ],
)
def test_nonsense_is_no_faders(scenario: Scenario, told: dict[str, object]) -> None:
    assert read_faders(told, scenario) is None
