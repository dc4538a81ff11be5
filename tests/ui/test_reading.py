from __future__ import annotations

import re
from dataclasses import replace
from typing import Any, cast

import numpy as np
import pytest
from numpy.typing import NDArray

from recengine.arrays import Positions, Scores
from recengine.data import Dataset
from recengine.errors import ScenarioError
from recengine.fusion.pair_scores import PairScores
from recengine.fusion.reading import PairsNeeded
from recengine.models import make_recipe
from recengine.scenario import (
    Scenario,
    Workbench,
    build_workbench,
    default_scenario,
    needed,
    read_pairs,
    reranker_prices,
    run_scenario,
    unread,
    verdicts,
    without_reading,
)
from recengine.workspace import Workspace
from ui import compute, panels, reading
from ui.metric_panel import metrics_panel
from ui.view import default_view

BEST = 10


class Slow:
    """A pair takes a second of its own clock; an item with a higher number scores higher."""

    device = "CPU"

    def __init__(self, n_items: int) -> None:
        self.n_items = n_items
        self.now = 0.0
        self.read: set[tuple[int, int]] = set()
        self.calls = 0

    def score(self, users: Positions) -> Scores:
        return np.full((len(users), self.n_items), np.nan, dtype=np.float32)

    def score_pairs(self, users: Positions, items: Positions) -> Scores:
        self.now += float((items >= 0).sum())
        self.calls += int((items >= 0).sum())
        self.read |= {(u, i) for u, row in zip(users.tolist(), items.tolist(), strict=True) for i in row if i >= 0}
        return np.where(items >= 0, items, np.nan).astype(np.float32)

    def state(self) -> dict[str, NDArray[Any]]:
        return {}


@pytest.fixture(scope="module")
def scenario(synthetic_dataset: Dataset) -> Scenario:
    recipes = {name: make_recipe(name) for name in ("als", "popularity")}
    plain = default_scenario(synthetic_dataset, recipes=recipes, k=5)
    return plain.with_rerankers([("click-model", {"best": BEST, "strength": 1.0})])


@pytest.fixture(scope="module")
def built(synthetic_dataset: Dataset, scenario: Scenario) -> Workbench:
    return build_workbench(synthetic_dataset, scenario)


@pytest.fixture
def slow(synthetic_dataset: Dataset) -> Slow:
    return Slow(synthetic_dataset.n_items)


@pytest.fixture
def bench(built: Workbench, slow: Slow, request: pytest.FixtureRequest) -> Workbench:
    """Under a key of its own, with the patience of a page."""
    pairs = PairScores(slow, slow.n_items, clock=lambda: slow.now)
    pairs.patience = compute.PATIENCE_SECONDS
    assert built.source.facts is not None
    facts = replace(built.source.facts, scorers={**built.scorers, "slow": slow}, pairs={"slow": pairs})
    slices = {name: replace(part, source=replace(part.source, facts=facts)) for name, part in built.slices.items()}
    return replace(built, key=f"reading {request.node.name}", source=replace(built.source, facts=facts), slices=slices)


def test_one_user_is_read_at_once_and_all_users_are_not(bench: Workbench, scenario: Scenario, slow: Slow) -> None:
    row = compute.user_row(bench, scenario, 7)
    assert slow.calls == BEST
    outcome = compute.shown_outcome(bench, scenario)
    # one more user, for the pace without the loading
    assert slow.calls == 2 * BEST
    assert outcome.scenario == without_reading(scenario)
    with pytest.raises(ScenarioError, match="users are not read yet"):
        compute.outcome(bench, scenario)
    left = compute.left_to_read(bench, scenario)
    assert left is not None
    assert (left.of, left.seconds) == (120, left.pairs * 1.0)
    assert "10.0 s each" in reading.to_read(scenario, replace(left, users=3, seconds=30.0))
    assert slow.calls == 2 * BEST
    # the shown list is re-ranked: of the best ten the five with the highest numbers, though the outcome's is not
    listed = panels.listed(scenario, outcome, row, 7)
    ten = np.argsort(np.where(row.fused_rank > 0, row.fused_rank, 999), kind="stable")[:BEST]
    assert listed.tolist() == sorted(ten.tolist(), reverse=True)[:5]


def test_once_all_are_read_the_figures_are_the_real_ones(bench: Workbench, scenario: Scenario, slow: Slow) -> None:
    facts = bench.source.facts
    assert facts is not None
    assert facts.pair_scores is not None
    said: list[str] = []
    facts.pair_scores.patience = float("inf")
    run_scenario(bench, scenario, progress=lambda _, text: said.append(text))
    # a user or two were read to know the pace, unless a slice asks for other items of theirs
    assert re.match(r"Click model: 1(18|19|20) of 120 users to read, .* s each, about", said[0])
    assert said[1].startswith("Click model: 0 of ")
    assert "left" in said[1]
    facts.pair_scores.patience = compute.PATIENCE_SECONDS
    calls = slow.calls
    # no pair twice
    assert calls == len(slow.read)
    assert compute.left_to_read(bench, scenario) is None
    outcome = compute.shown_outcome(bench, scenario)
    assert outcome.scenario == scenario
    assert (
        outcome.lists.rankings.items[:, 0].tolist()
        != compute.outcome(bench, without_reading(scenario)).lists.rankings.items[:, 0].tolist()
    )
    assert len(compute.prices(bench, scenario)) == 1
    # what a weight would change is measured without it, which reads nothing
    whole = compute.outcome(bench, scenario, fairness=True)
    levers = verdicts(bench, whole, compute.alone(bench, scenario))[2]
    assert levers.answer.endswith("Measured without the click model.")
    assert slow.calls == calls
    # another weight asks for other pairs
    moved = scenario.with_weights({"als": 0.0, "popularity": 1.0})
    assert compute.left_to_read(bench, moved) is not None
    assert compute.shown_outcome(bench, moved).scenario == without_reading(moved)


def test_where_little_is_left_it_just_happens(bench: Workbench, scenario: Scenario, slow: Slow) -> None:
    asked = needed(bench, scenario)
    facts = bench.source.facts
    assert facts is not None
    assert facts.pair_scores is not None
    facts.pair_scores.patience = float("inf")
    whole = asked[0]
    cut = whole.items.copy()
    cut[:1] = -1
    read_pairs([replace(whole, items=cut), *asked[1:]], "Click model")
    facts.pair_scores.patience = compute.PATIENCE_SECONDS
    # at most the 10 pairs of one user
    assert unread(asked).users <= 1
    assert compute.shown_outcome(bench, scenario).scenario == scenario
    assert slow.calls == len(slow.read)


def test_figures_are_never_compared_across_it(bench: Workbench, scenario: Scenario) -> None:
    plain = without_reading(scenario)
    outcome = compute.shown_outcome(bench, scenario, plain)
    baseline = compute.shown_outcome(bench, plain, scenario)
    assert outcome.scenario == baseline.scenario == plain
    view = default_view(bench.dataset, plain)
    shown = metrics_panel(bench, replace(view, scenario=scenario), outcome, baseline)
    assert shown["caption"] == "Quality over all users, lists of 5, without the click model"
    assert all("change" not in cell or not cell["change"] for row in shown["rows"] for cell in row["cells"])


def test_prices_read_what_the_chain_without_another_needs(bench: Workbench, scenario: Scenario, slow: Slow) -> None:
    facts = bench.source.facts
    assert facts is not None
    assert facts.pair_scores is not None
    facts.pair_scores.patience = float("inf")
    both = scenario.with_rerankers([("popularity-penalty", {"strength": 0.9}), ("click-model", {"best": BEST})])
    run_scenario(bench, both, slices=False, fairness=False)
    calls = slow.calls
    shares: list[float] = []
    assert len(reranker_prices(bench, both, progress=lambda share, _: shares.append(share))) == 2
    assert slow.calls > calls
    assert shares[0] == 0.0
    assert shares[-1] == 1.0


def test_what_reads_nothing_is_not_looked_up(
    bench: Workbench, scenario: Scenario, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked: list[Scenario] = []

    def look(key: str, scenario: Scenario, *, _workbench: Workbench) -> tuple[PairsNeeded, ...]:
        looked.append(scenario)
        return needed(_workbench, scenario)

    monkeypatch.setattr(compute, "_needed", look)
    plain = without_reading(scenario)
    view = default_view(bench.dataset, plain)
    # without a click model there is nothing to draw either, so no workspace is asked
    reading.note(cast(Workspace, None), bench, view)
    assert looked == []
    # beside one that reads, what it is compared with is not looked up
    assert compute.left_to_read(bench, scenario, plain) is not None
    assert looked == [scenario]
