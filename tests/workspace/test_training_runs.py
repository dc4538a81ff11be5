"""Fits in progress in a workspace, and the curves of those that are stored."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from recengine.data import Dataset
from recengine.errors import CancelledError, StoreError
from recengine.models import HasCurves, Learns, make_recipe
from recengine.models.training import HELD_OUT_NDCG
from recengine.scenario import Scenario, default_scenario
from recengine.storage import read_document
from recengine.workspace import Workspace

SETTINGS = {"epochs": 3, "factors": 4, "max_length": 5, "blocks": 1, "heads": 1, "held_out": 20, "batch_size": 64}


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return Workspace.open(tmp_path / "workspace")


def scenario_of(dataset: Dataset, **settings: Any) -> Scenario:
    recipes = {"sasrec": make_recipe("sasrec", {**SETTINGS, **settings})}
    return default_scenario(dataset, recipes=recipes, pool_depth=20, k=5)


def stop_after_a_round(
    workspace: Workspace, dataset: Dataset, scenario: Scenario, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("recengine.models.training.loop.SECONDS_BETWEEN_CHECKPOINTS", 0.0)
    said: list[str] = []
    with pytest.raises(CancelledError):
        workspace.prepare(
            dataset,
            scenario,
            progress=lambda share, text: said.append(text),
            cancel=lambda: any("Round 1 of 3: loss" in text for text in said),
        )


def seconds_are(workspace: Workspace, key: str, seconds: float) -> None:
    """Let a checkpoint say that it took so long to come there."""
    manifest = workspace.root / "training" / key / "checkpoint" / "manifest.json"
    document = json.loads(manifest.read_text())
    document["settings"]["seconds"] = seconds
    manifest.write_text(json.dumps(document))


def test_a_validation_that_goes_on_counts_what_it_took_before(
    workspace: Workspace, synthetic_dataset: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("recengine.models.training.loop.SECONDS_BETWEEN_CHECKPOINTS", 0.0)
    said: list[str] = []
    recipe = make_recipe("sasrec", SETTINGS)
    with pytest.raises(CancelledError):
        workspace.validate(
            synthetic_dataset,
            recipe,
            progress=lambda share, text: said.append(text),
            cancel=lambda: any("Round 1 of 3: loss" in text for text in said),
        )
    (run,) = workspace.training_runs()
    seconds_are(workspace, run.key, 4000.0)
    assert 4000 < workspace.validate(synthetic_dataset, recipe).fit_seconds < 4900


def test_the_curves_of_a_fit_are_known_without_loading_it(workspace: Workspace, synthetic_dataset: Dataset) -> None:
    scenario = scenario_of(synthetic_dataset)
    scorer = workspace.prepare(synthetic_dataset, scenario).scorers["sasrec"]
    assert isinstance(scorer, Learns)
    assert isinstance(scorer, HasCurves)
    (entry,) = workspace.fits()
    assert entry.losses == tuple(scorer.losses)
    (ndcg,) = entry.curves
    assert (ndcg.name, ndcg.higher_is_better) == (HELD_OUT_NDCG, True)
    assert len(ndcg.values) == 3
    np.testing.assert_array_equal(ndcg.values, scorer.curves[0].values)
    assert workspace.training_runs() == []


def test_a_validation_keeps_the_curves(workspace: Workspace, synthetic_dataset: Dataset) -> None:
    recipe = make_recipe("sasrec", SETTINGS)
    made = workspace.validate(synthetic_dataset, recipe)
    stored = workspace.validated(synthetic_dataset, recipe)
    assert stored is not None
    assert [curve.name for curve in stored.curves] == [HELD_OUT_NDCG]
    np.testing.assert_array_equal(stored.curves[0].values, made.curves[0].values)


def test_a_fit_that_was_stopped_is_found_and_goes_on(
    workspace: Workspace, synthetic_dataset: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("recengine.models.training.loop.SECONDS_BETWEEN_CHECKPOINTS", 0.0)
    scenario = scenario_of(synthetic_dataset)
    recipe = scenario.recipes()["sasrec"]
    assert workspace.training_run(scenario, recipe) is None
    said: list[str] = []
    with pytest.raises(CancelledError):
        workspace.prepare(
            synthetic_dataset,
            scenario,
            progress=lambda share, text: said.append(text),
            cancel=lambda: any("Round 2 of 3: loss" in text for text in said),
        )
    run = workspace.training_run(scenario, recipe)
    assert run is not None
    assert (run.recipe, run.dataset, run.kept, run.epochs, run.active) == ("sasrec", "synthetic", 2, 3, False)
    # not of the part that it learns
    assert run.fingerprint == synthetic_dataset.fingerprint
    # others are not taken for it
    assert workspace.training_run(scenario, make_recipe("sasrec", {**SETTINGS, "epochs": 4})) is None
    assert workspace.training_run(scenario, make_recipe("popularity")) is None
    assert workspace.training_run(scenario_of(synthetic_dataset).with_weights({"sasrec": 1.0}), recipe) is not None
    said.clear()
    seconds_are(workspace, run.key, 4000.0)
    gone_on = workspace.prepare(synthetic_dataset, scenario, progress=lambda share, text: said.append(text))
    assert not any("Round 1 of 3: loss" in text for text in said)
    assert workspace.training_runs() == []
    (entry,) = workspace.fits()
    assert len(entry.losses) == 3
    # what was learnt before the stop took its time too
    assert 4000 < entry.seconds < 4900
    whole = Workspace.open(workspace.root.parent / "another").prepare(synthetic_dataset, scenario)
    users = np.arange(synthetic_dataset.n_users, dtype=np.int32)
    np.testing.assert_array_equal(gone_on.scorers["sasrec"].score(users), whole.scorers["sasrec"].score(users))


def test_only_the_run_that_is_asked_for_is_read(
    workspace: Workspace, synthetic_dataset: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    scenarios = [scenario_of(synthetic_dataset, factors=factors) for factors in (4, 8)]
    for scenario in scenarios:
        stop_after_a_round(workspace, synthetic_dataset, scenario, monkeypatch)
    read: list[Path] = []

    def reading(path: Path, what: str, mend: str) -> dict[str, Any]:
        read.append(path.parent)
        return read_document(path, what, mend)

    monkeypatch.setattr("recengine.models.training.runs.read_document", reading)
    found = [workspace.training_run(scenario, scenario.recipes()["sasrec"]) for scenario in scenarios]
    keys = [run.key for run in found if run is not None]
    assert len(set(keys)) == 2
    assert [path.name for path in read] == keys
    # a damaged one is none
    (read[0] / "rounds.json").write_text("{}")
    assert workspace.training_run(scenarios[0], scenarios[0].recipes()["sasrec"]) is None


def test_a_fit_is_found_by_the_device_that_learnt_it(
    workspace: Workspace, synthetic_dataset: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A machine with a driver, and a torch that cannot use it: what is asked for is cuda, what learns is the CPU."""
    monkeypatch.setenv("RECENGINE_DEVICE", "cuda")
    monkeypatch.setattr("torch.cuda.is_available", lambda: False)
    scenario = scenario_of(synthetic_dataset)
    stop_after_a_round(workspace, synthetic_dataset, scenario, monkeypatch)
    (begun,) = workspace.training_runs()
    assert workspace.training_run(scenario, scenario.recipes()["sasrec"]) == begun


def test_a_fit_in_the_order_of_the_file_is_found_too(
    workspace: Workspace, synthetic_dataset: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    scenario = scenario_of(synthetic_dataset, order="file")
    stop_after_a_round(workspace, synthetic_dataset, scenario, monkeypatch)
    (begun,) = workspace.training_runs()
    assert workspace.training_run(scenario, scenario.recipes()["sasrec"]) == begun


def test_a_fit_that_was_stopped_can_be_deleted(
    workspace: Workspace, synthetic_dataset: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    stop_after_a_round(workspace, synthetic_dataset, scenario_of(synthetic_dataset), monkeypatch)
    (run,) = workspace.training_runs()
    workspace.delete_training_run(run.key)
    assert workspace.training_runs() == []
    with pytest.raises(StoreError, match="may have gone on"):
        workspace.delete_training_run(run.key)


def test_tensorboard_is_switched_on_by_the_environment(
    workspace: Workspace, synthetic_dataset: Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RECENGINE_TENSORBOARD", str(tmp_path / "logs"))
    workspace.prepare(synthetic_dataset, scenario_of(synthetic_dataset))
    (folder,) = (tmp_path / "logs").iterdir()
    assert folder.name.startswith("sasrec-")
    assert [path.name.split(".")[0] for path in folder.iterdir()] == ["events"]
