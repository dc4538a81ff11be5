from __future__ import annotations

import base64
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from recengine.scenario import default_scenario
from recengine.workspace import Workspace
from tests.pages.conftest import HOSTILE, OpenPage
from tests.pages.desk import do, hand, move, shown, weights

STUDIO = "pages/studio.py"


def test_the_studio_opens_with_list_metrics_and_history(open_page: OpenPage) -> None:
    page = shown(open_page(STUDIO))
    assert len(page["list"]["rows"]) == 10
    assert page["metrics"]["rows"][0]["label"] == "All items"
    assert page["history"]["history"]
    assert "Exact for all 120 users" in page["metrics"]["exact"]


def test_a_slider_changes_list_metrics_and_link(open_page: OpenPage) -> None:
    app = open_page(STUDIO)
    before = shown(app)
    move(app, als=0.0, popularity=1.0)
    after = shown(app)
    assert after["stamp"] != before["stamp"]
    assert after["stamp"].startswith("als=0,")
    assert [row["item"] for row in after["list"]["rows"]] != [row["item"] for row in before["list"]["rows"]]
    assert after["metrics"]["rows"][0]["cells"][0] != before["metrics"]["rows"][0]["cells"][0]
    assert (app.query_params["w_als"], app.query_params["w_popularity"]) == ("0", "1")


def test_a_link_opens_the_same_view(open_page: OpenPage) -> None:
    app = open_page(STUDIO)
    move(app, als=0.3)
    app.selectbox(key="user").set_value("u00007").run()
    again = open_page(STUDIO, dict(app.query_params))
    first, second = shown(app), shown(again)
    assert first["desk"].pop("undo")
    assert not second["desk"].pop("undo")
    assert second == first | {"turn": 0}
    assert again.selectbox(key="user").value == "u00007"


@pytest.mark.parametrize(
    ("params", "line"),
    [
        ({"user": "nobody"}, "user: there is no"),
        ({"w_als": "-1"}, "a weight is a number from 0"),
        ({"w_als": "nan"}, "a weight is a number from 0"),
        ({"w_als": "0", "w_text": "0", "w_popularity": "0"}, "all are 0"),
        ({"w_magic": "1"}, "there is no such scorer"),
        ({"k": "0"}, "a whole number from 1 to 80"),
        ({"k": "81"}, "a whole number from 1 to 80"),
        ({"scenario": "zzz"}, "is no key of a stored scenario"),
        ({"scenario": "0" * 64}, "is not in"),
        ({"dataset": "nothing"}, "there is no"),
    ],
)
def test_nonsense_in_the_link_is_one_line(open_page: OpenPage, params: dict[str, str], line: str) -> None:
    app = open_page(STUDIO, params)
    (warning,) = app.warning
    assert line in warning.value
    assert "\n" not in warning.value
    assert shown(app)["list"]["rows"]


def test_all_weights_at_0_keep_the_last_list_and_say_so(open_page: OpenPage) -> None:
    app = open_page(STUDIO)
    before = shown(app)
    move(app, als=0.0, text=0.0, popularity=0.0)
    after = shown(app)
    assert "All weights are 0" in after["desk"]["problem"]
    assert (after["list"], after["stamp"]) == (before["list"], before["stamp"])
    assert not any(weights(app).values())
    do(app, "undo")
    assert shown(app)["desk"]["problem"] == ""
    assert weights(app) == {one["name"]: one["weight"] for one in before["desk"]["scorers"]}


def test_a_pinned_baseline_is_what_is_compared_with(open_page: OpenPage) -> None:
    app = open_page(STUDIO)
    move(app, als=0.0)
    app.button(key="pin").click().run()
    pinned = shown(app)
    assert all(row["move"]["kind"] == "same" for row in pinned["list"]["rows"])
    assert "baseline" in app.query_params
    move(app, als=1.0)
    assert any(row["move"]["kind"] != "same" for row in shown(app)["list"]["rows"])
    do(app, "baseline")
    assert shown(app)["list"] == pinned["list"]
    assert weights(app)["als"] == 0.0


def test_undo_takes_back_one_change_at_a_time(open_page: OpenPage) -> None:
    app = open_page(STUDIO)
    start = shown(app)["stamp"]
    move(app, als=0.1)
    first = shown(app)["stamp"]
    move(app, als=0.9)
    do(app, "undo")
    assert shown(app)["stamp"] == first
    do(app, "undo")
    assert shown(app)["stamp"] == start
    do(app, "undo")
    assert shown(app)["stamp"] == start


def test_redo_goes_forward_until_something_else_is_done(open_page: OpenPage) -> None:
    app = open_page(STUDIO)
    assert (shown(app)["desk"]["undo"], shown(app)["desk"]["redo"]) == (False, False)
    move(app, als=0.1)
    first = shown(app)["stamp"]
    do(app, "undo")
    assert (shown(app)["desk"]["undo"], shown(app)["desk"]["redo"]) == (False, True)
    do(app, "redo")
    assert shown(app)["stamp"] == first
    do(app, "undo")
    move(app, als=0.9)
    assert not shown(app)["desk"]["redo"]


def test_undo_takes_back_settings_too(open_page: OpenPage) -> None:
    app = open_page(STUDIO)
    app.number_input(key="k").set_value(3).run()
    app.selectbox(key="norm").set_value("rank").run()
    do(app, "undo")
    assert app.selectbox(key="norm").value == "min-max"
    assert app.query_params["norm"] == "min-max"
    do(app, "undo")
    assert app.number_input(key="k").value == 10
    assert len(shown(app)["list"]["rows"]) == 10
    do(app, "redo")
    assert app.number_input(key="k").value == 3


def test_a_muted_scorer_counts_for_nothing_and_keeps_its_weight(open_page: OpenPage) -> None:
    app = open_page(STUDIO)
    before = weights(app)
    move(app, muted=["als"])
    assert shown(app)["stamp"].startswith("als=0,")
    assert weights(app) == before
    app.switch_page("pages/overview.py").run()
    app.switch_page(STUDIO).run()
    assert [scorer["muted"] for scorer in shown(app)["desk"]["scorers"]] == [True, False, False]
    assert weights(app) == before
    move(app)
    assert app.query_params["w_als"] == f"{before['als']:g}"
    do(app, "undo")
    assert shown(app)["desk"]["scorers"][0]["muted"]


def test_solo_is_one_scorer_alone_muted_or_not(open_page: OpenPage) -> None:
    app = open_page(STUDIO)
    before = weights(app)
    move(app, muted=["popularity"], solo=["popularity"])
    assert (app.query_params["w_als"], app.query_params["w_text"]) == ("0", "0")
    assert app.query_params["w_popularity"] == f"{before['popularity']:g}"
    assert weights(app) == before


def test_the_way_back_to_the_start(open_page: OpenPage) -> None:
    app = open_page(STUDIO)
    start = shown(app)["stamp"]
    move(app, als=0.0)
    app.button(key="pin").click().run()
    do(app, "start")
    assert shown(app)["stamp"] == start
    assert not shown(app)["desk"]["at_baseline"]


@pytest.mark.parametrize(
    "told",
    [
        {"weights": {"als": 1.0}},
        {"weights": {"als": -1.0, "text": 1.0, "popularity": 1.0}},
        {"weights": {"als": 1e9, "text": 1.0, "popularity": 1.0}},
        {"weights": {"als": 10**400, "popularity": 1.0}},
        {"weights": {"als": "1", "text": 1.0, "popularity": 1.0}},
        {"weights": {"als": 0.5, "text": 1.0, "popularity": 1.0}, "muted": ["nobody"]},
        {"weights": 3},
        {"do": "explode"},
        {},
    ],
)
def test_nonsense_from_the_browser_changes_nothing(open_page: OpenPage, told: dict[str, Any]) -> None:
    app = open_page(STUDIO)
    before = shown(app)
    after = shown(hand(app, told))
    assert (after["stamp"], after["desk"]) == (before["stamp"], before["desk"])
    assert after["turn"] == before["turn"] + 1


def test_the_browser_gets_the_pool_that_the_list_is_made_of(open_page: OpenPage) -> None:
    page = shown(open_page(STUDIO, {"k": "5"}))
    live = page["live"]
    values = np.frombuffer(base64.b64decode(live["values"]), dtype="<f4").reshape(3, -1)
    assert values.shape[1] == len(live["items"]) == len(live["titles"]) == len(live["details"]) == len(live["before"])
    effective = np.array([scorer["weight"] for scorer in page["desk"]["scorers"]])
    effective /= effective.sum()
    order = np.argsort(-(effective @ values), kind="stable")[:5]
    assert [live["items"][at] for at in order] == [row["item"] for row in page["list"]["rows"]]
    for at, row in zip(order, page["list"]["rows"], strict=True):
        assert (live["titles"][at], live["details"][at]) == (row["title"], row["detail"])
        assert [part["value"] for part in row["parts"]] == pytest.approx(effective * values[:, at])
        assert (at in live["held"]) == row["held_out"]


def test_k_and_normalisation_change_the_list(open_page: OpenPage) -> None:
    app = open_page(STUDIO)
    app.number_input(key="k").set_value(3).run()
    app.selectbox(key="norm").set_value("rank").run()
    page = shown(app)
    assert len(page["list"]["rows"]) == 3
    assert "NDCG@3" in page["metrics"]["metrics"][0]["label"]
    assert (app.query_params["k"], app.query_params["norm"]) == ("3", "rank")


def test_a_short_list_offers_its_users(open_page: OpenPage) -> None:
    app = open_page(STUDIO)
    everyone = len(app.selectbox(key="user").options)
    app.session_state["short_list"] = "Shortest history"
    app.run()
    assert everyone == 120
    assert len(app.selectbox(key="user").options) == 20
    assert shown(app)["history"]["user"] == app.selectbox(key="user").value


def test_hostile_titles_reach_the_component_as_they_are(open_page: OpenPage) -> None:
    app = open_page(STUDIO, {"k": "80"})
    titles = {row["title"] for row in shown(app)["list"]["rows"]}
    assert titles & set(HOSTILE)


def test_another_page_keeps_the_view(open_page: OpenPage) -> None:
    app = open_page(STUDIO)
    move(app, als=0.15)
    app.switch_page("pages/overview.py").run()
    assert not app.exception
    assert app.query_params["w_als"] == "0.15"
    app.switch_page(STUDIO).run()
    assert weights(app)["als"] == 0.15


def test_coming_back_from_a_page_with_the_same_widgets_keeps_the_user(open_page: OpenPage) -> None:
    app = open_page(STUDIO, {"user": "u00009"})
    app.switch_page("pages/explain.py").run()
    app.switch_page(STUDIO).run()
    assert app.selectbox(key="user").value == "u00009"


def test_a_tick_is_where_the_list_changes(open_page: OpenPage) -> None:
    app = open_page(STUDIO, {"k": "5"})
    als = shown(app)["desk"]["scorers"][0]
    enters = als["marks"]["enters"]
    assert set(enters) <= set(als["marks"]["moves"])
    assert enters
    at = enters[0]

    def listed(weight: float) -> set[str]:
        return {row["item"] for row in shown(move(app, als=weight))["list"]["rows"]}

    assert listed(at - 1e-4) != listed(at + 1e-4)


def test_a_choice_that_cannot_be_shown_leaves_the_last_list(open_page: OpenPage) -> None:
    app = open_page(STUDIO)
    before = shown(app)
    # by a link that no widget would make: this catalogue has no such attribute
    impossible = {**app.query_params, "strategy": "segment-weights:by=shoe size;weights=42: equal"}
    again = open_page(STUDIO, impossible)
    after = shown(again)
    assert "shoe size" in after["desk"]["problem"]
    assert [row["item"] for row in after["list"]["rows"]] == [row["item"] for row in before["list"]["rows"]]
    do(again, "start")
    assert shown(again)["desk"]["problem"] == ""


def test_a_baseline_that_learns_stays_when_the_list_is_a_weighted_sum_again(
    open_page: OpenPage, small_workspace: Path, tmp_path: Path
) -> None:
    copy = tmp_path / "workspace"
    shutil.copytree(small_workspace, copy)
    workspace = Workspace.open(copy)
    shop = workspace.load_dataset("shop")
    learned = {"baseline": "als:1", "baseline_strategy": "decision-tree:depth=1"}

    # not taught yet: the list is there and moves, and the page says what it is compared with
    app = open_page(STUDIO, learned, copy)
    (warning,) = (one.value for one in app.warning)
    assert "has not been taught" in warning
    assert "compared with the start" in warning
    plain = shown(app)
    assert plain["desk"]["problem"] == ""
    assert [row["item"] for row in shown(move(app, als=0, popularity=1))["list"]["rows"]] != [
        row["item"] for row in plain["list"]["rows"]
    ]

    workspace.prepare(shop, default_scenario(shop).with_strategy("decision-tree", {"depth": 1}))
    app = open_page(STUDIO, learned, copy)
    assert not app.warning
    taught = shown(app)
    assert taught["desk"]["problem"] == ""
    assert taught["metrics"] != plain["metrics"]
