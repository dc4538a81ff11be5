from types import SimpleNamespace
from typing import Any

import pytest

from recengine.data import synthetic
from recengine.scenario import Scenario, default_scenario
from ui import compute


def test_scorers_alone_are_measured_once_whatever_mixes_and_re_ranks_them(monkeypatch: pytest.MonkeyPatch) -> None:
    measured: list[Scenario] = []

    def outcomes(workbench: Any, scenario: Scenario) -> dict[str, Any]:
        measured.append(scenario)
        return {}

    monkeypatch.setattr(compute, "scorer_outcomes", outcomes)
    bench: Any = SimpleNamespace(key="scorers alone")
    scenario = default_scenario(synthetic())
    compute.alone(bench, scenario)
    compute.alone(bench, scenario.with_weights({"als": 1.0}).with_strategy("borda"))
    compute.alone(bench, scenario.with_rerankers([("popularity-penalty", {"strength": 0.2})]))
    assert len(measured) == 1
    compute.alone(bench, default_scenario(synthetic(), k=3))
    assert [one.k for one in measured] == [scenario.k, 3]
