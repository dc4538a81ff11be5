"""Learned weights on disk."""

import json
import math
from dataclasses import replace
from typing import Any

import pytest

from recengine.data import Dataset
from recengine.errors import CancelledError, ScenarioError, StoreError
from recengine.evaluation import Change
from recengine.fusion.strategies import SegmentWeights
from recengine.models import make_recipe
from recengine.scenario import Scenario, default_scenario, run_scenario
from recengine.tuning import Gain, LearnedWeights
from recengine.workspace import WeightsLearned, Workspace, learned_key
from recengine.workspace.weight_records import learned_document, read_learned

BY_HISTORY = SegmentWeights(by="history", at="15,25")


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    return Workspace.open(tmp_path_factory.mktemp("learned") / "workspace")


@pytest.fixture(scope="module")
def scenario(synthetic_dataset: Dataset) -> Scenario:
    recipes = {name: make_recipe(name) for name in ("als", "popularity")}
    return default_scenario(synthetic_dataset, recipes=recipes, k=5)


@pytest.fixture(scope="module")
def learned(workspace: Workspace, synthetic_dataset: Dataset, scenario: Scenario) -> WeightsLearned:
    return workspace.learn_weights(synthetic_dataset, scenario, BY_HISTORY)


def test_what_is_learned_once_is_read_back_equal(
    workspace: Workspace,
    synthetic_dataset: Dataset,
    scenario: Scenario,
    learned: WeightsLearned,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(Workspace, "prepare", lambda *_: pytest.fail("learned again"))
    assert workspace.learn_weights(synthetic_dataset, scenario, BY_HISTORY) == learned
    # weights of the segments, strategy and re-rankers are no part of the question
    other = scenario.with_strategy("comb-mnz").with_rerankers([("diversity", {"strength": 0.5})])
    asked = SegmentWeights(by="history", at="15, 25.0", weights="heavy: als=1")
    assert workspace.learn_weights(synthetic_dataset, other, asked) == learned
    assert learned.key == learned_key(scenario, BY_HISTORY)
    assert workspace.all_weights_learned(synthetic_dataset) == [learned]
    # nor is it a search
    assert workspace.weight_searches() == []


def test_the_scenarios_are_those_that_were_measured(
    workspace: Workspace, synthetic_dataset: Dataset, scenario: Scenario, learned: WeightsLearned
) -> None:
    assert set(learned.test.values) == {"found", "start", "everybody"}
    assert sum(learned.learned.segment_users.values()) == learned.learned.n_users
    assert dict(learned.everybody.weights) == pytest.approx(dict(learned.learned.weights), abs=5e-5)
    assert learned.everybody.strategy == "weighted-sum"
    assert learned.best == learned.everybody.with_strategy(
        "segment-weights",
        {"by": "history", "at": "15,25", "weights": dict(learned.best.strategy_settings)["weights"]},
    )
    bench = workspace.prepare(synthetic_dataset, scenario)
    measured = run_scenario(bench, learned.best, slices=False, fairness=False)
    assert measured.table["ndcg"].mean == pytest.approx(learned.test.values["found"]["ndcg"])


def test_everybody_and_other_segments_are_other_questions(
    workspace: Workspace, synthetic_dataset: Dataset, scenario: Scenario, learned: WeightsLearned
) -> None:
    alone = workspace.learn_weights(synthetic_dataset, scenario)
    assert alone.learned.weights == learned.learned.weights
    assert alone.best == alone.everybody == learned.everybody
    assert set(alone.test.values) == {"found", "start"}
    questions = (None, BY_HISTORY, SegmentWeights(by="history", at="15,30"), SegmentWeights(by="group"))
    assert len({learned_key(scenario, one) for one in questions}) == 4
    # thresholds of something that has none
    assert learned_key(scenario, SegmentWeights(by="group", at="1,2")) == learned_key(scenario, questions[-1])


def test_segments_that_are_not_there_are_told_before_anything_is_fitted(
    workspace: Workspace, synthetic_dataset: Dataset, scenario: Scenario, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Workspace, "prepare", lambda *_: pytest.fail("fitted"))
    for segments, said in (
        (SegmentWeights(by="zip"), "no attribute 'zip'"),
        (SegmentWeights(at="9,3"), "ascending order"),
        (SegmentWeights(at="3,9,27"), "two thresholds"),
    ):
        with pytest.raises(ScenarioError, match=said):
            workspace.learn_weights(synthetic_dataset, scenario, segments)


def test_a_damaged_answer_is_told_in_one_line_and_not_listed(
    workspace: Workspace, synthetic_dataset: Dataset, scenario: Scenario
) -> None:
    answer = workspace.learn_weights(synthetic_dataset, scenario.only("als"))
    manifest = next(path for path in (workspace.root / "weights" / answer.key).iterdir() if path.suffix == ".json")
    whole: dict[str, Any] = json.loads(manifest.read_text())
    del whole["settings"]["learned"]["gain"]
    for text in (json.dumps(whole), manifest.read_text()[:-9]):
        manifest.write_text(text)
        with pytest.raises(StoreError) as caught:
            workspace.weights_learned(answer.key)
        assert "\n" not in str(caught.value)
        assert answer.key in str(caught.value)
        assert answer.key not in [one.key for one in workspace.all_weights_learned(synthetic_dataset)]
    # what cannot be read at all is learned anew
    mended = workspace.learn_weights(synthetic_dataset, scenario.only("als"))
    assert replace(mended, made=answer.made) == answer
    workspace.delete_weight_search(answer.key)
    with pytest.raises(StoreError, match="may have been deleted"):
        workspace.weights_learned(answer.key)


def test_learning_that_is_stopped_leaves_nothing(
    workspace: Workspace, synthetic_dataset: Dataset, scenario: Scenario, learned: WeightsLearned
) -> None:
    before = {path.name for path in (workspace.root / "weights").iterdir()}
    assert learned.key in before
    with pytest.raises(CancelledError):
        workspace.learn_weights(synthetic_dataset, scenario, SegmentWeights(at="1,2"), cancel=lambda: True)
    assert {path.name for path in (workspace.root / "weights").iterdir()} == before


def test_what_json_does_not_know_comes_back() -> None:
    gain = Gain(0.1, 0.3, Change(0.2, math.nan, math.nan, 1))
    strategy = SegmentWeights(by="age", weights="young: als=1")
    learned = LearnedWeights(
        weights={"als": 1.0},
        gain=gain,
        n_users=1,
        segments={"young": {"als": 1.0}},
        strength=math.inf,
        strategy=strategy,
        segments_gain=gain,
        segment_users={"young": 1},
    )
    text = json.dumps(learned_document(learned), allow_nan=False)
    again = read_learned(json.loads(text))
    assert again.strength == math.inf
    assert again.strategy == strategy
    assert math.isnan(again.gain.change.low)
    assert (again.gain.after, again.gain.change.n) == (0.3, 1)
    alone = replace(learned, strength=None, strategy=None, segments_gain=None)
    assert read_learned(learned_document(alone)).strength is None
