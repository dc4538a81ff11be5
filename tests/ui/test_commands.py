from __future__ import annotations

from pathlib import Path

import pytest

from recengine.data import Dataset
from recengine.models import make_recipe
from recengine.reports import SECTIONS
from recengine.scenario import default_scenario
from recengine.workspace import Workspace
from ui import commands


def test_a_fit_is_named_by_its_scorers_and_addressed_by_its_scenario(
    tmp_path: Path, synthetic_dataset: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    workspace = Workspace(Path("workspace"))
    recipes = {name: make_recipe(name) for name in ("als", "popularity")}
    scenario = default_scenario(synthetic_dataset, recipes=recipes)
    command = commands.fit(workspace, synthetic_dataset, scenario)
    assert command.title == f"Fit {synthetic_dataset.name}: Collaborative (ALS), Popularity"
    key = workspace.save_scenario(scenario)
    # wherever the job runs, it finds the file
    assert command.arguments[-1] == str(tmp_path / "workspace" / "scenarios" / f"{key}.json")
    assert Path(command.arguments[-1]).is_file()


def test_many_scorers_are_counted(tmp_path: Path, synthetic_dataset: Dataset) -> None:
    names = ["als", "als:a", "als:b", "popularity"]
    scenario = default_scenario(synthetic_dataset, recipes={name: make_recipe(name) for name in names})
    assert commands.fit(Workspace(tmp_path), synthetic_dataset, scenario).title.endswith(": 4 scorers")


def test_there_is_no_job_before_one_was_submitted(tmp_path: Path) -> None:
    assert commands.import_sample("synthetic").latest(Workspace(tmp_path)) is None
    assert not (tmp_path / "jobs").exists()


def test_a_report_names_its_sections_only_where_some_are_left_out(tmp_path: Path, synthetic_dataset: Dataset) -> None:
    workspace = Workspace(tmp_path)
    scenario = default_scenario(synthetic_dataset, recipes={"popularity": make_recipe("popularity")})
    whole = commands.report(workspace, synthetic_dataset, scenario, tuple(SECTIONS))
    assert "--sections" not in whole.arguments
    part = commands.report(workspace, synthetic_dataset, scenario, ("summary", "method"))
    assert part.arguments[part.arguments.index("--sections") + 1] == "summary,method"
    assert commands.report_file(part) == workspace.report_path(synthetic_dataset.name, scenario, ("summary", "method"))
    assert commands.report_file(part) != commands.report_file(whole)
