from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest
from streamlit.testing.v1.element_tree import ButtonGroup

from recengine.scenario import default_scenario
from recengine.workspace import Workspace
from tests.pages.conftest import OpenPage

FAIRNESS = "pages/fairness.py"


def choice(app: AppTest, key: str) -> str:
    (group,) = (one for one in app.get("button_group") if one.key == f"choice_{key}")
    assert isinstance(group, ButtonGroup)
    value = group.value
    assert isinstance(value, str)
    return value


def choose(app: AppTest, key: str, value: str) -> None:
    (group,) = (one for one in app.get("button_group") if one.key == f"choice_{key}")
    assert isinstance(group, ButtonGroup)
    group.set_value(value).run()


def test_both_sides_are_shown_with_chart_table_and_sentence(open_page: OpenPage) -> None:
    app = open_page(FAIRNESS)
    assert not app.exception
    assert [header.value for header in app.header] == ["Users: who gets worse lists?", "Items: what is hidden?"]
    assert len(app.get("plotly_chart")) == 2
    assert all(chart.proto.alt for chart in app.get("plotly_chart"))
    gaps, user_groups, item_groups = (frame.value for frame in app.dataframe)
    assert len(gaps) == len(gaps["Attribute"].unique()) * 2
    assert {"Gap", "By chance", "Ratio", "p", "p corrected"} <= set(gaps.columns)
    assert {"Mean", "Low", "High", "Users"} <= set(user_groups.columns)
    assert item_groups["Exposure"].sum() == pytest.approx(1)
    assert {"Catalogue shown", "Gini of exposure"} <= {one.label for one in app.metric}
    assert all(one.help for one in app.metric)


def test_it_opens_on_the_surest_gap_and_says_what_chance_gives(open_page: OpenPage) -> None:
    app = open_page(FAIRNESS)
    gaps = app.dataframe[0].value
    surest = gaps["Attribute"].tolist()[int(gaps["p corrected"].argmin())]
    assert choice(app, "by").capitalize() == surest
    said = app.markdown[1].value
    assert "gap" in said
    assert "shuffled labels make" in said


def test_choices_stay_in_the_link(open_page: OpenPage) -> None:
    app = open_page(FAIRNESS)
    assert choice(app, "by") != "age_group"
    choose(app, "metric", "recall")
    choose(app, "by", "age_group")
    assert (app.query_params["metric"], app.query_params["by"]) == ("recall", "age_group")
    again = open_page(FAIRNESS, dict(app.query_params))
    assert (choice(again, "metric"), choice(again, "by")) == ("recall", "age_group")
    assert "Recall@10 by age group" in again.get("plotly_chart")[0].proto.alt


def test_a_choice_that_is_not_there_is_one_line(open_page: OpenPage) -> None:
    app = open_page(FAIRNESS, {"by": "**star sign**"})
    assert not app.exception
    (warning,) = app.warning
    assert "there is no" in warning.value
    assert "**star" not in warning.value
    assert app.query_params["by"] == choice(app, "by")


def test_a_moved_weight_shows_the_gap_of_the_baseline_too(open_page: OpenPage) -> None:
    plain = open_page(FAIRNESS).dataframe[0].value
    assert "Baseline gap" not in plain
    moved = open_page(FAIRNESS, {"w_als": "0"}).dataframe[0].value
    assert moved["Baseline gap"].tolist() == pytest.approx(plain["Gap"].tolist())


def test_a_scenario_on_all_data_has_an_item_side_alone(open_page: OpenPage) -> None:
    open_page(FAIRNESS)  # sets the workspace
    workspace = Workspace.open()
    scenario = default_scenario(workspace.load_dataset("shop"), all_data=True)
    workspace.prepare(workspace.load_dataset("shop"), scenario)
    app = open_page(FAIRNESS, {"scenario": workspace.save_scenario(scenario)})
    assert not app.exception
    assert not app.error
    assert "nothing is held out" in app.info[0].value
    assert len(app.get("plotly_chart")) == 1
