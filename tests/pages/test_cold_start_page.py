from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from recengine.coldstart import history_of
from recengine.scenario import Workbench, default_scenario
from recengine.workspace import Workspace
from tests.pages.conftest import HOSTILE, OpenPage

PAGE = "pages/cold_start.py"


@pytest.fixture(scope="module")
def shop(small_workspace: Path) -> Workbench:
    workspace = Workspace.open(small_workspace)
    dataset = workspace.load_dataset("shop")
    return workspace.prepare(dataset, default_scenario(dataset))


def lists(app: AppTest) -> list[dict[str, Any]]:
    """The data of the ranked lists on the page, in their order."""
    return [json.loads(json.loads(one.proto.json)) for one in app.get("bidi_component")]


def key_of(app: AppTest, kind: str, start: str) -> str:
    """The key of the one widget of a kind whose key starts so."""
    (key,) = (one.key for one in app.get(kind) if (one.key or "").startswith(f"cold {start}"))
    assert isinstance(key, str)
    return key


def titles(shown: dict[str, Any]) -> list[str]:
    return [row["title"] for row in shown["rows"]]


def caption(app: AppTest, word: str) -> str:
    value = next(one.value for one in app.caption if word in one.value)
    assert isinstance(value, str)
    return value


def test_of_whom_nothing_is_known_gets_what_is_popular(open_page: OpenPage, shop: Workbench) -> None:
    app = open_page(PAGE)
    assert not app.exception
    (shown,) = lists(app)
    popularity = shop.popularity
    counts = [int(popularity[shop.dataset.item_position[row["item"]]]) for row in shown["rows"]]
    assert counts == sorted(popularity.tolist(), reverse=True)[:10]
    assert [one["label"] for one in shown["scorers"]] == ["Everybody"]
    assert any("Nothing is known yet" in one.value for one in app.info)


def test_a_picked_item_changes_the_list_and_its_parts_sum(open_page: OpenPage, shop: Workbench) -> None:
    app = open_page(PAGE)
    before = titles(lists(app)[0])
    picks = key_of(app, "multiselect", "picks")
    app.multiselect(key=picks).set_value([40, 41]).run()
    assert not app.exception
    (shown,) = lists(app)
    assert titles(shown) != before
    assert not {shop.dataset.item_ids[item] for item in (40, 41)} & {row["item"] for row in shown["rows"]}
    assert [one["label"] for one in shown["scorers"]] == ["Picked items", "Everybody"]
    for row in shown["rows"]:
        assert sum(part["value"] for part in row["parts"]) == pytest.approx(float(row["score"]), abs=6e-4)
    # 2 picks against 3 for everybody
    assert "picked items 40" in caption(app, "Trust").replace("\\", "")


def test_attributes_bring_in_people_alike(open_page: OpenPage) -> None:
    app = open_page(PAGE)
    app.selectbox(key=key_of(app, "selectbox", "users group")).set_value("coast").run()
    (shown,) = lists(app)
    assert [one["label"] for one in shown["scorers"]] == ["People alike", "Everybody"]
    # an age is asked for, its group follows
    assert not [one for one in app.selectbox if "age_group" in (one.key or "")]


def test_a_taste_in_words_has_a_say(open_page: OpenPage) -> None:
    app = open_page(PAGE)
    before = titles(lists(app)[0])
    app.text_area(key=key_of(app, "text_area", "words")).set_value("a haunted house at night").run()
    assert not app.exception
    (shown,) = lists(app)
    assert [one["label"] for one in shown["scorers"]] == ["Words", "Everybody"]
    assert titles(shown) != before


def test_how_much_each_counts_can_be_moved(open_page: OpenPage) -> None:
    app = open_page(PAGE)
    app.multiselect(key=key_of(app, "multiselect", "picks")).set_value([40]).run()
    app.slider(key=key_of(app, "slider", "evidence everybody")).set_value(1.0).run()
    assert "picked items 50" in caption(app, "Trust").replace("\\", "")


def test_a_new_item_waits_for_words_then_finds_its_audience(open_page: OpenPage, shop: Workbench) -> None:
    app = open_page(PAGE, {"cold": "item"})
    assert not app.exception
    assert any("Say what the item is" in one.value for one in app.info)
    app.text_input(key=key_of(app, "text_input", "item title")).set_value("A Haunted House").run()
    assert not app.exception
    assert not app.error
    assert app.metric[0].value == f"0 of {shop.dataset.n_users} users"
    assert "No opinion on an item that nobody took" in caption(app, "opinion")
    app.toggle(key=key_of(app, "toggle", "only readers")).set_value(True).run()
    assert not app.exception
    reached = int(app.metric[0].value.split()[0])
    groups, users, similar = (one.value for one in app.dataframe)
    assert groups["Would get it"].sum() == reached > 0
    assert groups["Users"].sum() == shop.dataset.n_users
    assert (users["Rank"] <= 10).sum() == min(reached, 100)
    assert similar["Similarity"].is_monotonic_decreasing
    assert len(similar) == 10


def test_a_new_item_of_which_nothing_can_be_told_is_one_line(open_page: OpenPage) -> None:
    app = open_page(PAGE, {"cold": "item", "w_als": "1", "w_text": "0", "w_popularity": "0"})
    app.text_input(key=key_of(app, "text_input", "item title")).set_value("A Haunted House").run()
    assert not app.exception
    (error,) = app.error
    assert "can tell whom it suits" in error.value


def test_an_edit_shows_both_lists(open_page: OpenPage, shop: Workbench) -> None:
    app = open_page(PAGE, {"cold": "edit", "user": "u00004"})
    assert not app.exception
    before, after = sorted(lists(app), key=lambda one: str(one["caption"]), reverse=True)
    assert titles(after) == titles(before)
    assert "Nothing is changed yet" in caption(app, "history")
    best = shop.dataset.item_position[before["rows"][0]["item"]]
    adding = app.multiselect(key=key_of(app, "multiselect", "add u00004"))
    # what is in the history can be taken away, not added
    taken = app.multiselect(key=key_of(app, "multiselect", "take u00004")).options
    assert taken
    assert not {*adding.options} & {*taken}
    adding.set_value([best]).run()
    assert not app.exception
    shown = {one["caption"].split()[0]: one for one in lists(app)}
    assert titles(shown["Before"]) == titles(before)
    assert titles(before)[0] not in titles(shown["After"])
    assert shown["Before"]["rows"][0]["move"]["text"] == "picked"
    history = history_of(shop.fitted_on, shop.dataset.user_position["u00004"])
    assert f"{len(history) + 1} items in the history, {len(history)} before" in caption(app, "history").replace(
        "\\", ""
    )
    gone = sorted(history)[0]
    app.multiselect(key=key_of(app, "multiselect", "take u00004")).set_value([gone]).run()
    assert not app.exception
    assert f"{len(history)} items in the history, {len(history)} before" in caption(app, "history").replace("\\", "")


def test_quality_offers_the_fit_that_it_needs(open_page: OpenPage) -> None:
    app = open_page(PAGE, {"cold": "quality"})
    assert not app.exception
    assert app.button(key="fit_cold").label == "Fit without a fifth of the users"


def test_quality_is_measured_once_it_is_fitted(open_page: OpenPage, small_workspace: Path) -> None:
    workspace = Workspace.open(small_workspace)
    dataset = workspace.load_dataset("shop")
    workspace.prepare(dataset, default_scenario(dataset, split="cold-users"))
    app = open_page(PAGE, {"cold": "quality"})
    assert not app.exception
    assert not app.error
    figures = app.dataframe[0].value
    assert set(figures["Method"]) == {
        "Popularity",
        "Attributes alone",
        "Blend of picks and popularity",
        "Blend with attributes too",
        "Collaborative (ALS)",
        "Text profile",
    }
    assert set(figures["Items known"]) == {0, 1, 3, 5, 10}


def test_an_unknown_part_is_one_line(open_page: OpenPage) -> None:
    app = open_page(PAGE, {"cold": "nothing"})
    assert "there is no 'nothing'" in app.warning[0].value.replace("\\", "")
    assert lists(app)


def test_hostile_titles_are_data_and_no_mark_up(open_page: OpenPage, shop: Workbench) -> None:
    app = open_page(PAGE)
    app.multiselect(key=key_of(app, "multiselect", "picks")).set_value(list(range(6, 12))).run()
    assert not app.exception
    said = [one.value for one in [*app.markdown, *app.caption, *app.info]]
    assert not any(title in text for title in HOSTILE for text in said)
