from dataclasses import replace
from math import log

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_matrix

from recengine.arrays import Values
from recengine.errors import ScenarioError
from recengine.fusion import Facts, Fusion, build_pool, fuse
from recengine.fusion.categories import Categories
from recengine.fusion.rerankers import Calibration
from recengine.fusion.rerankers import calibration as engine
from recengine.ranking import Rankings
from tests.fusion.rerankers.shelves import GENRES, Shelf, dataset_of, lists_of, shelves
from tests.fusion.rerankers.test_diversity import worth_of

ROUNDING = 1e-6


def mix(shelf: Shelf, weighted: dict[int, float]) -> dict[str, float]:
    """Shares of the genres in weighted items; empty where none has one."""
    genres = shelf.dataset.items["genre"].to_list()
    total: dict[str, float] = {}
    for item, weight in weighted.items():
        for genre in genres[item]:
            total[genre] = total.get(genre, 0.0) + weight / len(genres[item])
    whole = sum(total.values())
    return {genre: value / whole for genre, value in total.items()}


def divergence(p: dict[str, float], q: dict[str, float]) -> float:
    return sum(p[g] * log(p[g] / (0.99 * q.get(g, 0.0) + 0.01 * p[g])) for g in GENRES if p.get(g))


@settings(max_examples=80)
@given(shelves(), st.sampled_from([0.1, 0.5, 0.9, 1.0]), st.integers(1, 5))
def test_every_choice_is_the_one_of_the_definition(shelf: Shelf, strength: float, k: int) -> None:
    """Steck's greedy objective by its definition, one user and one item after the other."""
    k = min(k, shelf.dataset.n_items)
    pool = build_pool(shelf.source)
    everything = fuse(pool, shelf.source, Fusion((1.0,)), shelf.dataset.n_items).rankings
    calibration = Calibration(strength)
    found = fuse(pool, shelf.source, Fusion((1.0,), rerankers=(calibration,)), k).rankings
    measured = calibration.measure(found, shelf.facts)
    for user in range(len(found.users)):
        history = shelf.dataset.matrix[[user]]
        p = mix(shelf, dict(zip(history.indices.tolist(), history.data.tolist(), strict=True)))
        left = [item for item in everything.items[user].tolist() if item >= 0]
        worth = dict(zip(left, worth_of(everything.scores[user][: len(left)].tolist() or [0.0]), strict=False))
        chosen: list[int] = []

        def value(items: list[int]) -> float:
            relevance: float = sum(worth[item] for item in items)  # noqa: B023
            return (1 - strength) * relevance - strength * divergence(p, mix(shelf, dict.fromkeys(items, 1.0)))  # noqa: B023

        for item in found.items[user][found.items[user] >= 0].tolist():
            values = {candidate: value([*chosen, candidate]) for candidate in left}
            assert values[item] >= max(values.values()) - ROUNDING
            left.remove(item)
            chosen.append(item)
        expected = divergence(p, mix(shelf, dict.fromkeys(chosen, 1.0))) if p and chosen else np.nan
        np.testing.assert_allclose(measured[user], expected, atol=1e-9)


def test_a_small_taste_gets_its_share() -> None:
    # history: three comedies, one war film, which weighs as much as one of them
    genres = [["Comedy"]] * 3 + [["War"]] + [["Comedy"]] * 4 + [["War"]]
    dataset = dataset_of(genres, [(0, 0, 1.0), (0, 1, 1.0), (0, 2, 1.0), (0, 3, 1.0)], n_users=1)
    lists = lists_of([[4, 5, 6, 7, 8]], [[5, 4, 3, 2, 1]])
    reranked = Calibration(0.5).rerank(lists, 4, Facts(dataset))
    # p is 3/4 and 1/4, so of four places one is for war
    assert sorted(reranked.items[0, :4].tolist()) == [4, 5, 6, 8]
    # the item that weighs ten times as much as the three others shifts the mix: 3 / 13 and 10 / 13
    heavy = dataset_of(genres, [(0, 0, 1.0), (0, 1, 1.0), (0, 2, 1.0), (0, 3, 10.0)], n_users=1)
    listed = Rankings(np.array([0], np.int32), np.array([[8]], np.int32), np.array([[1]], np.float32))
    expected = 3 / 13 * log((3 / 13) / (0.01 * 3 / 13)) + 10 / 13 * log((10 / 13) / (0.99 + 0.01 * 10 / 13))
    assert Calibration().measure(listed, Facts(heavy))[0] == pytest.approx(expected)


def test_a_user_without_a_history_keeps_the_list() -> None:
    dataset = dataset_of([["War"], ["Drama"], ["War"]], [], n_users=1)
    lists = lists_of([[1, 0, 2]], [[3, 2, 1]])
    assert Calibration(1.0).rerank(lists, 3, Facts(dataset)).items.tolist() == [[1, 0, 2]]


def test_without_categories_it_says_so() -> None:
    bare = replace(dataset_of([["War"]]), item_attributes=())
    with pytest.raises(ScenarioError, match='calibration: items of "shelf" have no attribute with categories'):
        Calibration().check(bare, 1)


@settings(max_examples=30)
@given(shelves())
def test_lists_are_measured_block_by_block(shelf: Shelf) -> None:
    found = fuse(build_pool(shelf.source), shelf.source, Fusion((1.0,)), 2).rankings
    whole = Calibration().measure(found, shelf.facts)
    asked: list[int] = []

    def counted(categories: Categories, weights: csr_matrix) -> Values:
        asked.append(weights.shape[0])
        return mixed(categories, weights)

    mixed = Categories.mix
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(engine, "MIX_BYTES", 1)
        patch.setattr(Categories, "mix", counted)
        np.testing.assert_array_equal(Calibration().measure(found, shelf.facts), whole)
    assert asked == [1] * shelf.dataset.n_users
