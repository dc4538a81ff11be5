from __future__ import annotations

import json
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from tests.pages.conftest import HOSTILE, OpenPage

STUDIO = "pages/studio.py"


def results(app: AppTest) -> dict[str, Any]:
    """What the page gave to the component that draws list, metrics and history."""
    assert not app.exception
    (proto,) = (one.proto for one in app.get("bidi_component") if one.proto.component_name == "recengine_results")
    document: dict[str, Any] = json.loads(json.loads(proto.json))
    return document


def test_the_studio_opens_with_list_metrics_and_history(open_page: OpenPage) -> None:
    shown = results(open_page(STUDIO))
    assert len(shown["list"]["rows"]) == 10
    assert shown["metrics"]["rows"][0]["label"] == "All items"
    assert shown["history"]["history"]
    assert "Exact for all 120 users" in shown["metrics"]["exact"]


def test_a_slider_changes_list_metrics_and_link(open_page: OpenPage) -> None:
    app = open_page(STUDIO)
    before = results(app)
    app.slider(key="w_als").set_value(0.0)
    app.slider(key="w_popularity").set_value(1.0).run()
    after = results(app)
    assert after["stamp"] != before["stamp"]
    assert after["stamp"].startswith("als=0,")
    assert [row["item"] for row in after["list"]["rows"]] != [row["item"] for row in before["list"]["rows"]]
    assert after["metrics"]["rows"][0]["cells"][0] != before["metrics"]["rows"][0]["cells"][0]
    assert (app.query_params["w_als"], app.query_params["w_popularity"]) == ("0", "1")


def test_a_link_opens_the_same_view(open_page: OpenPage) -> None:
    app = open_page(STUDIO)
    app.slider(key="w_als").set_value(0.3).run()
    app.selectbox(key="user").set_value("u00007").run()
    again = open_page(STUDIO, dict(app.query_params))
    assert results(again) == results(app)
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
    assert results(app)["list"]["rows"]


def test_all_weights_at_0_keep_the_last_list_and_say_so(open_page: OpenPage) -> None:
    app = open_page(STUDIO)
    before = results(app)
    for name in ("als", "text", "popularity"):
        app.slider(key=f"w_{name}").set_value(0.0)
    app.run()
    (error,) = app.error
    assert "all are 0" in error.value
    assert results(app)["list"] == before["list"]


def test_a_pinned_baseline_is_what_is_compared_with(open_page: OpenPage) -> None:
    app = open_page(STUDIO)
    app.slider(key="w_als").set_value(0.0).run()
    app.button(key="pin").click().run()
    pinned = results(app)
    assert all(row["move"]["kind"] == "same" for row in pinned["list"]["rows"])
    assert "baseline" in app.query_params
    app.slider(key="w_als").set_value(1.0).run()
    assert any(row["move"]["kind"] != "same" for row in results(app)["list"]["rows"])
    app.button(key="reset").click().run()
    assert results(app)["list"] == pinned["list"]
    assert app.slider(key="w_als").value == 0.0


def test_undo_takes_back_one_change_at_a_time(open_page: OpenPage) -> None:
    app = open_page(STUDIO)
    start = results(app)["stamp"]
    app.slider(key="w_als").set_value(0.1).run()
    first = results(app)["stamp"]
    app.slider(key="w_als").set_value(0.9).run()
    app.button(key="undo_last").click().run()
    assert results(app)["stamp"] == first
    app.button(key="undo_last").click().run()
    assert results(app)["stamp"] == start
    app.button(key="undo_last").click().run()
    assert results(app)["stamp"] == start


def test_k_and_normalisation_change_the_list(open_page: OpenPage) -> None:
    app = open_page(STUDIO)
    app.number_input(key="k").set_value(3).run()
    app.selectbox(key="norm").set_value("rank").run()
    shown = results(app)
    assert len(shown["list"]["rows"]) == 3
    assert "NDCG@3" in shown["metrics"]["metrics"][0]["label"]
    assert (app.query_params["k"], app.query_params["norm"]) == ("3", "rank")


def test_a_short_list_offers_its_users(open_page: OpenPage) -> None:
    app = open_page(STUDIO)
    everyone = len(app.selectbox(key="user").options)
    app.session_state["short_list"] = "Shortest history"
    app.run()
    assert everyone == 120
    assert len(app.selectbox(key="user").options) == 20
    assert results(app)["history"]["user"] == app.selectbox(key="user").value


def test_hostile_titles_reach_the_component_as_they_are(open_page: OpenPage) -> None:
    app = open_page(STUDIO, {"k": "80"})
    shown = {row["title"] for row in results(app)["list"]["rows"]}
    assert shown & set(HOSTILE)


def test_another_page_keeps_the_view(open_page: OpenPage) -> None:
    app = open_page(STUDIO)
    app.slider(key="w_als").set_value(0.15).run()
    app.switch_page("pages/overview.py").run()
    assert not app.exception
    assert app.query_params["w_als"] == "0.15"
    app.switch_page(STUDIO).run()
    assert app.slider(key="w_als").value == 0.15


def test_coming_back_from_a_page_with_the_same_widgets_keeps_the_user(open_page: OpenPage) -> None:
    app = open_page(STUDIO, {"user": "u00009"})
    app.switch_page("pages/explain.py").run()
    app.switch_page(STUDIO).run()
    assert app.selectbox(key="user").value == "u00009"
