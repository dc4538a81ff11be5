import json

import pytest

from recengine.errors import ScenarioError
from recengine.scenario import MAX_SCENARIO_BYTES, Scenario, scenario_from_bytes, scenario_to_bytes


def scenario() -> Scenario:
    return Scenario(dataset="f" * 64, models=(("popularity", ()),), weights=(("popularity", 0.1 + 0.2),), k=7)


def test_a_scenario_comes_back_whole_from_its_file() -> None:
    assert scenario_from_bytes(scenario_to_bytes(scenario()), "mine.json") == scenario()


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "not JSON"),
        (b"\xff", "not JSON"),
        (b"[" * 100_000, "not JSON"),
        (b"9" * 10_000, "not JSON"),
        (b"[]", "not a scenario file"),
        (b" " * (MAX_SCENARIO_BYTES + 1), "larger than a scenario can be"),
    ],
)
def test_anything_else_is_one_line_that_names_the_file(content: bytes, said: str) -> None:
    with pytest.raises(ScenarioError, match=said) as caught:
        scenario_from_bytes(content, "mine.json")
    assert str(caught.value).startswith("mine.json: ")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("key", ["version", "dataset", "split", "seed", "k", "normalization", "all_data", "x" * 5_000])
def test_a_huge_value_does_not_make_a_huge_error(key: str) -> None:
    document = scenario().to_json() | {key: ["y" * 5_000]}
    with pytest.raises(ScenarioError) as caught:
        scenario_from_bytes(json.dumps(document).encode(), "mine.json")
    assert len(str(caught.value)) < 400
