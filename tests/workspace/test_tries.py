import json
from collections.abc import Callable
from dataclasses import replace
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from recengine.data import Dataset
from recengine.errors import ScenarioError, StoreError
from recengine.evaluation import Figure
from recengine.fusion import FusedLists
from recengine.models import make_recipe, registry
from recengine.ranking import Rankings
from recengine.scenario import Outcome, Scenario, default_scenario
from recengine.storage import read_document
from recengine.workspace import Try, Workspace
from recengine.workspace.tries import FOLDER, MAX_NAME

N = 5


def outcome_of(scenario: Scenario, ndcg: float = 0.25) -> Outcome:
    """An outcome as a run gives it, of five users, without running anything."""
    items = np.zeros((N, 1), dtype=np.int32)
    rankings = Rankings(np.arange(N, dtype=np.int32), items, items.astype(np.float32))
    lists = FusedLists(rankings, np.array([True, True, True, False, False]), rescored=2)
    table = {
        "ndcg": Figure(ndcg, 0.1, 0.4, N, "best"),
        "gini": Figure(0.5, None, None, N, "all items"),
        "novelty": Figure(float("nan"), None, None, 0, "bits"),
    }
    return Outcome(scenario, lists, {}, table, {"cold": {"ndcg": table["ndcg"]}}, None, {})


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return Workspace.open(tmp_path / "workspace")


@pytest.fixture(scope="module")
def scenario(synthetic_dataset: Dataset) -> Scenario:
    recipes = {name: make_recipe(name) for name in ("als", "popularity")}
    return default_scenario(synthetic_dataset, recipes=recipes, k=5)


def record(workspace: Workspace, dataset: Dataset, scenario: Scenario, *weights: float) -> list[Try]:
    """A try for each weight of popularity."""
    return [
        workspace.record_try(dataset, outcome_of(scenario.with_weights({"als": 1.0, "popularity": weight})))
        for weight in weights
    ]


def file_of(workspace: Workspace, one: Try) -> Path:
    return workspace.root / FOLDER / one.dataset / f"{one.number:06d}-{one.key}.json"


def test_every_distinct_setting_is_a_numbered_try_with_its_figures(
    workspace: Workspace, synthetic_dataset: Dataset, scenario: Scenario
) -> None:
    assert workspace.tries(synthetic_dataset) == []
    first, second = record(workspace, synthetic_dataset, scenario, 0.1, 0.2)
    assert (first.number, second.number) == (1, 2)
    kept, other = workspace.tries(synthetic_dataset)
    assert (kept.number, other.number) == (1, 2)
    assert kept.scenario == scenario.with_weights({"als": 1.0, "popularity": 0.1})
    assert kept.key == kept.scenario.key
    assert kept.table["ndcg"] == Figure(0.25, 0.1, 0.4, N, "best")
    assert kept.table["gini"].low is None
    assert np.isnan(kept.table["novelty"].mean)
    assert kept.slices["cold"]["ndcg"].mean == 0.25
    # three proven by the pool, two made from the whole catalogue
    assert (kept.users, kept.certified, kept.rescored, kept.unproven) == (5, 3, 2, 0)
    assert kept.dataset_name == synthetic_dataset.name
    assert workspace.find_try(synthetic_dataset.fingerprint, 2).document == other.document


def test_the_same_setting_is_the_same_try_and_writes_nothing(
    workspace: Workspace, synthetic_dataset: Dataset, scenario: Scenario
) -> None:
    (first,) = record(workspace, synthetic_dataset, scenario, 0.1)
    written = file_of(workspace, first).stat().st_mtime_ns
    (again,) = record(workspace, synthetic_dataset, scenario, 0.1)
    assert (again.number, again.tried) == (first.number, first.tried.replace(microsecond=0))
    assert file_of(workspace, first).stat().st_mtime_ns == written
    assert len(workspace.tries(synthetic_dataset)) == 1


def test_new_figures_of_a_setting_replace_the_old_and_keep_number_and_name(
    workspace: Workspace, synthetic_dataset: Dataset, scenario: Scenario
) -> None:
    first = workspace.record_try(synthetic_dataset, outcome_of(scenario, 0.25))
    workspace.rename_try(first.dataset, 1, "calm", "a note")
    workspace.star_try(first.dataset, 1)
    again = workspace.record_try(synthetic_dataset, outcome_of(scenario, 0.26))
    assert (again.number, again.name, again.note, again.starred) == (1, "calm", "a note", True)
    (kept,) = workspace.tries(synthetic_dataset)
    assert kept.table["ndcg"].mean == 0.26


def test_a_number_is_never_given_twice(workspace: Workspace, synthetic_dataset: Dataset, scenario: Scenario) -> None:
    tries = record(workspace, synthetic_dataset, scenario, 0.1, 0.2, 0.3)
    workspace.delete_try(synthetic_dataset.fingerprint, 3)
    assert [one.number for one in workspace.tries(synthetic_dataset)] == [1, 2]
    (fourth,) = record(workspace, synthetic_dataset, scenario, 0.3)
    assert fourth.number == 4
    assert fourth.key == tries[2].key
    with pytest.raises(StoreError, match="no number 3"):
        workspace.delete_try(synthetic_dataset.fingerprint, 3)
    with pytest.raises(StoreError, match="no number 9"):
        workspace.find_try(synthetic_dataset.fingerprint, 9)


def test_each_dataset_counts_for_itself(workspace: Workspace, synthetic_dataset: Dataset, scenario: Scenario) -> None:
    other = replace(synthetic_dataset, fingerprint="f" * 64)
    record(workspace, synthetic_dataset, scenario, 0.1, 0.2)
    (one,) = record(workspace, other, replace(scenario, dataset=other.fingerprint), 0.1)
    assert one.number == 1
    assert [entry.number for entry in workspace.earlier_tries(synthetic_dataset)] == [1]
    assert workspace.earlier_tries(replace(other, name="another")) == ()
    with pytest.raises(ScenarioError, match="not of"):
        workspace.record_try(other, outcome_of(scenario))


def test_names_are_one_line_and_not_too_long(
    workspace: Workspace, synthetic_dataset: Dataset, scenario: Scenario
) -> None:
    (one,) = record(workspace, synthetic_dataset, scenario, 0.1)
    named = workspace.rename_try(one.dataset, 1, "  less\n\tpopular \x00 ", "why:\nbecause")
    assert (named.name, named.note, named.label) == ("less popular", "why:\nbecause", "1 · less popular")
    assert workspace.rename_try(one.dataset, 1, "").label == "1"
    assert workspace.find_try(one.dataset, 1).note == "why:\nbecause"
    with pytest.raises(ScenarioError, match="at most 80"):
        workspace.rename_try(one.dataset, 1, "x" * (MAX_NAME + 1))
    with pytest.raises(ScenarioError, match="at most 2,000"):
        workspace.rename_try(one.dataset, 1, "x", "y" * 2001)


def test_one_try_is_pinned_at_a_time(workspace: Workspace, synthetic_dataset: Dataset, scenario: Scenario) -> None:
    record(workspace, synthetic_dataset, scenario, 0.1, 0.2)
    fingerprint = synthetic_dataset.fingerprint

    def pinned() -> list[int]:
        return [one.number for one in workspace.tries(synthetic_dataset) if one.pinned]

    assert pinned() == []
    workspace.pin_try(fingerprint, 1)
    workspace.pin_try(fingerprint, 2)
    assert pinned() == [2]
    workspace.delete_try(fingerprint, 2)
    assert pinned() == []
    (workspace.root / FOLDER / fingerprint / "pinned.json").write_text("[")
    assert pinned() == []


@pytest.mark.parametrize(
    "damage",
    [
        lambda text: "",
        lambda text: text[: len(text) // 2],
        lambda text: "[]",
        lambda text: text.replace('"version":1', '"version":9'),
        lambda text: text.replace('"seed":0', '"seed":1'),
        lambda text: text.replace('"number":1', '"number":2'),
        lambda text: json.dumps({**json.loads(text), "table": {"ndcg": [1]}}),
        lambda text: json.dumps({**json.loads(text), "table": {"ndcg": [0.5, "low", "high", 5, ""]}}),
        lambda text: json.dumps({**json.loads(text), "tried": "yesterday"}),
        lambda text: json.dumps({**json.loads(text), "users": float("inf")}),
    ],
    ids=["empty", "cut", "no object", "version", "scenario", "number", "table", "interval", "time", "endless"],
)
def test_a_damaged_try_is_skipped_with_one_line_and_mended_by_trying_again(
    workspace: Workspace, synthetic_dataset: Dataset, scenario: Scenario, damage: Callable[[str], str]
) -> None:
    first, _ = record(workspace, synthetic_dataset, scenario, 0.1, 0.2)
    path = file_of(workspace, first)
    path.write_text(damage(path.read_text()))
    found = workspace.stored_tries(synthetic_dataset)
    assert [one.number for one in found.tries] == [2]
    (line,) = found.damaged
    assert str(path) in line
    assert "\n" not in line
    (again,) = record(workspace, synthetic_dataset, scenario, 0.1)
    assert again.number == 1
    assert workspace.stored_tries(synthetic_dataset).damaged == ()


def test_a_scorer_that_is_gone_leaves_its_try_listed_and_says_why(
    workspace: Workspace, synthetic_dataset: Dataset, scenario: Scenario, monkeypatch: pytest.MonkeyPatch
) -> None:
    (one,) = record(workspace, synthetic_dataset, scenario, 0.1)
    assert workspace.try_obstacle(synthetic_dataset, one) is None
    known = registry.recipes()
    monkeypatch.setattr(registry, "recipes", lambda: {name: kind for name, kind in known.items() if name != "als"})
    (kept,) = workspace.tries(synthetic_dataset)
    assert kept.table["ndcg"].mean == 0.25
    line = workspace.try_obstacle(synthetic_dataset, kept)
    assert line is not None
    assert "als" in line
    assert "\n" not in line
    with pytest.raises(ScenarioError, match="try 1"):
        _ = kept.scenario


def test_a_try_on_other_data_and_one_without_its_uploaded_scores_say_so(
    workspace: Workspace, synthetic_dataset: Dataset, scenario: Scenario
) -> None:
    (one,) = record(workspace, synthetic_dataset, scenario, 0.1)
    other = replace(synthetic_dataset, fingerprint="f" * 64)
    assert "other data" in str(workspace.try_obstacle(other, one))
    recipes = {"external:mine": make_recipe("external:mine", {"scores": "a" * 64})}
    theirs = default_scenario(synthetic_dataset, recipes=recipes, k=5)
    uploaded = workspace.record_try(synthetic_dataset, outcome_of(theirs))
    assert "external:mine" in str(workspace.try_obstacle(synthetic_dataset, uploaded))
    (workspace.root / "scores" / ("a" * 64)).mkdir(parents=True)
    assert workspace.try_obstacle(synthetic_dataset, uploaded) is None


def _record_many(root: str, dataset: Dataset, scenario: Scenario, weights: list[float]) -> None:
    record(Workspace(Path(root)), dataset, scenario, *weights)


def test_two_processes_give_each_try_one_number(
    workspace: Workspace, synthetic_dataset: Dataset, scenario: Scenario
) -> None:
    context = get_context("spawn")
    # ten settings of its own for each, and ten that both try
    own = [[0.01 * at for at in range(10)], [0.5 + 0.01 * at for at in range(10)]]
    shared = [0.9 + 0.001 * at for at in range(10)]
    processes = [
        context.Process(target=_record_many, args=(str(workspace.root), synthetic_dataset, scenario, weights + shared))
        for weights in own
    ]
    for process in processes:
        process.start()
    for process in processes:
        process.join(120)
        assert process.exitcode == 0
    found = workspace.stored_tries(synthetic_dataset)
    assert found.damaged == ()
    assert [one.number for one in found.tries] == list(range(1, 31))
    assert len({one.key for one in found.tries}) == 30


def test_a_folder_that_may_not_be_written_says_so(
    workspace: Workspace, synthetic_dataset: Dataset, scenario: Scenario
) -> None:
    record(workspace, synthetic_dataset, scenario, 0.1)
    folder = workspace.root / FOLDER / synthetic_dataset.fingerprint
    aside = folder.rename(folder.with_name("aside"))
    folder.write_text("a file where the folder should be")
    with pytest.raises(StoreError, match="cannot be"):
        record(workspace, synthetic_dataset, scenario, 0.2)
    folder.unlink()
    aside.rename(folder)
    assert len(workspace.tries(synthetic_dataset)) == 1


def test_recording_opens_none_of_the_many_tries_before(
    workspace: Workspace, synthetic_dataset: Dataset, scenario: Scenario, monkeypatch: pytest.MonkeyPatch
) -> None:
    (one,) = record(workspace, synthetic_dataset, scenario, 0.1)
    folder = file_of(workspace, one).parent
    for number in range(2, 2000):
        (folder / f"{number:06d}-{number:064x}.deleted").touch()
    read: list[Path] = []

    def spied(path: Path, *named: str) -> dict[str, Any]:
        read.append(path)
        return read_document(path, *named)

    monkeypatch.setattr("recengine.workspace.tries.read_document", spied)
    (made,) = record(workspace, synthetic_dataset, scenario, 0.2)
    assert made.number == 2000
    assert read == []
    assert len(workspace.tries(synthetic_dataset)) == len(read) == 2
