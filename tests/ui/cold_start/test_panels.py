from __future__ import annotations

import numpy as np
import pytest

from recengine.coldstart import Newcomer, NewcomerList, edit_history, history_of, pick_effects, recommend_newcomer
from recengine.data import Dataset
from recengine.fusion import Fusion
from recengine.models import make_recipe
from recengine.reports import cold_start_tables as tables
from recengine.scenario import Workbench, build_workbench, default_scenario
from ui.cold_start import panels

FUSION = Fusion((0.7, 0.3))


@pytest.fixture(scope="module")
def workbench(synthetic_dataset: Dataset) -> Workbench:
    recipes = {name: make_recipe(name) for name in ("als", "popularity")}
    return build_workbench(synthetic_dataset, default_scenario(synthetic_dataset, recipes=recipes))


@pytest.fixture(scope="module")
def newcomer() -> Newcomer:
    return Newcomer({3: 5.0, 8: 5.0}, attributes={"group": "coast"})


@pytest.fixture(scope="module")
def listed(workbench: Workbench, newcomer: Newcomer) -> NewcomerList:
    return recommend_newcomer(workbench.scorers, newcomer, workbench.fitted_on, FUSION, 10)


def test_a_newcomers_list_by_origin(workbench: Workbench, newcomer: Newcomer, listed: NewcomerList) -> None:
    dataset = workbench.dataset
    picks, effects = pick_effects(workbench.scorers, newcomer, listed, dataset.n_items)
    panel = panels.newcomer_panel(dataset, listed, picks, effects, "stamp")
    assert [one["label"] for one in panel["scorers"]] == ["Picked items", "People alike", "Everybody"]
    assert panel["caption"] == "The 10 best of 78 items"
    for row, score in zip(panel["rows"], listed.scores, strict=True):
        assert sum(part["value"] for part in row["parts"]) == pytest.approx(score)
        assert row["href"] is None


def test_the_reason_names_what_lifts_the_item(workbench: Workbench, newcomer: Newcomer, listed: NewcomerList) -> None:
    dataset = workbench.dataset
    picks = np.array([3, 8], dtype=np.int32)
    effects = np.tile([[0.1], [0.2]], (1, 10))
    reasons = panels.main_reasons(dataset, listed, picks, effects)
    possible = {f"because of {dataset.titles[8]}", panels.REASONS["segment"], panels.REASONS["everybody"]}
    assert set(reasons) <= possible
    popular = recommend_newcomer(workbench.scorers, Newcomer(), workbench.fitted_on, FUSION, 5)
    assert panels.main_reasons(dataset, popular, picks[:0], effects[:0]) == [panels.REASONS["everybody"]] * 5


def test_before_and_after_tell_what_came_and_went(workbench: Workbench) -> None:
    train = workbench.fitted_on
    best = int(np.argmax(edit_history(workbench.scorers, train, FUSION, 2, {}).before.rank == 1))
    gone = next(iter(history_of(train, 2)))
    edited = edit_history(workbench.scorers, train, FUSION, 2, {best: 5.0, gone: None})
    before = panels.edited_panel(workbench, edited, 10, after=False)
    after = panels.edited_panel(workbench, edited, 10, after=True)
    assert before["rows"][0]["move"]["text"] == "picked"
    kept = {row["item"] for row in before["rows"]} & {row["item"] for row in after["rows"]}
    assert before["footer"] == f"{len(kept)} of 10 kept."
    by_item = {row["item"]: row for row in after["rows"]}
    for item, row in by_item.items():
        was = edited.before.rank[train.item_position[item]]
        assert (row["move"]["kind"] == "new") == (was == 0 or was > 10)
    table = tables.edited_table(edited, train, ("als", "popularity"), 10)
    assert table["rank_after"].drop_nulls().head(10).to_list() == list(range(1, 11))
    assert table["rank_before"].drop_nulls().min() == 1
    row = table.row(0, named=True)
    assert row["part_als"] + row["part_popularity"] == pytest.approx(row["score"], abs=1e-6)


def test_the_csv_of_a_newcomer_sums(workbench: Workbench, listed: NewcomerList) -> None:
    table = tables.newcomer_table(listed, workbench.dataset)
    parts = [name for name in table.columns if name.startswith("part_")]
    assert parts == ["part_picks_als", "part_everybody_popularity", "part_segment_segment-popularity"]
    assert table.select(parts).sum_horizontal().to_list() == pytest.approx(table["score"].to_list())
    voices = panels.voice_rows(listed, {"als": "ALS"})
    assert voices["Weight"].sum() == pytest.approx(1)
    assert voices["Adds to the first"].sum() == pytest.approx(listed.scores[0])


def test_the_picker_offers_the_popular_and_keeps_the_chosen(synthetic_dataset: Dataset) -> None:
    popularity = synthetic_dataset.popularity()
    offered = panels.offered(synthetic_dataset, popularity, [])
    assert len(offered) == synthetic_dataset.n_items
    assert popularity[offered].tolist() == sorted(popularity.tolist(), reverse=True)
    title = synthetic_dataset.titles[5]
    found = panels.offered(synthetic_dataset, popularity, [0], title.upper())
    assert found[0] == 0
    assert 5 in found
    assert len(found) < synthetic_dataset.n_items
    year = synthetic_dataset.items["year"][5]
    assert panels.item_name(synthetic_dataset, 5) == f"{title} ({year:.0f})"


def test_the_trust_in_words() -> None:
    assert (
        panels.trust_line({"picks": 0.25, "everybody": 0.75}) == "Trust: picked items 25\u00a0%, everybody 75\u00a0%."
    )
