"""What every re-ranker promises, on any catalogue."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy.sparse import csr_matrix

from recengine.errors import ScenarioError
from recengine.fusion import (
    RERANKERS,
    Facts,
    FusedLists,
    Fusion,
    Reranker,
    Source,
    build_pool,
    fuse,
    fuse_row,
    make_reranker,
    make_strategy,
)
from recengine.fusion.best_lists import best_lists
from recengine.fusion.rerankers import Shortlists
from recengine.fusion.strategies import Strategy
from tests.fusion.catalogues import source_of, tables_of
from tests.fusion.rerankers.shelves import Reader, Shelf, dataset_of, shelves

RULES = {
    "pin": [["i1", 1]],
    "block": ["i0"],
    "boost": [["genre", "Drama", 3]],
    "at_most": [["genre", "Comedy", 1]],
}
SETTINGS: list[tuple[str, dict[str, Any]]] = [
    ("diversity", {"strength": 0.6}),
    ("diversity", {"strength": 0.6, "over": "text"}),
    ("calibration", {"strength": 0.7}),
    ("popularity-penalty", {"strength": 0.5}),
    ("freshness", {"strength": 0.5}),
    ("rules", RULES),
    ("deduplication", {}),
    ("deduplication", {"by": "both", "threshold": 0.8}),
]
STRATEGIES_OF_TWO = [
    make_strategy(name, settings)
    for name, settings in (
        ("weighted-sum", {}),
        ("comb-mnz", {"listed": 2}),
        ("condorcet", {"shortlist": 3}),
        ("interleaving", {}),
        ("cascade", {"stages": "first:3,second"}),
        ("switching", {"at": "2", "weights": "first=1 | second=1", "softness": 0.5}),
    )
]
chains = st.lists(st.sampled_from(SETTINGS), min_size=1, max_size=3).map(
    lambda chosen: tuple(make_reranker(name, given) for name, given in chosen)
)


def usable(shelf: Shelf, rerankers: tuple[Reranker, ...], k: int) -> bool:
    try:
        for reranker in rerankers:
            reranker.check(shelf.dataset, k)
    except ScenarioError:
        return False
    return True


@settings(max_examples=120)
@given(shelves(), chains, st.integers(1, 6), st.integers(1, 3))
def test_a_user_gets_the_same_list_alone_as_among_all(
    shelf: Shelf, rerankers: tuple[Reranker, ...], k: int, depth: int
) -> None:
    k = min(k, shelf.dataset.n_items)
    if not usable(shelf, rerankers, k):
        return
    fusion = Fusion((1.0,), rerankers=rerankers)
    pool = build_pool(shelf.source, depth=depth)
    lists = fuse(pool, shelf.source, fusion, k)
    for user in range(shelf.dataset.n_users):
        row = fuse_row(pool, shelf.source, fusion, user, k)
        listed = lists.rankings.items[user][lists.rankings.items[user] >= 0]
        assert len(set(listed.tolist())) == len(listed)
        assert shelf.source.seen[[user]].indices.tolist() == [
            item for item in shelf.source.seen[[user]].indices.tolist() if item not in listed
        ]
        assert row.rank[listed].tolist() == list(range(1, len(listed) + 1))
        assert np.count_nonzero((row.rank > 0) & (row.rank <= k)) == len(listed)
        alone = build_pool(shelf.source, users=np.array([user], dtype=np.int32), depth=depth)
        single = fuse(alone, shelf.source, fusion, k)
        np.testing.assert_array_equal(single.rankings.items[0], lists.rankings.items[user])


@settings(max_examples=80)
@given(shelves(), chains, st.sampled_from(STRATEGIES_OF_TWO), st.integers(1, 6), st.integers(1, 5), st.data())
def test_lists_behind_a_short_shortlist_are_those_of_every_strategy(
    shelf: Shelf, rerankers: tuple[Reranker, ...], strategy: Strategy, k: int, short: int, data: st.DataObject
) -> None:
    """What stands behind the shortlist, in the pool or beyond it, and what a slice leaves out, is alike for one user
    and for all.
    """
    k = min(k, shelf.dataset.n_items)
    if not usable(shelf, rerankers, k):
        return
    vectors = shelf.facts.item_vectors
    assert vectors is not None
    shape = (shelf.dataset.n_users, shelf.dataset.n_items)
    scorers = {name: Reader(data.draw(tables_of(shape)), vectors) for name in ("first", "second")}
    eligible = data.draw(st.none() | hnp.arrays(np.bool_, shape[1]))
    source = Source(scorers, shelf.source.seen, eligible, Facts(shelf.dataset, scorers))
    fusion = Fusion((0.3, 0.7), strategy=strategy, rerankers=rerankers)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("recengine.fusion.reranking.SHORTLIST", short)
        pool = build_pool(source, depth=data.draw(st.integers(1, 3)))
        lists = fuse(pool, source, fusion, k)
        assert lists.fused is not None
        plain = fuse(pool, source, replace(fusion, rerankers=()), k).rankings
        np.testing.assert_array_equal(lists.fused.items, plain.items)
        for user in range(shape[0]):
            row = fuse_row(pool, source, fusion, user, k)
            listed = lists.rankings.items[user][lists.rankings.items[user] >= 0]
            assert row.rank[listed].tolist() == list(range(1, len(listed) + 1))
            assert np.count_nonzero((row.rank > 0) & (row.rank <= k)) == len(listed)
            assert not shelf.source.seen[[user]].toarray()[0, listed].any()
            assert eligible is None or eligible[listed].all()


@settings(max_examples=60)
@given(shelves(), st.sampled_from(SETTINGS), st.integers(1, 6))
def test_a_strength_of_0_changes_nothing(shelf: Shelf, chosen: tuple[str, dict[str, Any]], k: int) -> None:
    k = min(k, shelf.dataset.n_items)
    name, given_settings = chosen
    off = make_reranker(name, given_settings | {"strength": 0.0})
    pool = build_pool(shelf.source)
    plain = fuse(pool, shelf.source, Fusion((1.0,)), k).rankings
    lists = fuse(pool, shelf.source, Fusion((1.0,), rerankers=(off,)), k)
    np.testing.assert_array_equal(lists.rankings.items, plain.items)
    np.testing.assert_array_equal(lists.rankings.scores, plain.scores)
    assert (lists.beyond, dict(lists.unmet)) == (0, {})


@settings(max_examples=80)
@given(shelves(), st.sampled_from([each for each in SETTINGS if each[0] != "rules"]), st.integers(1, 5))
def test_a_longer_list_begins_with_the_shorter_one(shelf: Shelf, chosen: tuple[str, dict[str, Any]], k: int) -> None:
    k = min(k, shelf.dataset.n_items - 1)
    fusion = Fusion((1.0,), rerankers=(make_reranker(*chosen),))
    pool = build_pool(shelf.source)
    shorter = fuse(pool, shelf.source, fusion, k).rankings.items
    longer = fuse(pool, shelf.source, fusion, k + 1).rankings.items
    np.testing.assert_array_equal(longer[:, :k], shorter)


@settings(max_examples=80)
@given(shelves(), chains, st.integers(1, 5))
def test_what_one_gives_the_next_can_take(shelf: Shelf, rerankers: tuple[Reranker, ...], k: int) -> None:
    k = min(k, shelf.dataset.n_items)
    if not usable(shelf, rerankers, k):
        return
    rankings = fuse(build_pool(shelf.source), shelf.source, Fusion((1.0,)), shelf.dataset.n_items).rankings
    empty = np.zeros((len(rankings.users), 0), dtype=np.int32)
    lists = Shortlists(rankings.users, rankings.items, rankings.scores, empty)
    for reranker in rerankers:
        lists = reranker.rerank(lists, k, shelf.facts)
        for items, scores in zip(lists.items, lists.scores, strict=True):
            filled = items >= 0
            assert not (np.diff(filled.astype(int)) > 0).any()
            np.testing.assert_array_equal(np.isnan(scores), ~filled)
            assert (np.diff(scores[filled]) <= 0).all()
        assert ((lists.worth >= 0) & (lists.worth <= 1)).all()


@pytest.mark.parametrize("name", list(RERANKERS))
def test_each_says_what_it_is(name: str) -> None:
    kind = RERANKERS[name]
    made = make_reranker(name)
    assert kind.name == name
    assert kind.label
    assert kind.about.endswith(".")
    assert "strength" in made.settings()
    assert hash(made) == hash(make_reranker(name, made.settings()))


def test_moving_a_strength_does_not_fuse_again(monkeypatch: pytest.MonkeyPatch) -> None:
    shelf = _shelf()
    pool = build_pool(shelf.source)
    fused = []

    def counted(*asked: Any) -> FusedLists:
        fused.append(1)
        return best_lists(*asked)

    monkeypatch.setattr("recengine.fusion.reranking.best_lists", counted)
    for strength in (0.1, 0.5, 0.9):
        fuse(pool, shelf.source, Fusion((1.0,), rerankers=(make_reranker("calibration", {"strength": strength}),)), 3)
    assert len(fused) == 1
    fuse(pool, shelf.source, Fusion((2.0,), rerankers=(make_reranker("calibration"),)), 3)
    assert len(fused) == 2
    other = Source(shelf.source.scorers, shelf.source.seen, facts=shelf.source.facts)
    fuse(pool, other, Fusion((2.0,), rerankers=(make_reranker("calibration"),)), 3)
    assert len(fused) == 3


def test_without_a_dataset_there_is_nothing_to_re_rank_by() -> None:
    source = source_of({"only": [[3, 2, 1]]})
    with pytest.raises(ScenarioError, match="Popularity penalty needs users and items"):
        fuse(build_pool(source), source, Fusion((1.0,), rerankers=(make_reranker("popularity-penalty"),)), 2)


def _shelf() -> Shelf:
    dataset = dataset_of([["Comedy"], ["Drama"], ["War"], ["Drama"]], [(0, 3, 1.0)], n_users=1)
    table = np.array([[3, 2, 1, 0]], dtype=np.float32)
    scorers = {"reader": Reader(table, np.eye(4, dtype=np.float32))}
    return Shelf(dataset, Source(scorers, csr_matrix(dataset.seen), facts=Facts(dataset, scorers)))
