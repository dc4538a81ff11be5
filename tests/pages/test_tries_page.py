"""The Tries page without a browser, on a copy of the small workspace whose tries are each test's own."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from recengine.data import Dataset
from recengine.models import registry
from recengine.scenario import Scenario, default_scenario, run_scenario
from recengine.workspace import Workspace
from recengine.workspace.tries import FOLDER
from tests.pages.conftest import OpenPage, run_until
from ui import compute

TRIES, STUDIO = "pages/tries.py", "pages/studio.py"
HOSTILE_NAME = "<b>$9 & $10</b> [x](http://127.0.0.1/y) :smile:"
Record = Callable[..., list[int]]


@pytest.fixture
def workspace(small_workspace: Path, tmp_path: Path) -> Workspace:
    """A copy without tries, to be written to; files are replaced whole, so links will do."""
    ignored = shutil.ignore_patterns(FOLDER)
    return Workspace(Path(shutil.copytree(small_workspace, tmp_path / "copy", ignore=ignored, copy_function=os.link)))


@pytest.fixture
def dataset(workspace: Workspace) -> Dataset:
    return workspace.load_dataset("shop")


@pytest.fixture
def record(workspace: Workspace, dataset: Dataset) -> Record:
    """Run scenarios and keep them as tries; their numbers."""

    def keep(*scenarios: Scenario) -> list[int]:
        made = []
        for scenario in scenarios:
            outcome = run_scenario(workspace.prepare(dataset, scenario), scenario, fairness=False)
            made.append(workspace.record_try(dataset, outcome).number)
        return made

    return keep


@pytest.fixture
def three(record: Record, dataset: Dataset) -> list[int]:
    """The default weights, ALS alone and popularity alone."""
    scenario = default_scenario(dataset)
    return record(scenario, scenario.only("als"), scenario.only("popularity"))


def texts(app: AppTest) -> str:
    every = [*app.markdown, *app.caption, *app.info, *app.warning, *app.error]
    return "\n".join(element.value.replace("\\", "") for element in every)


def lists(app: AppTest) -> list[dict[str, Any]]:
    """What the page gave to the component that draws lists, A and B."""
    drawn = [one.proto for one in app.get("bidi_component") if one.proto.component_name == "recengine_ranked_list"]
    return [json.loads(json.loads(proto.json)) for proto in drawn]


def test_without_tries_the_page_says_how_they_come_about(open_page: OpenPage, workspace: Workspace) -> None:
    app = open_page(TRIES, workspace=workspace.root)
    assert not app.exception
    (info,) = app.info
    assert "Nothing was tried on this dataset yet" in info.value
    assert len(app.dataframe) == 0


def test_the_studio_keeps_every_setting_that_it_shows(
    open_page: OpenPage, workspace: Workspace, dataset: Dataset
) -> None:
    app = open_page(STUDIO, {"w_als": "0.3"}, workspace=workspace.root)
    assert not app.exception
    app.run()
    (first,) = workspace.tries(dataset)
    assert dict(first.scenario.weights)["als"] == 0.3
    app.number_input(key="k").set_value(3).run()
    assert [one.document["k"] for one in workspace.tries(dataset)] == [10, 3]
    app.number_input(key="k").set_value(10).run()
    assert len(workspace.tries(dataset)) == 2
    app.switch_page(TRIES).run()
    assert not app.exception
    assert app.dataframe[0].value["Try"].tolist() == [2, 1]


def test_one_try_alone_has_nothing_to_be_compared_with(
    open_page: OpenPage, workspace: Workspace, dataset: Dataset, record: Record
) -> None:
    record(default_scenario(dataset))
    app = open_page(TRIES, workspace=workspace.root)
    assert "the only try so far" in texts(app)
    assert lists(app) == []


def test_two_tries_stand_side_by_side(open_page: OpenPage, workspace: Workspace, three: list[int]) -> None:
    app = open_page(TRIES, {"a": "2", "b": "3", "user": "u00007"}, workspace=workspace.root)
    assert not app.exception
    said = texts(app)
    assert "B's NDCG@10 is" in said
    assert "Rank-biased overlap of this user's lists" in said
    first, second = lists(app)
    assert first["caption"] == "A: the 10 best for user u00007"
    kinds = {row["move"]["kind"] for row in second["rows"]}
    assert kinds & {"new", "up", "down"}
    changes = next(table.value for table in app.dataframe if "Verdict" in table.value.columns)
    assert changes["Metric"][0] == "NDCG@10"
    assert {"95 % interval", "p", "p corrected", "Users"} <= set(changes.columns)
    assert (app.query_params["a"], app.query_params["b"]) == ("2", "3")


def test_the_baseline_and_what_is_shown_are_compared_unless_asked(
    open_page: OpenPage, workspace: Workspace, dataset: Dataset, three: list[int]
) -> None:
    app = open_page(TRIES, {"w_als": "1", "w_text": "0", "w_popularity": "0"}, workspace=workspace.root)
    assert (app.selectbox(key="try a").value, app.selectbox(key="try b").value) == ("1", "2")
    assert app.dataframe[0].value["Now"].tolist() == ["", "shown", "baseline"]
    app.selectbox(key="try b").set_value("3").run()
    assert app.query_params["b"] == "3"
    app.selectbox(key="try a").set_value("3").run()
    assert "A and B are the same try" in texts(app)


def test_a_try_that_can_be_compared_stands_in_for_one_that_cannot(
    open_page: OpenPage, workspace: Workspace, dataset: Dataset, record: Record
) -> None:
    shown = default_scenario(dataset)
    record(replace(shown, k=5), shown.only("als"), shown.only("popularity"))
    app = open_page(TRIES, {"w_als": "0", "w_text": "0", "w_popularity": "1"}, workspace=workspace.root)
    assert not app.warning
    assert [app.selectbox(key=f"try {side}").value for side in "ab"] == ["2", "3"]


def test_users_who_gain_most_can_be_looked_at(open_page: OpenPage, workspace: Workspace, three: list[int]) -> None:
    app = open_page(TRIES, {"a": "2", "b": "3"}, workspace=workspace.root)
    everyone = len(app.selectbox(key="user").options)
    app.session_state["ab users"] = "Gain most"
    app.run()
    assert everyone == 120
    assert 0 < len(app.selectbox(key="user").options) <= 10
    gains = next(table.value for table in app.dataframe if "Change" in table.value and "User" in table.value)
    assert gains["User"][0].startswith(str(app.selectbox(key="user").value))


@pytest.mark.parametrize(
    ("choices", "reason"),
    [
        ({"k": 5}, "different lengths (10 and 5)"),
        ({"seed": 1}, "seeds differ (0 and 1)"),
        ({"split": "last"}, "split differently (random and last)"),
    ],
)
def test_unlike_tries_are_refused_and_recomputed_alike(
    open_page: OpenPage,
    workspace: Workspace,
    dataset: Dataset,
    record: Record,
    choices: dict[str, Any],
    reason: str,
) -> None:
    scenario = default_scenario(dataset)
    record(scenario, replace(scenario.only("popularity"), **choices))
    app = open_page(TRIES, {"a": "1", "b": "2"}, workspace=workspace.root)
    assert not app.exception
    assert reason in texts(app)
    assert lists(app) == []
    app.button(key="recompute").click().run()
    assert not app.exception
    # popularity alone, cut as the first try: it is the third
    assert (app.selectbox(key="try a").value, app.selectbox(key="try b").value) == ("1", "3")
    assert workspace.find_try(dataset.fingerprint, 3).scenario == scenario.only("popularity")
    assert "B's NDCG@10 is" in texts(app)


def test_what_is_not_fitted_so_yet_is_fitted_by_a_job_first(
    open_page: OpenPage, workspace: Workspace, dataset: Dataset, record: Record
) -> None:
    scenario = default_scenario(dataset)
    record(replace(scenario, seed=3), scenario.only("popularity"))
    other = replace(scenario, seed=4)
    record(other)
    for fit in workspace.fits():
        if fit.seed == 3:
            workspace.delete_fit(fit.key)
    compute._slot.clear()  # a server that has nothing of it in memory
    app = open_page(TRIES, {"a": "1", "b": "3"}, workspace=workspace.root)
    app.button(key="recompute").click().run()
    assert not app.exception
    (job,) = workspace.jobs.list()
    assert job.verb == "fit"
    run_until(app, lambda app: "alike" not in app.query_params)
    assert not app.exception
    # the weights were the same, so recomputed alike they are the same try
    assert "A and B are the same try" in texts(app)


def test_a_try_whose_fit_was_deleted_says_so_and_can_be_fitted_again(
    open_page: OpenPage, workspace: Workspace, dataset: Dataset, record: Record
) -> None:
    scenario = default_scenario(dataset)
    record(scenario, replace(scenario.only("als"), pool_depth=50))
    shutil.rmtree(workspace.root / "pools")
    app = open_page(TRIES, {"a": "1", "b": "2"}, workspace=workspace.root)
    assert not app.exception
    assert "is not fitted any more" in texts(app)


def test_a_try_is_shown_in_the_studio(open_page: OpenPage, workspace: Workspace, three: list[int]) -> None:
    app = open_page(TRIES, {"a": "1", "b": "2"}, workspace=workspace.root)
    app.button(key="show b").click().run()
    assert not app.exception
    assert "desk" in {one.proto.component_name.removeprefix("recengine_") for one in app.get("bidi_component")}
    assert (app.query_params["w_als"], app.query_params["w_popularity"]) == ("1", "0")


def test_a_try_of_other_scorers_is_shown_in_the_studio_with_them(
    open_page: OpenPage, workspace: Workspace, dataset: Dataset, record: Record
) -> None:
    scenario = default_scenario(dataset)
    fewer = replace(scenario, models=scenario.models[-1:], weights=scenario.weights[-1:])
    record(scenario, fewer)
    app = open_page(TRIES, {"a": "1", "b": "2"}, workspace=workspace.root)
    assert "B's NDCG@10 is" in texts(app)
    app.button(key="show b").click().run()
    assert not app.exception
    assert app.query_params["scenario"] == fewer.key


def test_a_pinned_try_is_the_baseline_and_stays_in_the_link(
    open_page: OpenPage, workspace: Workspace, dataset: Dataset, three: list[int]
) -> None:
    app = open_page(TRIES, {"a": "1", "b": "3"}, workspace=workspace.root)
    app.button(key="pin b").click().run()
    assert not app.exception
    assert workspace.find_try(dataset.fingerprint, 3).pinned
    link = dict(app.query_params)
    assert "baseline" in link
    again = open_page(TRIES, link, workspace=workspace.root)
    assert again.dataframe[0].value["Now"].tolist() == ["baseline", "", "shown"]
    fresh = open_page(TRIES, workspace=workspace.root)
    assert (fresh.selectbox(key="try a").value, fresh.selectbox(key="try b").value) == ("3", "1")


def test_star_name_and_delete(open_page: OpenPage, workspace: Workspace, dataset: Dataset, three: list[int]) -> None:
    app = open_page(TRIES, {"a": "1", "b": "2"}, workspace=workspace.root)
    app.button(key="star b").click().run()
    where = f"b {dataset.fingerprint[:8]} 2"
    app.text_input(key=f"name {where}").set_value(HOSTILE_NAME).run()
    app.text_area(key=f"note {where}").set_value("first **line**\nsecond").run()
    app.button(key="save b").click().run()
    assert not app.exception
    kept = workspace.find_try(dataset.fingerprint, 2)
    assert (kept.starred, kept.name, kept.note) == (True, HOSTILE_NAME, "first **line**\nsecond")
    assert HOSTILE_NAME in app.dataframe[0].value["Name"].tolist()
    assert any("first \\*\\*line\\*\\*" in element.value for element in app.markdown)
    app.toggle(key="starred only").set_value(True).run()
    assert app.dataframe[0].value["Try"].tolist() == [2]
    app.toggle(key="starred only").set_value(False).run()
    app.button(key="delete now b").click().run()
    assert not app.exception
    assert [one.number for one in workspace.tries(dataset)] == [1, 3]
    assert app.selectbox(key="try b").value == "3"


def test_a_damaged_try_is_one_notice_and_the_others_stay(
    open_page: OpenPage, workspace: Workspace, dataset: Dataset, three: list[int]
) -> None:
    path = next((workspace.root / FOLDER / dataset.fingerprint).glob("000002-*"))
    path.write_text("{")
    app = open_page(TRIES, workspace=workspace.root)
    assert not app.exception
    (warning,) = app.warning
    assert "is not JSON" in warning.value
    assert app.dataframe[0].value["Try"].tolist() == [3, 1]


def test_a_try_whose_scorer_is_gone_is_listed_and_the_desk_stays_usable(
    open_page: OpenPage,
    workspace: Workspace,
    dataset: Dataset,
    record: Record,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    scenario = default_scenario(dataset)
    knn = registry.make_recipe("item-knn")
    record(scenario, scenario.only("als"), default_scenario(dataset, recipes={"item-knn": knn}))
    known = registry.recipes()
    monkeypatch.setattr(registry, "recipes", lambda: {name: kind for name, kind in known.items() if name != "item-knn"})
    app = open_page(TRIES, {"a": "1", "b": "3"}, workspace=workspace.root)
    assert not app.exception
    assert 'There is no model "item-knn"' in texts(app)
    assert app.button(key="show b").disabled
    assert any("item-knn" in line for line in app.dataframe[0].value["Cannot be shown"])
    app.selectbox(key="try b").set_value("2").run()
    assert "B's NDCG@10 is" in texts(app)
    app.switch_page(STUDIO).run()
    assert not app.exception


def test_tries_on_earlier_data_of_the_name_are_listed_and_say_why(
    open_page: OpenPage, workspace: Workspace, dataset: Dataset, three: list[int]
) -> None:
    folder = workspace.root / FOLDER / dataset.fingerprint
    other = replace(dataset, fingerprint="e" * 64)
    scenario = replace(default_scenario(dataset).only("als"), dataset=other.fingerprint)
    outcome = run_scenario(workspace.prepare(dataset, default_scenario(dataset)), default_scenario(dataset))
    workspace.record_try(other, replace(outcome, scenario=scenario))
    app = open_page(TRIES, {"a": "1", "b": "eeeeeeee-1"}, workspace=workspace.root)
    assert not app.exception
    assert folder.is_dir()
    said = texts(app)
    assert "It was tried on other data" in said
    assert "they are over different data" in said
    app.button(key="recompute").click().run()
    assert not app.exception
    assert app.selectbox(key="try b").value == "2"  # ALS alone, on the data of now


@pytest.mark.parametrize("nonsense", ["9", "x", "<script>", "-1"])
def test_nonsense_in_the_link_is_one_line(
    open_page: OpenPage, workspace: Workspace, three: list[int], nonsense: str
) -> None:
    app = open_page(TRIES, {"a": nonsense, "b": "2"}, workspace=workspace.root)
    assert not app.exception
    (warning,) = app.warning
    assert "there is no try" in warning.value
    assert app.selectbox(key="try a").value == "1"
    assert "B's NDCG@10 is" in texts(app)
