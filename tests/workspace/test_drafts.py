from __future__ import annotations

import io
import os
import time
from pathlib import Path

import pytest

from recengine.errors import StoreError
from recengine.workspace import Workspace
from recengine.workspace.drafts import new_draft_id, prune_drafts
from recengine.workspace.uploads import prune_uploads, safe_name

DAY = 86_400


def test_a_draft_is_found_by_its_id_and_forgotten_after_some_days(tmp_path: Path) -> None:
    workspace = Workspace.open(tmp_path / "workspace")
    old, new = new_draft_id(), new_draft_id()
    assert workspace.draft(old) is None
    for draft in (old, new):
        workspace.save_draft(draft, {"name": draft})
    assert workspace.draft(old) == {"name": old}
    long_ago = time.time() - 20 * DAY
    os.utime(workspace.root / "drafts" / f"{old}.json", (long_ago, long_ago))
    assert list(workspace.drafts()) == [new, old]
    prune_drafts(workspace.root)
    assert list(workspace.drafts()) == [new]


@pytest.mark.parametrize("id_", ["../../secret", "0" * 15, "", "0" * 16 + "/x", "G" * 16])
def test_an_id_leads_nowhere_else(tmp_path: Path, id_: str) -> None:
    with pytest.raises(StoreError, match="no id of a draft"):
        Workspace(tmp_path).draft(id_)


def test_an_upload_is_kept_by_its_content(tmp_path: Path) -> None:
    workspace = Workspace.open(tmp_path / "workspace")
    first = workspace.keep_upload("a.csv", io.BytesIO(b"u,i\n1,2\n"))
    again = workspace.keep_upload("a.csv", io.BytesIO(b"u,i\n1,2\n"))
    assert first == again
    assert first.split("/")[0] == "uploads"
    assert (workspace.root / first).read_bytes() == b"u,i\n1,2\n"
    assert Workspace.open(workspace.root).dataset_names() == []


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("../../etc/passwd", "passwd"),
        ("..", "file"),
        ("a\x00b<script>.csv.gz", "a_b_script_.csv.gz"),
        ("C:\\users\\me\\评分.csv", "评分.csv"),
        ("x" * 300 + ".csv", "x" * 56 + ".csv"),
        (".hidden", "hidden"),
    ],
)
def test_a_name_is_made_harmless(name: str, kept: str) -> None:
    assert safe_name(name) == kept


def test_uploads_that_nothing_names_go_after_some_days(tmp_path: Path) -> None:
    workspace = Workspace.open(tmp_path / "workspace")
    paths = [workspace.keep_upload(f"{name}.csv", io.BytesIO(name.encode())) for name in ("kept", "lost", "young")]
    long_ago = time.time() - 20 * DAY
    for path in paths[:2]:
        for part in (workspace.root / path, (workspace.root / path).parent):
            os.utime(part, (long_ago, long_ago))
    prune_uploads(workspace.root, {paths[0]})
    assert [(workspace.root / path).exists() for path in paths] == [True, False, True]
