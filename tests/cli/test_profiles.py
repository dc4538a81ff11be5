"""The verb that looks at one user or one item."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from recengine.cli.main import main
from recengine.data import Dataset, ImportReport, synthetic
from recengine.workspace import Workspace


@pytest.fixture
def stored(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Dataset:
    """A small synthetic dataset, stored as `shop`."""
    monkeypatch.setenv("RECENGINE_WORKSPACE", str(tmp_path))
    dataset = synthetic(n_users=60, n_items=40, seed=1)
    report = ImportReport("shop", dataset.fingerprint, {}, {}, {}, {}, 0, None, (), ())
    Workspace.open().save_dataset(dataset, report, "shop")
    return dataset


def test_a_user_as_a_document(stored: Dataset, capsys: pytest.CaptureFixture[str]) -> None:
    user = stored.user_ids[3]
    assert main(["profile", "--dataset", "shop", "--user", user, "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["user"] == user
    assert document["interactions"] == (stored.interactions["user"] == 3).sum()
    assert sum(document["over_time"]["bins"].values()) == document["interactions"]
    assert {one["attribute"] for one in document["tastes"]} == {
        one.name for one in stored.item_attributes if one.kind != "number"
    }


def test_an_item_in_words(stored: Dataset, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["profile", "--dataset", "shop", "--item", stored.item_ids[0]]) == 0
    said = capsys.readouterr().out
    assert stored.titles[0] in said
    assert "times as likely" in said


def test_an_unknown_item_is_one_line(stored: Dataset, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["profile", "--dataset", "shop", "--item", "nothing"]) == 2
    assert capsys.readouterr().err.count("\n") == 1


def test_either_a_user_or_an_item(stored: Dataset, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["profile", "--dataset", "shop"]) == 2
    assert "--user" in capsys.readouterr().err
