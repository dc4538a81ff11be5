"""Learning from users on the Weights page, without a browser, on the small workspace."""

from __future__ import annotations

import math
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from recengine.evaluation import Change
from recengine.fusion.strategies import SegmentWeights
from recengine.scenario import default_scenario
from recengine.tuning import Gain
from recengine.workspace import WeightsLearned, Workspace
from tests.pages.conftest import OpenPage, run_until
from ui.weights.learned import CROSS_FITTED, learned_table, learned_title, shrinkage_words, unheard_words, verdict_words

WEIGHTS, LINK = "pages/weights.py", {"dataset": "shop", "weigh": "learn"}


@pytest.fixture
def workspace(small_workspace: Path, tmp_path: Path) -> Workspace:
    """A copy of the small workspace, fitted, to be written to."""
    return Workspace(Path(shutil.copytree(small_workspace, tmp_path / "workspace")))


@pytest.fixture(scope="module")
def learned_alone(small_workspace: Path, tmp_path_factory: pytest.TempPathFactory) -> WeightsLearned:
    """For everybody, in a workspace of its own."""
    return learn(Workspace(Path(shutil.copytree(small_workspace, tmp_path_factory.mktemp("alone") / "workspace"))))


def learn(workspace: Workspace, segments: SegmentWeights | None = None) -> WeightsLearned:
    shop = workspace.load_dataset("shop")
    return workspace.learn_weights(shop, default_scenario(shop), segments)


def texts(app: AppTest) -> str:
    every = [*app.markdown, *app.caption, *app.info, *app.warning, *app.error]
    return "\n".join(element.value.replace("\\", "") for element in every)


def loaded(app: AppTest) -> dict[str, float]:
    return {name[2:]: float(app.query_params[name]) for name in app.query_params if name.startswith("w_")}


def test_weights_are_learned_as_a_job_and_loaded(open_page: OpenPage, workspace: Workspace) -> None:
    app = open_page(WEIGHTS, LINK, workspace=workspace.root)
    assert not app.exception
    assert "Nothing has been learned on this dataset yet" in texts(app)
    app.selectbox(key="learn for").set_value("history").run()
    app.number_input(key="warm from").set_value(15)
    app.number_input(key="heavy from").set_value(25)
    app.button(key="learn weights").click().run()
    assert not app.exception
    (job,) = workspace.jobs.list()
    assert job.arguments[-2:] == ("--by=history", "--at=15,25")
    run_until(app, lambda app: "looked at once" in "".join(metric.label for metric in app.metric))
    assert CROSS_FITTED in texts(app)
    assert "Shrinkage:" in texts(app)
    assert app.button(key="learn weights").disabled
    (answer,) = workspace.all_weights_learned(workspace.load_dataset("shop"))
    assert answer.learned.strategy is not None
    assert answer.learned.strategy.at == "15,25"

    app.button(key="load learned").click().run()
    assert not app.exception
    assert "On the sliders now" in app.toast[0].value
    assert loaded(app) == pytest.approx(dict(answer.everybody.weights))
    # what was learned stays on the page, though the sliders start elsewhere now
    assert app.button(key="load learned").disabled
    assert not app.button(key="learn weights").disabled
    app.button(key="load learned segments").click().run()
    assert app.query_params["strategy"].startswith("segment-weights:")
    assert app.button(key="load learned segments").disabled
    assert not app.button(key="load learned").disabled


def test_thresholds_out_of_order_are_one_line(open_page: OpenPage) -> None:
    app = open_page(WEIGHTS, LINK)
    app.selectbox(key="learn for").set_value("history").run()
    app.number_input(key="warm from").set_value(200).run()
    assert not app.exception
    (error,) = app.error
    assert "100 stands after 200" in error.value.replace("\\", "")
    assert app.button(key="learn weights").disabled


def test_what_the_form_asks_and_is_known_is_shown(open_page: OpenPage, workspace: Workspace) -> None:
    alone, each = learn(workspace), learn(workspace, SegmentWeights(by="group"))
    app = open_page(WEIGHTS, LINK, workspace=workspace.root)
    assert app.selectbox(key="learned shown").value == alone.key
    assert len(app.metric) == 2
    assert verdict_words(alone) in texts(app)
    assert list(app.dataframe[0].value[""]) == ["Before", "Everybody"]
    app.selectbox(key="learn for").set_value("group").run()
    assert app.selectbox(key="learned shown").value == each.key
    assert [metric.label.replace("\\", "") for metric in app.metric] == [
        "NDCG@10, validation: everybody",
        "NDCG@10, validation: per segment",
        "NDCG@10, test: looked at once",
    ]
    shown = app.dataframe[0].value
    assert [name.strip() for name in shown[""][2:]] == list(each.learned.segments)
    assert shown[["Collaborative (ALS)", "Text profile", "Popularity"]].sum(axis=1).to_numpy() == pytest.approx(
        1, abs=0.002
    )
    app.selectbox(key="learned shown").set_value(alone.key).run()
    assert len(app.metric) == 2
    app.button(key="delete learned now").click().run()
    assert [one.key for one in workspace.all_weights_learned(workspace.load_dataset("shop"))] == [each.key]
    assert app.selectbox(key="learned shown").value == each.key


def test_rerankers_of_the_desk_stay(open_page: OpenPage, workspace: Workspace) -> None:
    answer = learn(workspace)
    link = LINK | {"strategy": "comb-mnz", "rerank": '["popularity-penalty"]', "k": "7"}
    app = open_page(WEIGHTS, link, workspace=workspace.root)
    app.selectbox(key="learned shown").set_value(answer.key).run()
    before: Any = app.query_params["rerank"]
    app.button(key="load learned").click().run()
    assert not app.exception
    assert loaded(app) == pytest.approx(dict(answer.everybody.weights))
    assert "strategy" not in app.query_params
    assert (app.query_params["rerank"], app.query_params["k"]) == (before, "7")


def test_a_damaged_answer_leaves_the_page_usable(open_page: OpenPage, workspace: Workspace) -> None:
    answer = learn(workspace)
    (manifest,) = (workspace.root / "weights" / answer.key).glob("*.json")
    manifest.write_text(manifest.read_text()[:-9])
    app = open_page(WEIGHTS, LINK, workspace=workspace.root)
    assert not app.exception
    assert "Nothing has been learned on this dataset yet" in texts(app)
    assert not app.button(key="learn weights").disabled


@pytest.mark.parametrize(
    ("low", "high", "said"),
    [
        (0.01, 0.03, "better than those of before, by more than chance"),
        (-0.03, -0.01, "worse than those of before: keep those"),
        (-0.01, 0.03, "cannot be told from those of before, as far as 1,234 users can say"),
        (math.nan, math.nan, "too few users"),
    ],
)
def test_the_verdict(learned_alone: WeightsLearned, low: float, high: float, said: str) -> None:
    gain = Gain(0.1, 0.1, Change((low + high) / 2, low, high, 1234))
    assert said in verdict_words(replace(learned_alone, learned=replace(learned_alone.learned, gain=gain)))


def test_the_words(workspace: Workspace) -> None:
    answer = learn(workspace, SegmentWeights(by="history", at="15,25"))
    assert learned_title(answer).startswith("Cold, warm and heavy users from 15 and 25 · 3 scorers, split ")
    table = learned_table(answer, {"als": "ALS"})
    assert table.columns == ["", "learned from", "ALS", "text", "popularity"]
    # the weights of before as shares: 0.6, 0.3 and 0.1 of a sum of 1
    before = dict(answer.scenario.weights)
    assert table.row(0)[2:] == pytest.approx([weight / sum(before.values()) for weight in before.values()])
    assert table["learned from"][0] is None
    assert table["learned from"][2:].sum() == table["learned from"][1]
    assert "count for as much as 30 of its users" in shrinkage_words(30.0)
    assert "all segments have the weights for everybody" in shrinkage_words(math.inf)
    by_age = SegmentWeights(by="age")
    assert unheard_words(["old", "young"], by_age, ["old", "young"]) is None
    assert unheard_words(["old"], by_age, ["old", "young"]) == (
        "Nobody to learn from by age: young keeps the weights for everybody."
    )
    many = unheard_words([], SegmentWeights(), [f"s{number}" for number in range(9)])
    assert many is not None
    assert many.endswith("s5 and 3 more keep the weights for everybody.")
