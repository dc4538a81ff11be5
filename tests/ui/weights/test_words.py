from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from recengine.data import Dataset
from recengine.evaluation import Change
from recengine.ranking import METRICS
from recengine.scenario import Scenario, ScorerCost, default_scenario
from recengine.simulation import Breakpoints, Sweep, Triangle, lattice
from recengine.tuning import Worth
from ui.weights.measures import bounds, change_words, goals, worth_words
from ui.weights.words import (
    breakpoints_line,
    flat_line,
    metric_names,
    mix_now,
    on_the_same_line,
    sweep_line,
    weight_words,
    with_mix,
    with_weight,
)

NOTHING = np.zeros(0)


@pytest.fixture
def scenario(synthetic_dataset: Dataset) -> Scenario:
    return default_scenario(synthetic_dataset)


def curve(**choices: Any) -> Sweep:
    made = Sweep(
        "als",
        0.7,
        1.0,
        10,
        np.array([0.2, 0.5]),
        {"ndcg": np.array([0.30, 0.40, 0.398]), "novelty": np.array([3.0, 2.0, 1.0])},
        {"ndcg": 50, "novelty": 50},
        50,
        50,
        9,
        50,
        True,
        NOTHING,
    )
    return replace(made, **choices)


def test_every_metric_has_a_name_of_its_own() -> None:
    names = metric_names(10)
    assert list(names) == list(METRICS)
    assert len(set(names.values())) == len(METRICS)
    assert names["ndcg"] == "NDCG@10"
    assert names["ndcg_full_k"] == "NDCG@10 · against a list of k hits"


def test_weights_in_words() -> None:
    assert [weight_words(one) for one in (0.0, 0.0002, 0.7, 0.8119, 3.0)] == ["0", "just above 0", "0.7", "0.812", "3"]


def test_how_the_curves_came_about_is_said() -> None:
    assert sweep_line(curve(), "ALS") == (
        "Exact at every weight of ALS from 0 to 1: the lists change 9 times; all proven from the candidate pool. "
        "n = 50 users with a relevant item."
    )
    some = curve(population=1000, proven=48)
    assert "48 users proven from the candidate pool, the others swept over the whole catalogue" in sweep_line(some, "A")
    assert "n = 50 users of 1,000, drawn at random" in sweep_line(some, "A")
    assert sweep_line(curve(exact=False, sampled=np.arange(41)), "A").startswith("Measured at 41 weights of A")


def test_where_it_is_as_good_as_the_best_is_said() -> None:
    # 0.398 is within 1 % of 0.40, so from 0.2 to the end; the best is in the middle of 0.2 and 0.5
    assert flat_line(curve(), "ndcg", "ALS") == (
        "Best 0.400 at ALS 0.35; within 1 % of that from 0.2 to 1, shaded. It is now 0.398 at 0.7, inside it."
    )
    assert flat_line(curve(current=0.1), "ndcg", "ALS").endswith("It is now 0.300 at 0.1, outside it.")
    assert flat_line(curve(current=5.0), "ndcg", "ALS").endswith("It is now beyond the range, at 5, outside it.")
    assert flat_line(curve(), "novelty", "ALS").endswith("It is now 1.00 bits at 0.7.")


def test_the_breakpoints_of_a_user_are_counted() -> None:
    items = np.array([[1, 2], [2, 1], [2, 3]], dtype=np.int32)
    found = Breakpoints(0, 0, 1.0, np.array([0.2, 0.5]), items, np.array([[0.0, 1.0]]))
    assert breakpoints_line(found, "u7", "ALS") == (
        "The list of user u7 changes at 2 weights of ALS; at 1 of them an item comes in. It is exact: proven from the "
        "candidate pool all along."
    )
    part = replace(found, proven=np.array([[0.0, 0.25], [0.5, 0.75]]))
    assert "proven from the pool over 50\u00a0%, over the rest swept" in breakpoints_line(part, "u7", "ALS")


def test_the_baseline_is_marked_where_it_is_on_the_line(scenario: Scenario) -> None:
    moved = with_weight(scenario, "als", 0.25)
    assert on_the_same_line(moved, scenario, "als") == 0.7
    assert on_the_same_line(moved, scenario, "text") is None  # there als differs
    assert on_the_same_line(moved, replace(scenario, normalization="z-score"), "als") is None


def test_a_mix_of_three_becomes_weights(scenario: Scenario) -> None:
    found = Triangle(("als", "text", "popularity"), 4, 10, lattice(4), {}, {})
    assert mix_now(scenario, found.scorers) == pytest.approx((0.7, 0.2, 0.1))
    assert mix_now(scenario.only("als"), ("text", "popularity")) is None
    # 15 mixes: 4 | 3 1 0, 3 0 1 | 2 2 0 …
    assert dict(with_mix(scenario, found, 1).weights) == {"als": 0.75, "text": 0.25, "popularity": 0.0}


def test_what_can_be_searched_has_a_direction(synthetic_dataset: Dataset) -> None:
    offered = goals(synthetic_dataset, 5)
    assert offered["+novelty"] == "Novelty@5, more"
    assert offered["gap:activity"] == "NDCG@5 gap by activity"
    assert "novelty" not in offered
    assert "novelty" in bounds(synthetic_dataset, 5)


def test_a_change_says_whether_it_is_more_than_chance() -> None:
    assert change_words("ndcg", Change(0.01, 0.004, 0.02, 50)) == "+0.0100 (+0.0040 to +0.0200), more than chance"
    assert change_words("ndcg", Change(0.01, -0.004, 0.02, 50)).endswith("within chance")
    assert change_words("gini", None).startswith("no interval")


def test_the_worth_of_a_scorer_in_a_sentence() -> None:
    costs = {name: ScorerCost(name.upper(), 2.0, 10 * 2**20) for name in ("als", "text", "popularity")}
    worth = Worth(
        ("als", "text", "popularity"),
        np.array([0.7, 0.3, 0.0]),
        {"ndcg": np.array([0.2, 0.1, 0.0])},
        {"ndcg": np.zeros(3)},
        {"ndcg": 0.3},
        {"ndcg": np.array([0.25, 0.1, 0.0])},
        {"ndcg": np.array([0.1, 0.3001, 0.3])},
        True,
        8,
    )
    als, text, popularity = worth_words(worth, costs, 10)
    # 0.3 - 0.1, and 0.3 - 0.3001
    assert als == (
        "ALS earns its place: dropping it costs 0.2000 of NDCG@10, and saves 2 s of fitting and 10 MiB of memory."
    )
    assert text.startswith("TEXT adds nothing to the others: dropping it gains 0.0001 of NDCG@10 and saves 2 s")
    assert popularity.startswith("POPULARITY has no weight: dropping it changes nothing")
