import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest

from recengine.data import Dataset, load_sample
from recengine.errors import DataError, ScenarioError, StoreError
from recengine.models import make_recipe
from recengine.scenario import Scenario, Workbench, default_scenario, run_scenario
from recengine.text import detect_languages
from recengine.workspace import Workspace


def _scenario(dataset: Dataset) -> Scenario:
    return default_scenario(dataset, recipes={name: make_recipe(name) for name in ("als", "popularity")}, pool_depth=30)


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    workspace = Workspace.open(tmp_path / "workspace")
    dataset, report = load_sample("synthetic")
    workspace.save_dataset(dataset, report, "small")
    return workspace


def _prepare(workspace: Workspace, *, rebuild: bool = False) -> Workbench:
    dataset = workspace.load_dataset("small")
    return workspace.prepare(dataset, _scenario(dataset), rebuild=rebuild)


def test_a_dataset_comes_back_as_it_was(workspace: Workspace, tmp_path: Path) -> None:
    dataset, _ = load_sample("synthetic")
    again = workspace.load_dataset("small")
    assert again.fingerprint == dataset.fingerprint
    assert again.interactions.equals(dataset.interactions)
    assert again.items.equals(dataset.items)
    assert again.users.equals(dataset.users)
    assert again.item_attributes == dataset.item_attributes
    assert again.user_attributes == dataset.user_attributes
    assert [entry.name for entry in workspace.datasets()] == ["small"]
    assert workspace.dataset_name(dataset.fingerprint) == "small"


def test_the_language_of_the_item_texts_is_kept(workspace: Workspace) -> None:
    dataset, report = load_sample("synthetic")
    entry = workspace.dataset_entry("small")
    assert entry.language == "English"
    language = entry.report["language"]
    assert language == detect_languages(dataset.items["text"]).to_json()
    assert entry.report["findings"][-1] == {"name": "language", "value": 1.0, "text": language["text"]}
    nothing = replace(dataset, items=dataset.items.with_columns(text=pl.lit("")))
    silent = workspace.save_dataset(nothing, report, "silent")
    assert silent.language is None
    assert "language" not in [finding["name"] for finding in silent.report["findings"]]


def test_a_dataset_stored_before_languages_were_told_can_be_read(workspace: Workspace) -> None:
    path = workspace.name_path("small")
    facts = json.loads(path.read_text())
    del facts["report"]["language"]
    path.write_text(json.dumps(facts))
    assert workspace.dataset_entry("small").language is None


def test_nothing_is_fitted_twice(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    first = _prepare(workspace)

    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("fitted again")

    monkeypatch.setattr(type(make_recipe("als", {})), "fit", refuse)
    monkeypatch.setattr("recengine.scenario.workbench.build_pool", refuse)
    second = _prepare(workspace)
    scenario = _scenario(first.dataset)
    before, after = run_scenario(first, scenario), run_scenario(second, scenario)
    assert (before.lists.rankings.items == after.lists.rankings.items).all()
    assert (before.lists.rankings.scores == after.lists.rankings.scores).all()


@pytest.mark.parametrize("kind", ["scorers", "pools"])
def test_a_damaged_entry_is_named_and_fit_rebuilds_it(workspace: Workspace, kind: str) -> None:
    before = run_scenario(_prepare(workspace), _scenario(workspace.load_dataset("small")))
    victim = next((workspace.root / kind).glob("*/*.npy"))
    victim.write_bytes(b"nonsense")
    with pytest.raises(StoreError, match="recengine fit --dataset small") as caught:
        _prepare(workspace)
    assert victim.name in str(caught.value)
    after = run_scenario(_prepare(workspace, rebuild=True), _scenario(workspace.load_dataset("small")))
    assert (before.lists.rankings.items == after.lists.rankings.items).all()


def test_a_damaged_dataset_is_named_and_the_rest_stays(workspace: Workspace) -> None:
    dataset = workspace.load_dataset("small")
    victim = workspace.root / "datasets" / dataset.fingerprint / "items.parquet"
    victim.write_bytes(victim.read_bytes()[:-10])
    with pytest.raises(StoreError, match=r"items\.parquet.*Import small again"):
        workspace.load_dataset("small")
    assert [entry.name for entry in workspace.datasets()] == ["small"]


@pytest.mark.parametrize(
    "facts", [{"fingerprint": 5}, {"n_users": "many"}, {"report": 7}, {"fingerprint": "../../elsewhere"}, {"more": 1}]
)
def test_facts_that_are_off_are_named_and_the_names_stay(workspace: Workspace, facts: dict[str, object]) -> None:
    path = workspace.root / "names" / "small.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | facts))
    with pytest.raises(StoreError, match=r"small\.json: damaged.*Import small again"):
        workspace.load_dataset("small")
    assert workspace.dataset_names() == ["small"]


def test_a_file_that_is_no_name_is_left_alone(workspace: Workspace) -> None:
    stray = workspace.root / "names" / "small (copy).json"
    stray.write_text("{")
    assert [entry.name for entry in workspace.datasets()] == ["small"]
    assert stray.exists()


def test_a_foreign_folder_is_refused_and_left_alone(tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("dear")
    with pytest.raises(StoreError, match="not a workspace"):
        Workspace.open(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["letter.txt"]
    with pytest.raises(StoreError, match="is a file"):
        Workspace.open(tmp_path / "letter.txt")


@pytest.mark.parametrize(
    ("marker", "said"),
    [
        ("{", "not JSON"),
        ("[]", "must be a JSON object"),
        ('{"format": "other"}', "not the marker"),
        ('{"format": "recengine-workspace", "version": 7}', "version 7"),
    ],
)
def test_a_marker_that_is_off_is_refused(tmp_path: Path, marker: str, said: str) -> None:
    (tmp_path / "workspace.json").write_text(marker)
    with pytest.raises(StoreError, match=said):
        Workspace.open(tmp_path)


@pytest.mark.parametrize("name", ["../evil", "a/b", "", ".hidden", "a" * 65, "x\x00", "-rf"])
def test_a_name_that_could_leave_the_folder_is_refused(workspace: Workspace, name: str) -> None:
    with pytest.raises(DataError, match="cannot name a dataset"):
        workspace.load_dataset(name)


def test_an_unknown_name_says_what_is_there(workspace: Workspace) -> None:
    with pytest.raises(DataError, match="small"):
        workspace.load_dataset("smal")


def test_scenarios_come_back_and_bad_keys_do_not_reach_the_disk(workspace: Workspace) -> None:
    scenario = _scenario(workspace.load_dataset("small"))
    key = workspace.save_scenario(scenario)
    assert workspace.load_scenario(key) == scenario
    for nonsense in ("../../etc/passwd", "f" * 64, ""):
        with pytest.raises(StoreError):
            workspace.load_scenario(nonsense)
    path = workspace.root / "scenarios" / f"{key}.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"k": 0}))
    with pytest.raises(ScenarioError, match="k must be"):
        workspace.load_scenario(key)


def test_two_processes_share_a_workspace(workspace: Workspace) -> None:
    command = [sys.executable, "-m", "recengine", "fit", "--dataset", "small", "--models", "als,popularity", "--json"]
    environment = {"RECENGINE_WORKSPACE": str(workspace.root), "PATH": "", "OMP_NUM_THREADS": "1"}
    running = [
        subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE) for _ in range(2)
    ]
    said = [process.communicate() for process in running]
    assert [process.returncode for process in running] == [0, 0], said
    seconds = [json.loads(out)["scorers"]["als"]["seconds"] for out, _ in said]
    # the second waited and loaded what the first had fitted
    assert seconds[0] == seconds[1]
