"""The Weights page without a browser, on the small workspace."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from recengine.data import Source
from recengine.models import make_recipe
from recengine.scenario import Scenario, default_scenario, run_scenario
from recengine.tuning import Effort, Goal
from recengine.workspace import Workspace
from recengine.workspace.scores import import_scores
from tests.pages.conftest import HOSTILE, OpenPage, run_until
from ui.weights.find import CHOSEN
from ui.weights.triangle import MIX

WEIGHTS = "pages/weights.py"


@pytest.fixture
def workspace(small_workspace: Path, tmp_path: Path) -> Workspace:
    """A copy of the small workspace, fitted, to be written to."""
    return Workspace(Path(shutil.copytree(small_workspace, tmp_path / "workspace")))


@pytest.fixture
def searched(workspace: Workspace) -> Workspace:
    """The same with one search for weights."""
    shop = workspace.load_dataset("shop")
    goal = Goal("ndcg", front=("ndcg", "coverage"), effort=Effort(60))
    workspace.find_weights(shop, default_scenario(shop), goal)
    return workspace


def two(workspace: Workspace) -> str:
    """The key of a scenario of two scorers that are fitted."""
    shop = workspace.load_dataset("shop")
    recipes = {name: make_recipe(name) for name in ("als", "popularity")}
    scenario: Scenario = default_scenario(shop, recipes=recipes)
    workspace.prepare(shop, scenario)
    return workspace.save_scenario(scenario)


def texts(app: AppTest) -> str:
    every = [*app.markdown, *app.caption, *app.info, *app.warning, *app.error]
    return "\n".join(element.value.replace("\\", "") for element in every)


def test_curves_and_breakpoints_are_exact(open_page: OpenPage) -> None:
    app = open_page(WEIGHTS)
    assert not app.exception
    said = texts(app)
    assert "Exact at every weight of Collaborative (ALS) from 0 to 1" in said
    assert "with a relevant item" in said
    assert "The list of user u00001 changes at" in said
    assert len(app.get("plotly_chart")) == 4
    table = app.dataframe[0].value
    assert list(table.columns) == ["weight", "in", "out", "places"]
    assert table["weight"].is_monotonic_increasing
    app.multiselect(key="swept metrics").set_value(["map", "gini"]).run()
    assert len(app.get("plotly_chart")) == 2
    app.multiselect(key="swept metrics").set_value([]).run()
    assert "Choose at least one metric" in texts(app)


def test_a_weight_goes_onto_the_sliders(open_page: OpenPage) -> None:
    app = open_page(WEIGHTS)
    assert app.button(key="use weight").disabled  # it is the weight of now
    app.number_input(key="weight chosen").set_value(0.25).run()
    app.button(key="use weight").click().run()
    assert not app.exception
    assert app.query_params["w_als"] == "0.25"
    assert app.number_input(key="weight chosen").value == 0.25
    assert "On the sliders now" in app.toast[0].value
    # another scorer starts at its own weight
    app.selectbox(key="swept scorer").set_value("popularity").run()
    assert app.number_input(key="weight chosen").value == 0.1


def test_the_only_weight_cannot_be_taken_away(open_page: OpenPage) -> None:
    app = open_page(WEIGHTS, {"dataset": "shop", "w_als": "1", "w_text": "0", "w_popularity": "0"})
    app.number_input(key="weight chosen").set_value(0.0).run()
    assert not app.exception
    assert not [button for button in app.button if button.key == "use weight"]


def test_the_user_is_chosen_here_too(open_page: OpenPage) -> None:
    app = open_page(WEIGHTS, {"dataset": "shop", "user": "u00007"})
    assert "The list of user u00007 changes" in texts(app)
    app.selectbox(key="user").set_value("u00009").run()
    assert "The list of user u00009 changes" in texts(app)
    assert app.query_params["user"] == "u00009"


def test_a_strategy_without_lines_is_measured_at_some_weights(open_page: OpenPage) -> None:
    app = open_page(WEIGHTS, {"dataset": "shop", "strategy": "comb-mnz"})
    assert not app.exception
    assert "Measured at 41 weights" in texts(app)
    assert "leaves no exact breakpoints" in texts(app)


def test_a_mix_of_the_triangle_is_used(open_page: OpenPage) -> None:
    app = open_page(WEIGHTS, {"dataset": "shop", "weigh": "triangle"})
    assert not app.exception
    assert "NDCG@10 over 231 mixes" in texts(app)
    assert "Click on the map" in texts(app)
    app.session_state[MIX] = (("als", "popularity", "text"), 20, 0)
    app.run()
    assert "Click on the map" in texts(app)  # a mix of another triangle
    app.session_state[MIX] = (("als", "text", "popularity"), 20, 1)
    app.run()
    assert "95 %" in texts(app)
    app.button(key="use mix").click().run()
    assert (app.query_params["w_als"], app.query_params["w_text"]) == ("0.95", "0.05")
    app.multiselect(key="corners").set_value(["als", "popularity"]).run()
    assert "Choose exactly three" in texts(app)


def test_the_triangle_needs_three(open_page: OpenPage, workspace: Workspace) -> None:
    link = {"dataset": "shop", "weigh": "triangle", "scenario": two(workspace)}
    assert "needs three scorers" in texts(open_page(WEIGHTS, link, workspace=workspace.root))


def test_the_validation_part_is_fitted_on_request(open_page: OpenPage, workspace: Workspace) -> None:
    app = open_page(WEIGHTS, workspace=workspace.root)
    app.segmented_control(key="weights measured on").set_value("validation").run()
    assert "the scorers are fitted once more" in texts(app)
    app.button(key="fit for validation").click().run()
    run_until(app, lambda app: "Exact at every weight" in texts(app))
    (job,) = workspace.jobs.list()
    assert job.verb == "sweep"


def test_a_search_is_asked_for_and_its_weights_loaded(open_page: OpenPage, workspace: Workspace) -> None:
    app = open_page(WEIGHTS, {"dataset": "shop", "weigh": "find"}, workspace=workspace.root)
    assert "No search has run" in texts(app)
    app.multiselect(key="weights limits").set_value(["coverage"]).run()
    app.number_input(key="bound coverage").set_value(0.01)
    app.number_input(key="settings wanted").set_value(50)
    app.button(key="find weights").click().run()
    assert not app.exception
    (job,) = workspace.jobs.list()
    assert job.arguments[job.arguments.index("--floor") + 1] == "coverage=0.01"
    run_until(app, lambda app: "looked at once" in "".join(metric.label for metric in app.metric))
    assert "it is the one to tell others" in texts(app)
    app.button(key="load best").click().run()
    (search,) = workspace.weight_searches()
    for name, weight in search.best.weights:
        assert float(app.query_params[f"w_{name}"]) == pytest.approx(weight)
    assert app.button(key="load best").disabled


def test_one_metric_makes_no_front(open_page: OpenPage) -> None:
    app = open_page(WEIGHTS, {"dataset": "shop", "weigh": "find"})
    app.multiselect(key="weights front").set_value(["ndcg"]).run()
    assert app.button(key="find weights").disabled


def test_a_point_of_the_front_is_loaded(open_page: OpenPage, searched: Workspace) -> None:
    app = open_page(WEIGHTS, {"dataset": "shop", "weigh": "find"}, workspace=searched.root)
    (search,) = searched.weight_searches()
    assert f"{len(search.found.front)} settings to which no other" in texts(app)
    place = len(search.found.front) - 1
    app.session_state[CHOSEN] = (search.key, place)
    app.run()
    assert app.number_input(key=f"front point {search.key}").value == place + 1
    app.button(key="load point").click().run()
    assert not app.exception
    wanted = search.at(search.found.front[place])
    for name, weight in wanted.weights:
        assert float(app.query_params[f"w_{name}"]) == pytest.approx(weight)


def test_a_point_of_the_front_is_chosen_by_its_number(open_page: OpenPage, searched: Workspace) -> None:
    app = open_page(WEIGHTS, {"dataset": "shop", "weigh": "find"}, workspace=searched.root)
    (search,) = searched.weight_searches()
    app.number_input(key=f"front point {search.key}").set_value(2).run()
    assert not app.exception
    assert app.session_state[CHOSEN] == (search.key, 1)
    app.number_input(key=f"front point {search.key}").set_value(None).run()
    assert not app.exception
    assert app.session_state[CHOSEN] is None


def test_the_weights_as_good_as_the_best(open_page: OpenPage, searched: Workspace) -> None:
    app = open_page(WEIGHTS, {"dataset": "shop", "weigh": "find"}, workspace=searched.root)
    app.button(key="find region").click().run()
    run_until(app, lambda app: "settings cannot be told from the best" in texts(app))
    assert not app.exception
    assert any(str(button.key).startswith("load Most Coverage") for button in app.button)


def test_a_search_is_deleted(open_page: OpenPage, searched: Workspace) -> None:
    app = open_page(WEIGHTS, {"dataset": "shop", "weigh": "find"}, workspace=searched.root)
    app.button(key="delete search now").click().run()
    assert not app.exception
    assert searched.weight_searches() == []
    assert "No search has run" in texts(app)


def test_the_worth_of_each_scorer(open_page: OpenPage, workspace: Workspace) -> None:
    app = open_page(WEIGHTS, {"dataset": "shop", "weigh": "worth"}, workspace=workspace.root)
    app.button(key="find worth").click().run()
    run_until(app, lambda app: "earns" in texts(app))
    assert not app.exception
    assert "every set of scorers was looked at" in texts(app)
    assert list(app.dataframe[0].value["scorer"]) == ["Collaborative (ALS)", "Text profile", "Popularity"]


def test_thumbs_are_learned_from_and_priced(open_page: OpenPage, workspace: Workspace) -> None:
    app = open_page(WEIGHTS, {"dataset": "shop", "weigh": "thumbs"}, workspace=workspace.root)
    assert app.button(key="learn thumbs").disabled
    thumbs = app.get("feedback")
    assert len(thumbs) == 30
    for place, value in ((0, 0), (1, 1), (2, 0), (3, 1), (10, 1), (19, 0)):
        thumb: Any = app.get("feedback")[place]
        thumb.set_value(value).run()
    assert "3 good, 3 bad" in texts(app)
    app.button(key="learn thumbs").click().run()
    assert not app.exception
    (agreed,) = app.metric
    assert agreed.label == "Pairs in the right order"
    assert "from 3 good and 3 bad" in texts(app)
    # the test part at once, the validation part when it is fitted
    assert app.dataframe[-1].value.columns[0] == "Test part"
    assert "the scorers are fitted once more" in texts(app)
    app.button(key="clear thumbs").click().run()
    assert "0 good, 0 bad" in texts(app)
    assert not app.metric
    # titles are shown as they are
    assert not any(title in element.value for element in app.markdown for title in HOSTILE)


def test_a_clone_needs_an_upload(open_page: OpenPage) -> None:
    app = open_page(WEIGHTS, {"dataset": "shop", "weigh": "clone"})
    assert not app.exception
    assert "No scores of another system fit this dataset" in texts(app)


def test_a_running_system_becomes_the_baseline(open_page: OpenPage, workspace: Workspace, tmp_path: Path) -> None:
    shop = workspace.load_dataset("shop")
    lists = run_scenario(workspace.prepare(shop, default_scenario(shop)), default_scenario(shop).only("popularity"))
    rankings = lists.lists.rankings
    file = tmp_path / "running.csv"
    rows = [
        f"{shop.user_ids[user]},{shop.item_ids[item]},{place}"
        for user, items in zip(rankings.users.tolist(), rankings.items.tolist(), strict=True)
        for place, item in enumerate(items, start=1)
        if item >= 0
    ]
    file.write_text("\n".join(["user_id,item_id,rank", *rows]), encoding="utf-8")
    import_scores(workspace, shop, Source.file(file), "running")
    app = open_page(WEIGHTS, {"dataset": "shop", "weigh": "clone"}, workspace=workspace.root)
    app.button(key="clone").click().run()
    run_until(app, lambda app: any(metric.label == "Overlap" for metric in app.metric), seconds=120)
    assert not app.exception
    overlap = next(metric for metric in app.metric if metric.label == "Overlap")
    # its lists are those of popularity, which is among the scorers
    assert float(overlap.value) > 0.95
    app.button(key="clone as baseline").click().run()
    assert not app.exception
    assert "The baseline stands for that system now" in app.toast[0].value
    assert "popularity:1" in app.query_params["baseline"]


def test_an_unknown_part_is_said(open_page: OpenPage) -> None:
    app = open_page(WEIGHTS, {"dataset": "shop", "weigh": "nonsense"})
    assert "weigh: there is no 'nonsense'" in texts(app)
    assert "Exact at every weight" in texts(app)
