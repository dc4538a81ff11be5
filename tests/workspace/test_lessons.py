"""Strategies that learn: taught when a workbench is made, stored, and never measured on what they were taught."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from recengine.data import Dataset, load_sample
from recengine.errors import ScenarioError, StoreError
from recengine.fusion.strategies import Learned, Taught
from recengine.models import make_recipe
from recengine.scenario import Scenario, build_workbench, default_scenario, fit_key, run_scenario, workbench_key
from recengine.workspace import Workspace

STRATEGIES = {"stacking": {"trees": 10, "leaf": 20}, "decision-tree": {"depth": 2, "leaf": 20}}


@pytest.fixture(scope="module")
def dataset() -> Dataset:
    return load_sample("synthetic")[0]


@pytest.fixture(scope="module")
def plain(dataset: Dataset) -> Scenario:
    return default_scenario(dataset, recipes={name: make_recipe(name) for name in ("als", "popularity")}, pool_depth=30)


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory, dataset: Dataset, plain: Scenario) -> Path:
    """A workspace in which everything is fitted and both strategies were taught."""
    root = tmp_path_factory.mktemp("lessons") / "workspace"
    for name, settings in STRATEGIES.items():
        Workspace.open(root).prepare(dataset, plain.with_strategy(name, settings))
    return root


def _no_lesson(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> Taught:
        raise AssertionError("taught again")

    monkeypatch.setattr(Learned, "teach", refuse)


@pytest.mark.parametrize("name", STRATEGIES)
def test_what_was_taught_is_loaded(
    name: str, root: Path, dataset: Dataset, plain: Scenario, monkeypatch: pytest.MonkeyPatch
) -> None:
    scenario = plain.with_strategy(name, STRATEGIES[name])
    fresh = run_scenario(build_workbench(dataset, scenario), scenario, fairness=False)
    _no_lesson(monkeypatch)
    workspace = Workspace.open(root)
    assert workspace.is_stored(scenario)
    stored = run_scenario(workspace.prepare(dataset, scenario), scenario, fairness=False)
    np.testing.assert_array_equal(stored.lists.rankings.items, fresh.lists.rankings.items)
    np.testing.assert_array_equal(stored.lists.rankings.scores, fresh.lists.rankings.scores)
    assert stored.slices.keys() == fresh.slices.keys()
    # other weights, normalisation and k need no other lesson
    moved = scenario.with_weights({"als": 1.0})
    assert workspace.is_stored(moved)


def test_other_settings_need_a_lesson_of_their_own(root: Path, plain: Scenario) -> None:
    workspace = Workspace.open(root)
    scenario = plain.with_strategy("stacking", STRATEGIES["stacking"])
    other = plain.with_strategy("stacking", {"trees": 11, "leaf": 20})
    keys = {workbench_key(one, "cpu") for one in (plain, plain.with_strategy("borda"), scenario, other)}
    assert len(keys) == 3  # a strategy that learns nothing shares the plain one's
    assert workspace.is_stored(plain) is False  # nobody prepared it by itself
    assert not workspace.is_stored(other)
    assert not workspace.is_stored(scenario, "validation")


def test_what_a_lesson_came_from_may_be_deleted(root: Path, dataset: Dataset, plain: Scenario) -> None:
    workspace = Workspace.open(root)
    scenario = plain.with_strategy("decision-tree", STRATEGIES["decision-tree"])
    device = workspace.resources().device
    key = fit_key(plain, plain.recipes()["als"], device, "validation")
    workspace.delete_fit(key)
    assert workspace.is_stored(scenario)
    workspace.prepare(dataset, plain, measured="validation")


def test_a_damaged_lesson_is_told_and_made_anew(tmp_path: Path, dataset: Dataset, plain: Scenario) -> None:
    workspace = Workspace.open(tmp_path / "workspace")
    scenario = plain.with_strategy("stacking", STRATEGIES["stacking"])
    workspace.prepare(dataset, scenario)
    (lesson,) = (workspace.root / "lessons").iterdir()
    text = lesson / "model0_text.npy"
    text.write_bytes(text.read_bytes()[:-1] + b"x")
    with pytest.raises(StoreError, match="damaged"):
        workspace.prepare(dataset, scenario)
    workspace.prepare(dataset, scenario, rebuild=True)
    workspace.prepare(dataset, scenario)


def test_on_the_validation_part_each_user_is_scored_by_what_the_others_taught(
    root: Path, dataset: Dataset, plain: Scenario
) -> None:
    scenario = plain.with_strategy("decision-tree", STRATEGIES["decision-tree"])
    workbench = Workspace.open(root).prepare(dataset, scenario, measured="validation")
    taught = scenario.fusion.strategy.taught(workbench.source.facts)  # type: ignore[attr-defined]
    assert len(taught.models) == 5
    assert np.ptp(np.bincount(taught.fold)) <= 1
    test = Workspace.open(root).prepare(dataset, scenario)
    assert len(scenario.fusion.strategy.taught(test.source.facts).models) == 1  # type: ignore[attr-defined]


def test_lists_to_serve_are_made_by_what_the_split_taught(root: Path, dataset: Dataset, plain: Scenario) -> None:
    scenario = replace(plain.with_strategy("decision-tree", STRATEGIES["decision-tree"]), all_data=True)
    workspace = Workspace.open(root)
    lessons = set((root / "lessons").iterdir())
    workbench = workspace.prepare(dataset, scenario)
    assert set((root / "lessons").iterdir()) == lessons
    assert (run_scenario(workbench, scenario, fairness=False).lists.rankings.items >= 0).any()


def test_a_strategy_that_was_not_taught_here_is_told(root: Path, dataset: Dataset, plain: Scenario) -> None:
    workbench = Workspace.open(root).prepare(dataset, plain)
    with pytest.raises(ScenarioError, match="Stacking has not been taught with these scorers and settings"):
        run_scenario(workbench, plain.with_strategy("stacking"))
