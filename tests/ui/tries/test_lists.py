from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from recengine.data import Dataset
from recengine.fusion import fuse_row
from recengine.models import make_recipe
from recengine.scenario import Scenario, Workbench, build_workbench, default_scenario, run_scenario
from ui.tries.lists import coming, going, list_panel


@pytest.fixture(scope="module")
def scenario(synthetic_dataset: Dataset) -> Scenario:
    recipes = {name: make_recipe(name) for name in ("als", "popularity")}
    return default_scenario(synthetic_dataset, recipes=recipes, pool_depth=30, k=5)


@pytest.fixture(scope="module")
def workbench(synthetic_dataset: Dataset, scenario: Scenario) -> Workbench:
    return build_workbench(synthetic_dataset, scenario)


@pytest.mark.parametrize(
    ("rank", "before", "kind", "text"),
    [(2, 5, "up", "3"), (5, 2, "down", "3"), (4, 4, "same", ""), (3, 27, "new", "new (27)"), (3, 0, "new", "new")],
)
def test_an_item_of_b_comes_from_its_rank_in_a(rank: int, before: int, kind: str, text: str) -> None:
    move = coming(rank, before, k=10)
    assert (move["kind"], move["text"]) == (kind, text)
    assert move["said"]


@pytest.mark.parametrize(
    ("rank", "after", "kind", "text"),
    [(5, 2, "up", "3"), (2, 5, "down", "3"), (4, 4, "same", ""), (3, 27, "down", "out (27)"), (3, 0, "down", "out")],
)
def test_an_item_of_a_goes_to_its_rank_in_b(rank: int, after: int, kind: str, text: str) -> None:
    move = going(rank, after, k=10)
    assert (move["kind"], move["text"]) == (kind, text)
    assert move["said"].startswith("dropped") == (text.startswith("out"))


def test_both_lists_tell_the_same_moves(workbench: Workbench, scenario: Scenario) -> None:
    user = 7
    sides = [scenario.only("popularity"), scenario.only("als")]
    outcomes = [run_scenario(workbench, side, fairness=False) for side in sides]
    rows = [fuse_row(workbench.pool, workbench.source, side.fusion, user, side.k) for side in sides]
    first = list_panel("A", workbench, outcomes[0], rows[0], rows[1], user)
    second = list_panel("B", workbench, outcomes[1], rows[1], rows[0], user)
    assert [row["rank"] for row in first["rows"]] == [1, 2, 3, 4, 5]
    listed = [{row["item"]: row for row in side["rows"]} for side in (first, second)]
    shared = set(listed[0]) & set(listed[1])
    for item in shared:
        assert listed[0][item]["move"]["kind"] == listed[1][item]["move"]["kind"]
        assert listed[0][item]["move"]["text"] == listed[1][item]["move"]["text"]
    assert sum(row["move"]["text"].startswith("out") for row in first["rows"]) == 5 - len(shared)
    assert sum(row["move"]["kind"] == "new" for row in second["rows"]) == 5 - len(shared)
    assert f"{len(shared)} items are in both lists" in first["footer"]
    held_out = set(workbench.relevant[user].indices.tolist())
    positions = [workbench.dataset.item_position[item] for item in listed[1]]
    assert [row["held_out"] for row in second["rows"]] == [item in held_out for item in positions]
    # the parts of a bar add up to the score
    for row in second["rows"]:
        assert sum(part["value"] for part in row["parts"]) == pytest.approx(float(row["score"]), abs=6e-4)


def test_scores_that_are_no_sum_have_no_parts(workbench: Workbench, scenario: Scenario) -> None:
    outcome = run_scenario(workbench, scenario, fairness=False)
    row = fuse_row(workbench.pool, workbench.source, scenario.fusion, 7, scenario.k)
    row = replace(row, parts=np.full_like(row.parts, np.nan))
    panel = list_panel("A", workbench, outcome, row, row, 7)
    assert panel["scorers"] == []
    assert all(entry["parts"] == [] for entry in panel["rows"])
