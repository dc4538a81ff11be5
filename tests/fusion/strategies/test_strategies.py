"""What holds for every strategy: lists against definitions, certificates against the truth, and how they reduce."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recengine.fusion import STRATEGIES, Fusion, build_pool, fuse, fuse_row, make_strategy
from tests.fusion.catalogues import NAN, Case, Table, source_of, tables_of
from tests.fusion.strategies.definitions import (
    LISTWISE,
    POINTWISE,
    listed_by_definition,
    padded,
    strategy_cases,
    view,
)
from tests.fusion.test_fuse import random_source

OURS = (*POINTWISE, *LISTWISE)


@pytest.mark.parametrize("name", POINTWISE)
@settings(max_examples=40)
@given(data=st.data())
def test_lists_are_those_of_the_whole_catalogue(name: str, data: st.DataObject) -> None:
    case = data.draw(strategy_cases(name))
    pool = build_pool(case.source, depth=case.depth)
    lists = fuse(pool, case.source, case.fusion, case.k)
    assert lists.unproven == 0
    for user in range(len(pool.users)):
        expected = listed_by_definition(case, user)
        assert lists.rankings.items[user].tolist() == padded(expected, case.k)
        scores = POINTWISE[name](view(case.source, case.fusion, user), case.fusion)
        listed = lists.rankings.items[user][lists.rankings.items[user] >= 0]
        np.testing.assert_array_equal(
            lists.rankings.scores[user][: len(listed)], np.array([scores[item] for item in listed], dtype=np.float32)
        )


@pytest.mark.parametrize("name", LISTWISE)
@settings(max_examples=40)
@given(data=st.data())
def test_a_proven_list_is_that_of_the_whole_catalogue(name: str, data: st.DataObject) -> None:
    """And every list is that of the definition among the items of the pool."""
    case = data.draw(strategy_cases(name))
    pool = build_pool(case.source, depth=case.depth)
    lists = fuse(pool, case.source, case.fusion, case.k)
    assert lists.unproven == np.count_nonzero(~lists.certified)
    assert lists.certified[pool.left_out == 0].all()
    for user in range(len(pool.users)):
        found = lists.rankings.items[user].tolist()
        held = pool.items[user][pool.items[user] >= 0].tolist()
        assert found == padded(listed_by_definition(case, user, held), case.k)
        if lists.certified[user]:
            assert found == padded(listed_by_definition(case, user), case.k)


@settings(max_examples=40)
@given(case=strategy_cases())
def test_one_users_row_agrees_with_the_list(case: Case) -> None:
    pool = build_pool(case.source, depth=case.depth)
    lists = fuse(pool, case.source, case.fusion, case.k).rankings
    for user in range(len(pool.users)):
        row = fuse_row(pool, case.source, case.fusion, user, case.k)
        listed = lists.items[user][lists.items[user] >= 0]
        assert row.rank[listed].tolist() == list(range(1, len(listed) + 1))
        np.testing.assert_array_equal(row.score[listed], lists.scores[user][: len(listed)])
        seen = view(case.source, case.fusion, user)
        for own, ranks in zip(row.ranks, seen.ranks, strict=True):
            np.testing.assert_array_equal(own[seen.listable], [ranks[item] for item in seen.listable])
        if case.fusion.strategy.additive:
            np.testing.assert_allclose(row.parts.sum(axis=0)[seen.listable], row.score[seen.listable], atol=1e-6)
            np.testing.assert_allclose(
                (row.multipliers * row.normalised)[:, seen.listable], row.parts[:, seen.listable], atol=1e-12
            )
        else:
            assert np.isnan(row.parts).all()
            held = pool.items[user][pool.items[user] >= 0]
            assert sorted(row.rank[held]) == list(range(1, len(held) + 1))


@settings(max_examples=40)
@given(case=strategy_cases())
def test_users_do_not_depend_on_each_other(case: Case) -> None:
    pool = build_pool(case.source, depth=case.depth)
    together = fuse(pool, case.source, case.fusion, case.k)
    for user in range(len(pool.users)):
        own = build_pool(case.source, users=np.array([user], dtype=np.int32), depth=case.depth)
        alone = fuse(own, case.source, case.fusion, case.k)
        assert alone.rankings.items[0].tolist() == together.rankings.items[user].tolist()
        np.testing.assert_array_equal(alone.rankings.scores[0], together.rankings.scores[user])
        assert alone.certified[0] == together.certified[user]


@settings(max_examples=40)
@given(case=strategy_cases(), data=st.data())
def test_one_scorer_alone_reproduces_its_own_ranking(case: Case, data: st.DataObject) -> None:
    """Among the items on which it has an opinion, at k within what CombMNZ counts as listed."""
    scorers = list(case.source.scorers)
    one = data.draw(st.integers(0, len(scorers) - 1))
    strategy = case.fusion.strategy
    if strategy.name == "cascade":
        strategy = make_strategy("cascade", {"stages": scorers[one]})
    if strategy.name == "comb-mnz":
        strategy = make_strategy("comb-mnz", {"listed": 100})
    weights = tuple(float(at == one) for at in range(len(scorers)))
    fusion = replace(case.fusion, weights=weights, strategy=strategy, normalization="min-max")
    pool = build_pool(case.source, depth=case.depth)
    lists = fuse(pool, case.source, fusion, case.source.seen.shape[1])
    for user in range(len(pool.users)):
        raw = view(case.source, fusion, user).raw[one]
        listed = [item for item in lists.rankings.items[user].tolist() if item >= 0 and not np.isnan(raw[item])]
        assert listed == sorted(listed, key=lambda item: (-raw[item], item))


def test_equal_weights_are_reciprocal_rank_fusion() -> None:
    source = source_of({"first": [[4, 3, 2, 1]], "second": [[1, 4, 3, 2]]})
    fusion = Fusion((7.0, 7.0), strategy=make_strategy("reciprocal-rank"))
    lists = fuse(build_pool(source), source, fusion, 4)
    # ranks of the first 1, 2, 3, 4, of the second 4, 1, 2, 3
    classic = [1 / 61 + 1 / 64, 1 / 62 + 1 / 61, 1 / 63 + 1 / 62, 1 / 64 + 1 / 63]
    assert lists.rankings.items[0].tolist() == [1, 0, 2, 3]
    assert 2 * lists.rankings.scores[0] == pytest.approx([classic[item] for item in (1, 0, 2, 3)])
    weighted = fuse_row(build_pool(source), source, replace(fusion, weights=(3.0, 1.0)), 0).score
    assert weighted[:2] == pytest.approx([3 / 4 / 61 + 1 / 4 / 64, 3 / 4 / 62 + 1 / 4 / 61])


def test_equal_weights_are_borda_fuse() -> None:
    source = source_of({"first": [[4, 3, 2, 1]], "second": [[NAN, 9, NAN, 1]]})
    row = fuse_row(build_pool(source), source, Fusion((1.0, 1.0), strategy=make_strategy("borda")), 0)
    # the second gives 4 and 3 points to items 1 and 3, and (2 + 1) / 2 to each other
    points = np.array([4 + 1.5, 3 + 4, 2 + 1.5, 1 + 3])
    assert row.score * 2 * 4 == pytest.approx(points)


def test_equal_weights_are_comb_mnz() -> None:
    source = source_of({"first": [[10, 5, 2, 0]], "second": [[0, 3, 1, 4]]})
    fusion = Fusion((1.0, 1.0), strategy=make_strategy("comb-mnz", {"listed": 2}))
    row = fuse_row(build_pool(source), source, fusion, 0)
    # the best 2 of the first: items 0 with 1 and 1 with 1/2; of the second: 3 with 1 and 1 with 3/4
    classic = np.array([1 * 1, (1 / 2 + 3 / 4) * 2, 0, 1 * 1])
    assert row.score * 2 * 2 == pytest.approx(classic)
    weighted = fuse_row(build_pool(source), source, replace(fusion, weights=(3.0, 1.0)), 0)
    assert weighted.score == pytest.approx([3 / 4 * 3 / 4, (3 / 4 / 2 + 1 / 4 * 3 / 4) * 1, 0, 1 / 4 * 1 / 4])
    votes = replace(fusion, weights=(3.0, 1.0), strategy=make_strategy("comb-mnz", {"listed": 2, "weigh": "votes"}))
    assert fuse_row(build_pool(source), source, votes, 0).score == pytest.approx([3 / 4, 1 / 2 + 3 / 4, 0, 1 / 4])


def test_comb_mnz_counts_what_is_below_the_mean_as_nothing() -> None:
    # z-scores of 0, 1, 5: mean 2, so 0 and 1 are below it
    source = source_of({"only": [[0, 1, 5]]})
    row = fuse_row(build_pool(source), source, Fusion((1.0,), "z-score", strategy=make_strategy("comb-mnz")), 0)
    assert row.score == pytest.approx([0, 0, (5 - 2) / np.std([0, 1, 5])])
    assert row.parts[0].tolist() == pytest.approx([0, 0, (5 - 2) / np.std([0, 1, 5])])


def test_an_item_that_is_second_to_everybody_is_not_overlooked_by_comb_mnz() -> None:
    # left out is item 0, which both list: (.26 / 2 + .26 / 2) * 1 = .26; items 1 and 2 are listed by one: 1 / 2 * 1 / 2
    source = source_of({"first": [[0.26, 1, 0]], "second": [[0.26, 0, 1]]})
    pool = build_pool(source, depth=1)
    assert pool.items.tolist() == [[1, 2]]
    lists = fuse(pool, source, Fusion((1.0, 1.0), strategy=make_strategy("comb-mnz", {"listed": 2})), 1)
    assert (lists.certified.tolist(), lists.rescored) == ([False], 1)
    assert lists.rankings.items.tolist() == [[0]]


def test_a_shallow_pool_proves_comb_mnz_as_soon_as_it_is_as_deep_as_what_counts() -> None:
    source = random_source(50, 300)
    pool = build_pool(source, depth=20)
    lists = fuse(pool, source, Fusion((0.5, 0.2, 0.3), strategy=make_strategy("comb-mnz", {"listed": 20})), 10)
    assert lists.certified.all()


@pytest.mark.parametrize(("depth", "k", "proven"), [(10, 10, True), (10, 11, False), (11, 11, True)])
def test_interleaving_is_proven_as_far_as_the_pool_is_deep(depth: int, k: int, proven: bool) -> None:
    source = random_source(20, 300)
    pool = build_pool(source, depth=depth)
    lists = fuse(pool, source, Fusion((0.5, 0.2, 0.3), strategy=make_strategy("interleaving")), k)
    assert lists.certified.tolist() == [proven] * 20


@pytest.mark.parametrize(("keeps", "proven"), [(30, True), (90, False)])
def test_a_cascade_is_proven_while_its_first_stage_fits_the_pool(keeps: int, proven: bool) -> None:
    source = random_source(20, 300)
    pool = build_pool(source, depth=30)
    stages = {"stages": f"first:{keeps},third:12,second"}
    lists = fuse(pool, source, Fusion((1.0, 1.0, 1.0), strategy=make_strategy("cascade", stages)), 10)
    assert lists.certified.tolist() == [proven] * 20


def test_every_strategy_says_what_it_is_and_when_it_is_proven() -> None:
    assert set(OURS) <= set(STRATEGIES)
    for name in OURS:
        kind = STRATEGIES[name]
        assert kind.label
        assert kind.about.endswith(".")
        assert kind.certificate.endswith(".")
        assert all(fact.description for fact in kind.facts())
        made = kind()
        assert kind(**made.settings()) == made


TIED: dict[str, dict[str, object]] = {
    "comb-mnz": {"listed": 9},
    "reciprocal-rank": {},
    "borda": {},
    "condorcet": {"shortlist": 3},
    "interleaving": {},
    "cascade": {"stages": "first:4,second"},
}


@pytest.mark.parametrize("name", OURS)
def test_certificates_hold_among_many_users_with_ties(name: str) -> None:
    """Pools that leave most of the catalogue out, and scores so coarse that lists often end in a tie."""
    rng = np.random.default_rng(1)
    n_users, n_items, k = 60, 40, 3
    levels = rng.integers(0, 9, (3, n_users, n_items)).astype(float)
    levels[2][rng.random((n_users, n_items)) < 0.2] = NAN
    source = source_of(dict(zip(("first", "second", "third"), levels, strict=True)))
    fusion = Fusion((1.0, 1.0, 1.0), strategy=make_strategy(name, TIED[name]))
    pool = build_pool(source, depth=8)
    lists = fuse(pool, source, fusion, k)
    assert not (pool.left_out == 0).any()
    assert lists.certified.mean() > 0
    for user in np.flatnonzero(lists.certified):
        case = Case(source, 8, fusion, k)
        assert lists.rankings.items[user].tolist() == listed_by_definition(case, int(user))[:k]


@settings(max_examples=40)
@given(case=strategy_cases(), data=st.data())
def test_a_scorer_of_weight_0_is_silent_where_a_strategy_says_so(case: Case, data: st.DataObject) -> None:
    """Other scores of it change no list where the pool is the whole catalogue."""
    scorers = list(case.source.scorers)
    if len(scorers) < 2 or not case.fusion.strategy.zero_is_silent:
        return
    one = data.draw(st.integers(0, len(scorers) - 1))
    other = data.draw(tables_of(case.source.seen.shape))
    fusion = replace(case.fusion, weights=tuple(float(at != one) for at in range(len(scorers))))
    changed = replace(case.source, scorers={**case.source.scorers, scorers[one]: Table(other)})
    items = [
        fuse(build_pool(source, depth=100), source, fusion, case.k).rankings.items for source in (case.source, changed)
    ]
    np.testing.assert_array_equal(items[0], items[1])
