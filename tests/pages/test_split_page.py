"""The Split page without a browser."""

from __future__ import annotations

import shutil
from pathlib import Path

import polars as pl
import pytest
from streamlit.testing.v1 import AppTest

from recengine.data import import_files, split_dataset, split_summary
from recengine.scenario import default_scenario
from recengine.workspace import Workspace
from tests.pages.conftest import OpenPage, run_until
from ui import splits

SPLIT = "pages/split.py"


@pytest.fixture
def workspace(small_workspace: Path, tmp_path: Path) -> Workspace:
    """A copy of the small workspace, fitted, to be written to."""
    copy = tmp_path / "workspace"
    shutil.copytree(small_workspace, copy)
    return Workspace(copy)


def texts(app: AppTest) -> str:
    every = [*app.markdown, *app.caption, *app.info, *app.warning, *app.error]
    return "\n".join(element.value.replace("\\", "").replace("\u2060", "") for element in every)


def test_the_split_in_use_is_shown_with_its_counts(open_page: OpenPage, small_workspace: Path) -> None:
    app = open_page(SPLIT)
    assert not app.exception
    dataset = Workspace(small_workspace).load_dataset("shop")
    summary = split_summary(split_dataset(dataset))
    told = {metric.label: metric.value for metric in app.metric}
    assert told["Training"] == f"{summary.parts[0].positives:,}"
    assert told["Test"] == f"{summary.parts[2].positives:,}"
    assert told["Users measured"] == f"{summary.users_measured:,}"
    assert "This split is in use" in texts(app)
    assert app.button(key="use split").disabled
    assert app.dataframe[0].value.columns.tolist() == ["Count", "Chosen: random, seed 0"]


def test_another_split_is_seen_before_it_is_used(open_page: OpenPage) -> None:
    app = open_page(SPLIT)
    app.selectbox(key="split method").select("time").run()
    assert not app.exception
    assert app.query_params["cut"] == "time"
    assert "Everything from one moment on, the latest fifth of all positives" in texts(app)
    app.number_input(key="split share").set_value(30.0).run()
    assert app.query_params["cut"] == "time:0.3"
    assert "Fitted anew on the new training part, by a job: " in texts(app)
    assert not app.button(key="use split").disabled
    assert app.dataframe[0].value.columns.tolist() == [
        "Count",
        "Chosen: time:0.3, seed 0",
        "In use: random, seed 0",
    ]
    # back to the one in use, by the seed too
    app.number_input(key="split seed").set_value(3).run()
    assert app.query_params["cut_seed"] == "3"
    app.selectbox(key="split method").select("random").run()
    assert not app.button(key="use split").disabled
    app.number_input(key="split seed").set_value(0).run()
    assert app.button(key="use split").disabled


def test_every_method_has_its_settings(open_page: OpenPage) -> None:
    app = open_page(SPLIT)
    app.selectbox(key="split method").select("last").run()
    app.number_input(key="split n").set_value(3).run()
    assert app.query_params["cut"] == "last:3"
    app.selectbox(key="split method").select("fold").run()
    assert app.query_params["cut"] == "fold:1/5"
    app.number_input(key="split fold").set_value(5).run()
    app.number_input(key="split of").set_value(3).run()
    assert app.query_params["cut"] == "fold:3/3"  # there is no fifth of three
    app.selectbox(key="split method").select("user-fold").run()
    assert "so they are served as newcomers" in texts(app)
    for method in ("cold-users", "cold-items"):
        app.selectbox(key="split method").select(method).run()
        assert not app.exception
        assert app.query_params["cut"] == method


def test_a_split_is_fitted_by_a_job_and_then_used(open_page: OpenPage, workspace: Workspace) -> None:
    app = open_page(SPLIT, {"cut": "last:2", "cut_seed": "0"}, workspace=workspace.root)
    app.button(key="use split").click().run()
    assert not app.exception
    (job,) = workspace.jobs.list()
    assert job.verb == "fit"
    run_until(app, lambda app: "This split is in use" in texts(app))
    assert not app.exception
    scenario = workspace.load_scenario(app.query_params["scenario"])
    assert (scenario.split, scenario.seed) == ("last:2", 0)
    assert "cut" not in app.query_params
    # and every other page is measured on it
    overview = open_page("pages/overview.py", dict(app.query_params), workspace=workspace.root)
    assert "For each user the last 2 positives by time are held out" in texts(overview)
    assert "Split last:2, seed 0." in texts(overview)


def test_a_split_that_leaves_nothing_cannot_be_used(open_page: OpenPage) -> None:
    app = open_page(SPLIT, {"cut": "last:900"})
    assert not app.exception
    assert "leaves the test part empty" in texts(app)
    assert app.button(key="use split").disabled


@pytest.mark.parametrize(
    ("cut", "seed"), [("nonsense", "0"), ("fold:9/5", "0"), ("random", "-4"), ("random", "9" * 400)]
)
def test_a_bad_link_is_told_and_the_split_in_use_is_shown(open_page: OpenPage, cut: str, seed: str) -> None:
    app = open_page(SPLIT, {"cut": cut, "cut_seed": seed})
    assert not app.exception
    assert len(app.warning) == 1
    assert "is shown" in texts(app)
    assert app.button(key="use split").disabled


def test_without_times_nothing_is_cut_by_time(open_page: OpenPage, tmp_path: Path) -> None:
    rows = [(f"u{user}", f"i{(user * 7 + at) % 20}") for user in range(12) for at in range(6)]
    pl.DataFrame(rows, schema=["user_id", "item_id"], orient="row").write_csv(tmp_path / "plain.csv")
    dataset, report = import_files(tmp_path / "plain.csv", name="plain")
    workspace = Workspace.open(tmp_path / "workspace")
    workspace.save_dataset(dataset, report, "plain")
    app = open_page(SPLIT, workspace=workspace.root)
    assert not app.exception
    assert "nothing can be cut by time" in texts(app)
    assert not {"last", "time"} & set(app.selectbox(key="split method").options)
    app = open_page(SPLIT, {"cut": "time"}, workspace=workspace.root)
    assert not app.exception
    assert "needs times, got none" in texts(app)
    assert app.button(key="use split").disabled


def test_what_it_costs(workspace: Workspace) -> None:
    scenario = default_scenario(workspace.load_dataset("shop"))
    other = default_scenario(workspace.load_dataset("shop"), split="cold-users", seed=977)  # fitted by no test
    assert "it is used at once" in splits.cost(workspace, scenario, scenario)
    said = splits.cost(workspace, scenario, other)
    assert "With the split in use this took" in said
    assert "cannot be compared" in said
