"""How scores are combined: chosen on the Studio page, in the link, and undone."""

from __future__ import annotations

import json

from streamlit.testing.v1 import AppTest

from recengine.fusion import STRATEGIES
from tests.pages.conftest import OpenPage
from tests.pages.desk import do, shown

STUDIO = "pages/studio.py"


def opened(open_page: OpenPage, params: dict[str, str] | None = None) -> AppTest:
    """The Studio with the panel open."""
    app = open_page(STUDIO, params)
    app.session_state["combining"] = True
    return app.run()


def listed(app: AppTest) -> list[str]:
    return [row["item"] for row in shown(app)["list"]["rows"]]


def strategy(app: AppTest) -> str:
    (found,) = (box for box in app.selectbox if box.label == "Strategy")
    return str(found.value)


def choose_strategy(app: AppTest, name: str) -> None:
    (found,) = (box for box in app.selectbox if box.label == "Strategy")
    found.set_value(name).run()


def rerankers(app: AppTest) -> list[str]:
    (found,) = (group for group in app.button_group if group.label == "Re-rankers")
    return list(found.value or [])


def choose_rerankers(app: AppTest, *names: str) -> None:
    (found,) = (group for group in app.button_group if group.label == "Re-rankers")
    found.set_value(list(names)).run()


def test_the_panel_is_closed_at_first_and_costs_nothing(open_page: OpenPage) -> None:
    app = open_page(STUDIO)
    assert all(box.label != "Strategy" for box in app.selectbox)


def test_every_strategy_that_needs_no_teaching_makes_a_list(open_page: OpenPage) -> None:
    app = opened(open_page)
    for name, kind in STRATEGIES.items():
        if kind.learns:
            continue
        choose_strategy(app, name)
        assert not app.exception, name
        assert not app.error, (name, [error.value for error in app.error])
        assert len(listed(app)) == 10, name
        assert strategy(app) == name
        in_link = app.query_params.get("strategy", "weighted-sum")
        assert in_link.split(":")[0] == name


def test_a_strategy_changes_the_list_and_is_undone(open_page: OpenPage) -> None:
    app = opened(open_page)
    before = listed(app)
    choose_strategy(app, "interleaving")
    assert listed(app) != before
    do(app, "undo")
    assert listed(app) == before
    assert strategy(app) == "weighted-sum"
    assert "strategy" not in app.query_params


def test_rerankers_are_added_at_the_end_and_taken_away(open_page: OpenPage) -> None:
    app = opened(open_page)
    before = listed(app)
    choose_rerankers(app, "popularity-penalty")
    assert listed(app) != before
    choose_rerankers(app, "popularity-penalty", "deduplication")
    assert json.loads(app.query_params["rerank"]) == ["popularity-penalty", "deduplication"]
    (strength,) = (one for one in app.slider if "popularity-penalty strength" in str(one.key))
    strength.set_value(0.0).run()
    assert listed(app) == before
    choose_rerankers(app)
    assert listed(app) == before
    assert "rerank" not in app.query_params


def test_what_a_reranker_costs_is_told(open_page: OpenPage) -> None:
    app = opened(open_page, {"rerank": '["popularity-penalty"]'})
    (price,) = (caption.value for caption in app.caption if "NDCG" in caption.value)
    assert "Mean popularity" in price or "popular" in price


def test_the_price_is_of_the_list_that_is_shown(open_page: OpenPage) -> None:
    app = opened(open_page, {"rerank": '["popularity-penalty"]'})
    (strength,) = (one for one in app.slider if "popularity-penalty strength" in str(one.key))
    strength.set_value(0.0).run()
    (price,) = (caption.value for caption in app.caption if "NDCG" in caption.value)
    assert price.startswith("NDCG@10: no change")


def test_a_reranker_that_cannot_be_is_one_line_and_changes_nothing(open_page: OpenPage) -> None:
    app = opened(open_page)
    before = listed(app)
    choose_rerankers(app, "calibration")
    (error,) = app.error
    assert "\n" not in error.value
    assert listed(app) == before
    assert rerankers(app) == []


def test_a_rule_is_added_and_removed(open_page: OpenPage) -> None:
    app = opened(open_page, {"rerank": '["rules"]'})
    before = listed(app)
    (kind,) = (box for box in app.selectbox if box.label == "Rule")
    kind.set_value("block").run()
    (item,) = (box for box in app.selectbox if box.label == "Item" and "rules" in str(box.key))
    item.set_value(before[0]).run()
    (add,) = (button for button in app.button if str(button.key).endswith("add"))
    add.click().run()
    assert listed(app)[:9] == before[1:]
    (remove,) = (button for button in app.button if str(button.key).endswith("block 0 remove"))
    remove.click().run()
    assert listed(app) == before
