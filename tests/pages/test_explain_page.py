from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from recengine.fusion import fuse_row
from recengine.scenario import Scenario, Workbench, default_scenario
from recengine.workspace import Workspace
from tests.pages.conftest import HOSTILE, OpenPage

EXPLAIN = "pages/explain.py"


@pytest.fixture(scope="module")
def shop(small_workspace: Path) -> tuple[Workbench, Scenario]:
    workspace = Workspace.open(small_workspace)
    dataset = workspace.load_dataset("shop")
    scenario = default_scenario(dataset)
    return workspace.prepare(dataset, scenario), scenario


def metric(app: AppTest, label: str) -> str:
    (value,) = (one.value for one in app.metric if one.label == label)
    assert isinstance(value, str)
    return value


def seen_item(workbench: Workbench, user: int) -> str:
    return workbench.dataset.item_ids[int(workbench.source.seen[user].indices[0])]


def test_without_an_item_the_first_of_the_list_is_explained(
    open_page: OpenPage, shop: tuple[Workbench, Scenario]
) -> None:
    workbench, scenario = shop
    row = fuse_row(workbench.pool, workbench.source, scenario.fusion, 0)
    app = open_page(EXPLAIN)
    assert not app.exception
    assert metric(app, "Rank") == f"1 of {(row.rank > 0).sum()}"
    assert float(metric(app, "Fused score")) == pytest.approx(np.nanmax(row.score), abs=1e-4)
    assert app.selectbox(key="item").value == int((row.rank == 1).argmax())
    assert "ranks 1st" in app.markdown[0].value


def test_the_parts_shown_sum_to_the_score_shown(open_page: OpenPage) -> None:
    app = open_page(EXPLAIN)
    by_scorer, shares = (frame.value for frame in app.dataframe)
    score = float(metric(app, "Fused score"))
    assert by_scorer["Adds"].sum() == pytest.approx(score, abs=1e-4)
    assert (by_scorer["By history"] + by_scorer["Rest"]).sum() == pytest.approx(score, abs=1e-4)
    assert shares["Share"].sum() == pytest.approx(score, abs=1e-4)
    assert shares["Of the score"].sum() == pytest.approx(1)


def test_user_and_item_stay_in_the_link(open_page: OpenPage) -> None:
    app = open_page(EXPLAIN)
    app.selectbox(key="user").set_value("u00007").run()
    third = app.selectbox(key="item").options[2]
    app.selectbox(key="item").select_index(2).run()
    assert metric(app, "Rank").startswith("3 of ")
    assert app.query_params["user"] == "u00007"
    again = open_page(EXPLAIN, dict(app.query_params))
    assert again.selectbox(key="item").options[2] == third
    assert metric(again, "Rank") == metric(app, "Rank")
    assert metric(again, "Fused score") == metric(app, "Fused score")


def test_the_picker_offers_all_unseen_items_best_first(open_page: OpenPage, shop: tuple[Workbench, Scenario]) -> None:
    workbench, _ = shop
    options = open_page(EXPLAIN).selectbox(key="item").options
    assert len(options) == workbench.dataset.n_items - workbench.source.seen[0].nnz
    assert [int(option.split(" · ")[0]) for option in options] == list(range(1, len(options) + 1))


def test_one_up_and_one_down_the_ranking(open_page: OpenPage) -> None:
    app = open_page(EXPLAIN)
    assert app.button(key="item_up").disabled
    app.button(key="item_down").click().run()
    assert metric(app, "Rank").startswith("2 of ")
    app.button(key="item_up").click().run()
    assert metric(app, "Rank").startswith("1 of ")


def test_an_item_of_the_history_is_one_line_with_what_to_do(
    open_page: OpenPage, shop: tuple[Workbench, Scenario]
) -> None:
    workbench, _ = shop
    item = seen_item(workbench, 0)
    app = open_page(EXPLAIN, {"user": workbench.dataset.user_ids[0], "item": item})
    assert not app.exception
    (error,) = app.error
    assert "already has it in the history" in error.value
    assert "Choose an item" in error.value
    assert app.selectbox(key="item").options[0].startswith("in the history · ")
    app.selectbox(key="item").select_index(1).run()
    assert not app.error
    assert metric(app, "Rank").startswith("1 of ")


def test_another_user_who_has_seen_the_item_gets_their_first(
    open_page: OpenPage, shop: tuple[Workbench, Scenario]
) -> None:
    workbench, scenario = shop
    dataset = workbench.dataset
    item = int((fuse_row(workbench.pool, workbench.source, scenario.fusion, 0).rank == 1).argmax())
    other = next(user for user in range(1, dataset.n_users) if workbench.source.seen[user, item])
    app = open_page(EXPLAIN, {"user": dataset.user_ids[0], "item": dataset.item_ids[item]})
    app.selectbox(key="user").set_value(dataset.user_ids[other]).run()
    assert not app.error
    assert metric(app, "Rank").startswith("1 of ")


@pytest.mark.parametrize("params", [{"user": "nobody"}, {"item": "nothing"}])
def test_unknown_ids_are_one_line_and_something_is_shown(open_page: OpenPage, params: dict[str, str]) -> None:
    app = open_page(EXPLAIN, params)
    (warning,) = app.warning
    assert "there is no" in warning.value
    assert metric(app, "Rank").startswith("1 of ")


def test_rank_normalisation_says_approximate_and_min_max_exact(open_page: OpenPage) -> None:
    def said(params: dict[str, str]) -> str:
        return next(one.value for one in open_page(EXPLAIN, params).markdown if one.value.startswith("- **"))

    assert "shares by history item are approximate" in said({"norm": "rank"})
    assert "approximate" not in said({})
    assert "weight 0, so it adds nothing" in said({"w_popularity": "0"})


@pytest.mark.parametrize(
    ("strategy", "said"),
    [
        ("condorcet", "duels"),
        ("interleaving", "taken at place 1 by"),
        ('cascade:{"stages":"text:30,als"}', "stage 1: "),
    ],
)
def test_places_that_are_no_sum_are_told_in_words_and_ranks(open_page: OpenPage, strategy: str, said: str) -> None:
    app = open_page(EXPLAIN, {"strategy": strategy})
    assert not app.exception
    assert not app.error
    assert metric(app, "Rank").startswith("1 of ")
    texts = " ".join(one.value for one in app.markdown)
    assert "ranks 1st, by" in texts
    assert said in texts.replace("\\", "")
    assert "nan" not in re.findall(r"\w+", texts.lower())
    (table,) = (frame.value for frame in app.dataframe)
    assert list(table.columns) == ["Scorer", "Own rank", "Own score", "Weight"]


@pytest.mark.parametrize("strategy", ["reciprocal-rank", "borda", "comb-mnz"])
def test_the_parts_of_other_sums_are_shown_too(open_page: OpenPage, strategy: str) -> None:
    app = open_page(EXPLAIN, {"strategy": strategy})
    assert not app.exception
    by_scorer, shares = (frame.value for frame in app.dataframe)
    score = float(metric(app, "Fused score"))
    assert by_scorer["Adds"].sum() == pytest.approx(score, abs=1e-6 if score < 0.1 else 1e-4)
    assert shares["Share"].sum() == pytest.approx(score, abs=1e-4)


def test_the_baseline_rank_is_shown_once_weights_differ(open_page: OpenPage) -> None:
    assert all(not one.delta for one in open_page(EXPLAIN).metric)
    app = open_page(EXPLAIN, {"w_als": "0"})
    assert "under the baseline" in next(one.delta for one in app.metric if one.label == "Rank")


def test_hostile_titles_show_as_text(open_page: OpenPage, shop: tuple[Workbench, Scenario]) -> None:
    dataset = shop[0].dataset
    for title in HOSTILE:
        item = dataset.item_ids[dataset.titles.index(title)]
        app = open_page(EXPLAIN, {"item": item, "user": dataset.user_ids[1]})
        assert not app.exception
        if app.error:  # in the history of this user
            continue
        words = app.markdown[0].value
        assert title not in words, "markup must be escaped"
        assert re.sub(r"[\\\u2060]", "", words).startswith(f'"{title}" ranks ')


def test_per_cent_of_the_score_is_left_out_where_a_scorer_speaks_against_the_item(
    open_page: OpenPage,
) -> None:
    app = open_page(EXPLAIN, {"norm": "z-score"})
    app.selectbox(key="item").select_index(len(app.selectbox(key="item").options) - 1).run()
    assert min(app.dataframe[0].value["Adds"]) < 0
    assert "Of the score" not in app.dataframe[1].value
