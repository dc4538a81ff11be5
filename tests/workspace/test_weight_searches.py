"""Answers about weights on disk."""

from pathlib import Path

import numpy as np
import pytest

from recengine.data import Dataset
from recengine.errors import CancelledError, StoreError
from recengine.models import make_recipe
from recengine.scenario import Scenario, default_scenario
from recengine.tuning import Effort, Goal
from recengine.workspace import Workspace

GOAL = Goal(front=("ndcg", "gini"), effort=Effort(30))


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    return Workspace.open(tmp_path_factory.mktemp("weights") / "workspace")


@pytest.fixture(scope="module")
def scenario(synthetic_dataset: Dataset) -> Scenario:
    recipes = {name: make_recipe(name) for name in ("als", "popularity")}
    return default_scenario(synthetic_dataset, recipes=recipes, k=5)


def test_a_search_is_made_once_and_read_whole(
    workspace: Workspace, synthetic_dataset: Dataset, scenario: Scenario, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = workspace.find_weights(synthetic_dataset, scenario, GOAL)
    assert first.found.goal == Goal(front=("ndcg", "gini"), k=5, effort=Effort(30))
    assert first.scenario == scenario
    monkeypatch.setattr(Workspace, "prepare", lambda *_: pytest.fail("searched again"))
    again = workspace.find_weights(synthetic_dataset, scenario, GOAL)
    assert (again.key, again.made) == (first.key, first.made)
    np.testing.assert_array_equal(again.found.points.weights, first.found.points.weights)
    assert [search.key for search in workspace.weight_searches(synthetic_dataset)] == [first.key]


def test_what_is_stored_is_read_where_nothing_may_be_written(
    workspace: Workspace, synthetic_dataset: Dataset, scenario: Scenario, monkeypatch: pytest.MonkeyPatch
) -> None:
    search = workspace.find_weights(synthetic_dataset, scenario, GOAL)

    def refuse(*_: object) -> None:
        raise StoreError("cannot be locked")

    monkeypatch.setattr("recengine.workspace.weight_store.locked", refuse)
    assert workspace.find_weights(synthetic_dataset, scenario, GOAL).key == search.key
    with pytest.raises(StoreError, match="cannot be locked"):
        workspace.find_weights(synthetic_dataset, scenario, Goal(effort=Effort(21)))


def test_other_weights_are_another_question(
    workspace: Workspace, synthetic_dataset: Dataset, scenario: Scenario
) -> None:
    keys = {
        workspace.find_weights(synthetic_dataset, one, goal).key
        for one in (scenario, scenario.only("als"))
        for goal in (GOAL, Goal(effort=Effort(20)))
    }
    assert len(keys) == 4


def test_other_answers_are_no_searches(workspace: Workspace, synthetic_dataset: Dataset, scenario: Scenario) -> None:
    before = len(workspace.weight_searches())
    worth = workspace.scorers_worth(synthetic_dataset, scenario, ("ndcg",))
    region = workspace.indifference(synthetic_dataset, scenario)
    assert dict(region.at(region.region.best).weights) == region.region.points.by_scorer(region.region.best)
    assert worth.worth.shapley["ndcg"].sum() == pytest.approx(worth.worth.whole["ndcg"])
    assert len(workspace.weight_searches()) == before
    for key in (worth.key, "0" * 64, "../outside"):
        with pytest.raises(StoreError):
            workspace.weight_search(key)


def test_what_is_damaged_is_not_listed_and_is_searched_anew(
    workspace: Workspace, synthetic_dataset: Dataset, scenario: Scenario
) -> None:
    search = workspace.find_weights(synthetic_dataset, scenario, GOAL)
    table: Path = workspace.root / "weights" / search.key / "points.parquet"
    table.write_bytes(table.read_bytes()[:-7])
    assert search.key not in [one.key for one in workspace.weight_searches()]
    mended = workspace.find_weights(synthetic_dataset, scenario, GOAL)
    assert mended.best == search.best
    assert search.key in [one.key for one in workspace.weight_searches()]


def test_a_search_that_is_stopped_leaves_nothing(
    workspace: Workspace, synthetic_dataset: Dataset, scenario: Scenario
) -> None:
    before = {path.name for path in (workspace.root / "weights").iterdir()}
    with pytest.raises(CancelledError):
        workspace.find_weights(synthetic_dataset, scenario, Goal(effort=Effort(999)), cancel=lambda: True)
    assert {path.name for path in (workspace.root / "weights").iterdir()} == before
