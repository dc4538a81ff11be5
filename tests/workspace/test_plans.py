"""Imports by plan: stored with their dataset, done again, and never at the cost of what is stored."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from recengine.data import load_sample
from recengine.data.importing.plan import ImportPlan, TableSource
from recengine.data.importing.proposing import propose_plan
from recengine.data.importing.running import open_path
from recengine.errors import CancelledError, DataError, StoreError
from recengine.workspace import Workspace

LOG = b"user_id,item_id,rating\nu,a,5\nu,b,2\nv,a,4\nv,a,1\nw,b,3\n"
Upload = Callable[..., ImportPlan]


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return Workspace.open(tmp_path / "workspace")


@pytest.fixture
def upload(workspace: Workspace) -> Upload:
    """`upload(content, name)`: a plan for one uploaded file of interactions."""

    def kept(content: bytes = LOG, name: str = "log.csv") -> ImportPlan:
        path = workspace.keep_upload(name, io.BytesIO(content))
        return propose_plan("shop", {"interactions": [TableSource(path=path)]}, resolve=workspace.resolve).plan

    return kept


def test_an_upload_is_imported_and_its_plan_comes_back(workspace: Workspace, upload: Upload) -> None:
    dataset, entry = workspace.import_plan(upload())
    plan = workspace.dataset_plan("shop")
    assert plan is not None
    assert plan.tables == upload().tables
    assert entry.report["steps"][0]["text"] == "duplicates:keep=last"
    again, _ = workspace.reimport("shop")
    assert again.fingerprint == dataset.fingerprint


def test_a_step_is_added_and_taken_back(workspace: Workspace, upload: Upload) -> None:
    before, _ = workspace.import_plan(upload())
    cleaned, entry = workspace.reimport("shop", cleaning=["k-core:users=2,items=1"])
    assert cleaned.user_ids == ["u"]
    assert entry.report["steps"][0]["text"] == "k-core:users=2,items=1"
    undone, _ = workspace.reimport("shop", cleaning=[])
    assert undone.fingerprint == before.fingerprint
    unrated, _ = workspace.reimport("shop", mapping={"value": ""})
    assert set(unrated.interactions["weight"]) == {1.0}


def test_a_failure_and_a_stop_leave_what_is_stored(workspace: Workspace, upload: Upload) -> None:
    workspace.import_plan(upload())
    before = workspace.name_path("shop").read_bytes()
    calls = iter([False] * 4 + [True] * 50)
    for change in ({"cleaning": ["k-core:users=9,items=9"]}, {"mapping": {"value": "nothing"}}):
        with pytest.raises(DataError):
            workspace.reimport("shop", **change)
    with pytest.raises(CancelledError):
        workspace.reimport("shop", cleaning=["ids"], cancel=lambda: next(calls))
    assert workspace.name_path("shop").read_bytes() == before
    assert workspace.load_dataset("shop").interactions.height == 4


def test_a_sample_has_no_plan_and_takes_that_of_a_dataset_away(workspace: Workspace, upload: Upload) -> None:
    workspace.import_plan(upload())
    dataset, report = load_sample("synthetic")
    workspace.save_dataset(dataset, report, "shop")
    assert workspace.dataset_plan("shop") is None
    with pytest.raises(DataError, match="is a sample or was stored without its plan"):
        workspace.reimport("shop")


@pytest.mark.parametrize(
    "path",
    [
        "uploads/../workspace.json",
        f"uploads/{'0' * 64}/..",
        f"uploads/{'0' * 64}/../../workspace.json",
        f"uploads/{'0' * 64}/gone.csv",
        "workspace.json",
        "../secret.csv",
        "/etc/passwd",
        "",
        "a\0b",
    ],
)
def test_a_path_that_nobody_allowed_is_not_read(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch, path: str, tmp_path: Path
) -> None:
    workspace.keep_upload("log.csv", io.BytesIO(LOG))
    (tmp_path / "secret.csv").write_bytes(LOG)
    for folders in ("", str(tmp_path / "workspace")):
        monkeypatch.setenv("RECENGINE_FOLDERS", folders)
        if path == "workspace.json" and folders:
            continue  # the one file here that such a configuration allows
        with pytest.raises(DataError) as caught:
            workspace.resolve(TableSource(path=path))
        assert "\n" not in str(caught.value)


def test_a_link_among_the_uploads_is_not_followed(workspace: Workspace, tmp_path: Path) -> None:
    path = workspace.keep_upload("log.csv", io.BytesIO(LOG))
    (tmp_path / "secret.csv").write_bytes(LOG)
    (workspace.root / path).unlink()
    (workspace.root / path).symlink_to(tmp_path / "secret.csv")
    with pytest.raises(DataError, match="Bring the file again"):
        workspace.resolve(TableSource(path=path))


def test_files_in_place_need_an_allowed_folder_or_the_trust_of_the_caller(
    workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "data"
    folder.mkdir()
    (folder / "log.csv").write_bytes(LOG)
    path = str(folder / "log.csv")
    plan = propose_plan("shop", {"interactions": [TableSource(path=path)]}, resolve=open_path).plan
    with pytest.raises(DataError):
        workspace.import_plan(plan)
    workspace.import_plan(plan, trusted={path})
    # what a dataset was made of may be read again for it, and for no other name
    workspace.reimport("shop")
    with pytest.raises(DataError):
        workspace.import_plan(replace(plan, name="other"))
    monkeypatch.setenv("RECENGINE_FOLDERS", str(folder))
    workspace.import_plan(replace(plan, name="other"))
    assert workspace.dataset_names() == ["other", "shop"]


def test_a_plan_is_kept_once_under_its_content(workspace: Workspace, upload: Upload) -> None:
    path = workspace.save_plan(upload())
    assert workspace.save_plan(upload()) == path
    assert ImportPlan.from_json(json.loads(Path(path).read_text())) == upload()


def test_a_damaged_plan_is_one_clear_line(workspace: Workspace, upload: Upload) -> None:
    workspace.import_plan(upload())
    path = workspace.name_path("shop")
    facts = json.loads(path.read_text())
    path.write_text(json.dumps({**facts, "plan": {"version": 1}}))
    with pytest.raises(DataError, match="the plan of shop: "):
        workspace.dataset_plan("shop")
    assert workspace.load_dataset("shop").n_users == 3
    path.write_text(json.dumps({**facts, "plan": "none"}))
    with pytest.raises(StoreError, match="damaged"):
        workspace.dataset_entry("shop")
