from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest

from recengine import versions
from recengine.data import Dataset
from recengine.models import make_recipe
from recengine.scenario import default_scenario
from recengine.workspace import Workspace, reports


def test_every_choice_has_a_file_of_its_own(
    tmp_path: Path, synthetic_dataset: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    workspace = Workspace(tmp_path)
    recipes = {name: make_recipe(name) for name in ("als", "popularity")}
    scenario = default_scenario(synthetic_dataset, recipes=recipes)
    monkeypatch.setenv("RECENGINE_DEVICE", "cpu")
    first = workspace.report_path("shop", scenario, ("summary", "data"))
    assert first == workspace.report_path(
        "shop", default_scenario(synthetic_dataset, recipes=recipes), ["summary", "data"]
    )
    assert first.parent == tmp_path / "reports"
    assert first.suffix == ".html"
    others = {
        workspace.report_path("store", scenario, ("summary", "data")),
        workspace.report_path("shop", scenario, ("summary",)),
        workspace.report_path("shop", replace(scenario, k=7), ("summary", "data")),
        workspace.report_path("shop", scenario.with_weights({"als": 1.0}), ("summary", "data")),
    }
    monkeypatch.setenv("RECENGINE_DEVICE", "cuda")
    others.add(workspace.report_path("shop", scenario, ("summary", "data")))
    monkeypatch.setenv("RECENGINE_DEVICE", "cpu")
    monkeypatch.setattr(reports, "versions", lambda: {"recengine": "99"})
    others.add(workspace.report_path("shop", scenario, ("summary", "data")))
    monkeypatch.undo()
    monkeypatch.setenv("RECENGINE_DEVICE", "cpu")
    monkeypatch.setattr(reports, "program_digest", lambda: "of other files")
    others.add(workspace.report_path("shop", scenario, ("summary", "data")))
    assert len(others) == 7
    assert first not in others


def test_the_latest_reports_are_kept(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    workspace.prune_reports()
    assert not (tmp_path / "reports").exists()
    (tmp_path / "reports").mkdir()
    names = [f"{number:02d}.html" for number in range(reports.KEPT + 3)]
    for number, name in enumerate(reversed(names)):  # the first name is written last
        path = tmp_path / "reports" / name
        path.write_text("x")
        os.utime(path, (1e9 + number, 1e9 + number))
    workspace.prune_reports()
    assert sorted(path.name for path in (tmp_path / "reports").iterdir()) == names[: reports.KEPT]


def test_the_program_is_told_from_one_with_other_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def of(text: str) -> str:
        (tmp_path / "versions.py").write_text("x = 1")
        (tmp_path / "report.css").write_text(text)
        monkeypatch.setattr(versions, "__file__", str(tmp_path / "versions.py"))
        return versions.program_digest.__wrapped__()

    assert of("a {}") == of("a {}")
    assert of("a {}") != of("b {}")
