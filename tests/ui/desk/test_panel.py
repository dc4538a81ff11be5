from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np
import pytest

from recengine.arrays import Positions, Scores, Values
from recengine.data import Dataset
from recengine.fusion import STRATEGIES, Facts, Fusion, Pointwise, Strategy, WeightedSum, fuse_row, make_reranker
from recengine.models import make_recipe
from recengine.scenario import Workbench, build_workbench, default_scenario, run_scenario
from ui import panels
from ui.desk.faders import Faders, faders_of
from ui.desk.live import live_rule
from ui.desk.marks import find_marks
from ui.desk.panel import Preset, desk_panel, live_panel, pool_items
from ui.view import View, default_view

USER = 3


@pytest.fixture(scope="module")
def view(synthetic_dataset: Dataset) -> View:
    recipes = {name: make_recipe(name) for name in ("als", "popularity")}
    scenario = default_scenario(synthetic_dataset, recipes=recipes, k=5).with_weights({"als": 0.6, "popularity": 0.4})
    return replace(default_view(synthetic_dataset, scenario), user=synthetic_dataset.user_ids[USER])


@pytest.fixture(scope="module")
def workbench(synthetic_dataset: Dataset, view: View) -> Workbench:
    return build_workbench(synthetic_dataset, view.scenario)


@dataclass(frozen=True)
class Own(WeightedSum):
    """Gives even users equal weights, and every third a blend of these and the scenario's."""

    name: ClassVar[str] = "own"

    def weights_of(self, effective: Values, scorers: Sequence[str], users: Positions, facts: Facts | None) -> Values:
        equal = np.full((len(scorers), len(users)), 1 / len(scorers))
        return np.where(
            users % 3 == 0, (equal + effective[:, None]) / 2, np.where(users % 2, effective[:, None], equal)
        )


@dataclass(frozen=True)
class Product(Pointwise):
    """Not a sum."""

    name: ClassVar[str] = "product"
    label: ClassVar[str] = "Product"

    def combine(self, values: Scores, ranks: Scores, weights: Scores) -> Scores:
        return np.asarray(values.prod(axis=0))


@pytest.mark.parametrize(
    ("strategy", "user", "why_not", "fixed"),
    [
        (WeightedSum(), 0, "", None),
        (Own(), 1, "", None),
        (Own(), 2, "", [0.5, 0.5]),
        (Own(), 3, "this user's weights are a blend", None),
        (Product(), 0, "Product is no weighted sum", None),
    ],
)
def test_a_weighted_sum_follows_the_sliders(
    workbench: Workbench, strategy: Strategy, user: int, why_not: str, fixed: list[float] | None
) -> None:
    live = live_rule(workbench.pool, workbench.source, Fusion((0.6, 0.4), strategy=strategy), user)
    assert live.why_not == why_not
    assert (None if live.fixed is None else live.fixed.tolist()) == fixed


def test_with_a_re_ranker_the_list_waits(workbench: Workbench) -> None:
    fusion = Fusion((0.6, 0.4), rerankers=(make_reranker("popularity-penalty"),))
    assert "re-rankers" in live_rule(workbench.pool, workbench.source, fusion, 0).why_not


@pytest.mark.parametrize("strategy", [name for name, kind in STRATEGIES.items() if not kind.learns])
def test_every_strategy_can_be_drawn(workbench: Workbench, view: View, strategy: str) -> None:
    view = view.moved(view.scenario.with_strategy(strategy))
    fusion = view.scenario.fusion
    outcome = run_scenario(workbench, view.scenario, fairness=False)
    row = fuse_row(workbench.pool, workbench.source, fusion, USER, 5)
    live = live_rule(workbench.pool, workbench.source, fusion, USER)
    history = panels.history_rows(workbench, USER)
    results = panels.results_panel(workbench, view, outcome, outcome, row, row, history)
    desk = desk_panel(workbench, view, faders_of(view.scenario), 1.0, row, live)
    json.dumps([results, desk], allow_nan=False)
    assert len(results["list"]["rows"]) == 5
    if live.why_not:
        return
    pool = live_panel(workbench, view, row, row, pool_items(workbench.dataset, workbench.pool, USER))
    json.dumps(pool, allow_nan=False)
    assert {row["item"] for row in results["list"]["rows"]} <= set(pool["items"])


def test_the_line_says_only_what_matters(workbench: Workbench, view: View) -> None:
    row = fuse_row(workbench.pool, workbench.source, view.scenario.fusion, USER)
    live = live_rule(workbench.pool, workbench.source, view.scenario.fusion, USER)

    def line(strategy: str) -> str:
        moved = view.moved(view.scenario.with_strategy(strategy))
        said: str = desk_panel(workbench, moved, faders_of(moved.scenario), 1.0, row, live)["line"]
        return said

    assert line("weighted-sum") == "Weighted sum · min-max · no opinion counts as mean · lists of 5"
    assert line("reciprocal-rank") == "Reciprocal rank fusion · lists of 5"


def test_the_sliders_stand_as_they_were_left(workbench: Workbench, view: View) -> None:
    row = fuse_row(workbench.pool, workbench.source, view.scenario.fusion, USER)
    live = live_rule(workbench.pool, workbench.source, view.scenario.fusion, USER)
    faders = Faders((("als", 0.6), ("popularity", 3.0)), muted=frozenset({"popularity"}), solo=frozenset({"als"}))
    found = Preset("Found", "Best of 900", {"als": 0.9, "popularity": 0.1})
    desk = desk_panel(workbench, view, faders, 5.0, row, live, presets=[found])
    assert [(one["weight"], one["muted"], one["solo"]) for one in desk["scorers"]] == [
        (0.6, False, True),
        (3.0, True, False),
    ]
    assert (desk["top"], desk["step"]) == (5.0, 0.05)
    groups = {one["group"]: [preset["label"] for preset in one["presets"]] for one in desk["presets"]}
    assert groups == {
        "Mixed": ["Default weights", "Equal weights"],
        "One alone": ["Collaborative (ALS)", "Popularity"],
        "Found": ["Best of 900"],
    }
    assert desk["presets"][0]["presets"][1]["weights"] == {"als": 1.0, "popularity": 1.0}


def test_a_scorer_that_knows_nothing_of_the_user_says_so(workbench: Workbench, view: View) -> None:
    row = fuse_row(workbench.pool, workbench.source, view.scenario.fusion, USER)
    live = live_rule(workbench.pool, workbench.source, view.scenario.fusion, USER)
    opinion = row.opinion.copy()
    opinion[0] = False
    raw = row.raw.copy()
    raw[1] = 7
    silent = replace(row, opinion=opinion, raw=raw)
    notes = [
        scorer["note"] for scorer in desk_panel(workbench, view, faders_of(view.scenario), 1, silent, live)["scorers"]
    ]
    assert notes == ["no opinion on this user", "the same score for all items of this user"]
    assert [
        scorer["note"] for scorer in desk_panel(workbench, view, faders_of(view.scenario), 1, row, live)["scorers"]
    ] == ["", ""]


def test_ticks_stand_where_the_list_changes(workbench: Workbench, view: View) -> None:
    marks = find_marks(workbench, view, 1.0)

    def listed(weight: float) -> tuple[int, ...]:
        fusion = replace(view.scenario.fusion, weights=(weight, 0.4))
        rank = fuse_row(workbench.pool, workbench.source, fusion, USER).rank
        return tuple(int(np.flatnonzero(rank == place)[0]) for place in range(1, 6))

    assert set(marks["als"].enters) <= set(marks["als"].moves)
    for weight in marks["als"].moves[:5]:
        assert listed(weight - 1e-5) != listed(weight + 1e-5)
    for weight in marks["als"].enters:
        assert set(listed(weight - 1e-5)) != set(listed(weight + 1e-5))
    assert find_marks(workbench, view.moved(view.scenario.with_strategy("condorcet")), 1.0) == {}


@pytest.mark.parametrize(("highest", "digits"), [(12.0, 3), (0.1, 3), (0.05, 4), (0.016, 4), (0.004, 5), (0.0, 3)])
def test_small_scores_get_more_digits(highest: float, digits: int) -> None:
    assert panels.score_digits(np.array([highest, -highest / 2, np.nan], dtype=np.float32)) == digits


def test_an_item_that_the_baseline_could_not_list_is_new() -> None:
    assert panels.move(3, 0, 10)["kind"] == "new"
