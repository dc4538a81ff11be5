from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from recengine.arrays import Positions, Scores
from recengine.errors import ScenarioError
from recengine.fusion import Facts, Fusion, Source, build_pool, fuse
from recengine.fusion.pair_scores import PairScores
from recengine.fusion.rerankers import ClickModel, Shortlists
from recengine.ranking import Rankings
from tests.fusion.rerankers.shelves import dataset_of


class Clicks:
    """Looks the scores of pairs up, and counts what it is asked."""

    device = "CPU"

    def __init__(self, table: list[list[float]]) -> None:
        self.table = np.array(table, dtype=np.float32)
        self.asked: list[tuple[int, int]] = []

    def score(self, users: Positions) -> Scores:
        return np.full((len(users), self.table.shape[1]), np.nan, dtype=np.float32)

    def score_pairs(self, users: Positions, items: Positions) -> Scores:
        for user, row in zip(users.tolist(), items.tolist(), strict=True):
            self.asked += [(user, item) for item in row if item >= 0]
        return np.where(items >= 0, self.table[users[:, None], items], np.float32(np.nan))

    def state(self) -> dict[str, NDArray[Any]]:
        return {}


def facts_of(clicks: Clicks) -> Facts:
    n_users, n_items = clicks.table.shape
    return Facts(dataset_of([["Drama"]] * n_items, n_users=n_users), {"bert-click": clicks})


def lists_of(items: list[list[int]]) -> Shortlists:
    """Worth 1, 2/3, 1/3 and 0 for four items."""
    places = np.array(items, dtype=np.int32)
    scores = np.tile(np.arange(places.shape[1], 0, -1, dtype=np.float32), (len(places), 1))
    return Shortlists(np.arange(len(places), dtype=np.int32), places, np.where(places >= 0, scores, np.float32(np.nan)))


def test_pairs_are_weighed_against_worth() -> None:
    clicks = Clicks([[0.0, 2.0, 4.0, 1.0]])
    lists = lists_of([[0, 1, 2, 3]])
    # pairs in [0, 1]: 0, 1/2, 1, 1/4; halves: 1/2, 1/3 + 1/4, 1/6 + 1/2, 1/8
    assert ClickModel(strength=0.5).rerank(lists, 2, facts_of(clicks)).items.tolist() == [[2, 1, 0, 3]]
    assert ClickModel(strength=1.0).rerank(lists, 2, facts_of(clicks)).items.tolist() == [[2, 1, 3, 0]]
    assert ClickModel(strength=0.0).rerank(lists, 2, facts_of(clicks)) is lists


def test_only_the_best_are_asked_for_and_padding_stays_behind() -> None:
    clicks = Clicks([[0.0, 1.0, 9.0], [0.0, 1.0, 2.0]])
    lists = lists_of([[0, 1, 2], [0, 1, -1]])
    found = ClickModel(strength=1.0, best=2).rerank(lists, 2, facts_of(clicks))
    assert found.items.tolist() == [[1, 0, 2], [1, 0, -1]]
    assert sorted(clicks.asked) == [(0, 0), (0, 1), (1, 0), (1, 1)]


def test_no_opinion_counts_as_the_mean_of_the_others() -> None:
    nan = float("nan")
    clicks = Clicks([[0.0, nan, 1.0], [nan, nan, nan]])
    found = ClickModel(strength=1.0).rerank(lists_of([[0, 1, 2], [2, 1, 0]]), 2, facts_of(clicks))
    assert found.items.tolist() == [[2, 1, 0], [2, 1, 0]]


def test_a_pair_is_scored_once_however_often_a_slider_moves() -> None:
    clicks = Clicks([[0.0, 1.0, 2.0, 3.0]])
    facts = facts_of(clicks)
    for strength in (0.2, 0.8):
        ClickModel(strength=strength).rerank(lists_of([[0, 1, 2]]), 2, facts)
    assert len(clicks.asked) == 3
    ClickModel().rerank(lists_of([[3, 1, 2]]), 2, facts)
    assert clicks.asked[3:] == [(0, 3)]
    assert "ms a user)" in ClickModel().aim(facts).label


def test_too_many_pairs_are_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("recengine.fusion.pair_scores.MAX_REMEMBERED", 3)
    clicks = Clicks([[0.0, 1.0, 2.0, 3.0]])
    pairs = PairScores(clicks, 4)
    user = np.array([0], dtype=np.int32)
    for items in ([0, 1], [2, 3], [2, 3], [0, -1]):
        found = pairs.of(user, np.array([items], dtype=np.int32))
        np.testing.assert_array_equal(found[0], [item if item >= 0 else np.nan for item in items])
    assert [item for _, item in clicks.asked] == [0, 1, 2, 3, 0]


def test_the_figure_is_the_mean_click_probability() -> None:
    clicks = Clicks([[0.0, 100.0, float("nan")]])
    rankings = Rankings(
        np.array([0], dtype=np.int32), np.array([[0, 1, 2]], dtype=np.int32), np.zeros((1, 3), dtype=np.float32)
    )
    assert ClickModel().measure(rankings, facts_of(clicks)).tolist() == pytest.approx([(0.5 + 1.0) / 2])


def test_in_a_fusion_it_is_the_last_stage() -> None:
    clicks = Clicks([[3.0, 0.0, 1.0, 2.0]])
    facts = facts_of(clicks)
    source = Source({"bert-click": clicks}, csr_matrix(facts.train.seen), facts=facts)
    fusion = Fusion((1.0,), rerankers=(ClickModel(strength=1.0),))
    assert fuse(build_pool(source), source, fusion, 3).rankings.items.tolist() == [[0, 3, 2]]


def test_without_a_model_of_pairs_there_is_one_clear_line() -> None:
    facts = Facts(dataset_of([["Drama"]] * 2, n_users=1), {})
    with pytest.raises(ScenarioError, match="Add the model bert-click, or leave this out"):
        ClickModel().rerank(lists_of([[0, 1]]), 1, facts)
