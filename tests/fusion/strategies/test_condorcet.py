from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recengine.fusion import Fusion, Source, account, build_pool, fuse, fuse_row, make_strategy
from tests.fusion.catalogues import NAN, source_of
from tests.fusion.test_fuse import random_source

TITLES = ["Alien", "Brazil", "Casablanca", "Dune", "Eraserhead"]


def voting(weights: Sequence[float], shortlist: int = 100) -> Fusion:
    return Fusion(tuple(weights), strategy=make_strategy("condorcet", {"shortlist": shortlist}))


def said(source: Source, fusion: Fusion, item: int) -> list[str]:
    return [remark.text(TITLES) for remark in account(build_pool(source), source, fusion, 0, item)]


def test_the_winner_of_all_duels_comes_first_though_its_scores_are_small() -> None:
    # two of three place item 1 before item 0, whom the third puts far ahead
    source = source_of({"first": [[1, 2, 0]], "second": [[1, 2, 0]], "third": [[100, 1, 0]]})
    pool = build_pool(source)
    assert fuse(pool, source, voting([1, 1, 1]), 3).rankings.items.tolist() == [[1, 0, 2]]
    assert fuse(pool, source, voting([1, 1, 3]), 3).rankings.items.tolist() == [[0, 1, 2]]
    # wins 2, 1, 0; mean places (1/2 + 1/2 + 1) / 3, (1 + 1 + 1/2) / 3 and 0
    expected = [1 + 2 / 3 / 4, 2 + 5 / 6 / 4, 0]
    assert fuse_row(pool, source, voting([1, 1, 1]), 0).score == pytest.approx(expected)


def test_half_the_weight_is_a_draw_also_where_decimals_do_not_add_up() -> None:
    # .5 for item 0, .3 + .2 for item 1; in single precision .3 + .2 is more than .5
    source = source_of({"first": [[1, 0]], "second": [[0, 1]], "third": [[0, 1]]})
    row = fuse_row(build_pool(source), source, voting([0.5, 0.3, 0.2]), 0)
    assert np.floor(row.score * 2).tolist() == [1, 1]
    assert said(source, voting([0.5, 0.3, 0.2]), 0) == ["won 0 of 1 duels, drew 1"]


def test_a_circle_of_duels_is_settled_by_the_mean_place_then_by_position() -> None:
    # 0 beats 1, 1 beats 2, 2 beats 0: one win each, and each is once first, second and third
    source = source_of({"first": [[3, 2, 1]], "second": [[1, 3, 2]], "third": [[2, 1, 3]]})
    assert fuse(build_pool(source), source, voting([1, 1, 1]), 3).rankings.items.tolist() == [[0, 1, 2]]
    # still a circle, but item 2 now has the best mean place
    assert fuse(build_pool(source), source, voting([1, 1, 1.1]), 3).rankings.items.tolist() == [[2, 0, 1]]


@given(st.integers(0, 10_000), st.sampled_from([1.0, 0.1, 1 / 3, 7.3]), st.integers(1, 5))
def test_equal_weights_count_heads(seed: int, weight: float, n_scorers: int) -> None:
    rng = np.random.default_rng(seed)
    tables = {f"scorer {at}": rng.integers(0, 4, (1, 9)) for at in range(n_scorers)}
    source = source_of(tables)
    row = fuse_row(build_pool(source), source, voting([weight] * n_scorers), 0)
    raw = np.concatenate(list(tables.values()))
    heads = (raw[:, :, None] > raw[:, None, :]).sum(axis=0)
    copeland = (heads > heads.T).sum(axis=1) + ((heads == heads.T).sum(axis=1) - 1) / 2
    assert (np.floor(row.score * 2) / 2).tolist() == copeland.tolist()


def test_items_outside_the_shortlist_follow_by_mean_place() -> None:
    source = source_of({"only": [[5, 1, 4, 2, 3]]})
    fusion = voting([1], shortlist=2)
    row = fuse_row(build_pool(source), source, fusion, 0)
    assert row.rank.tolist() == [1, 5, 2, 4, 3]
    assert (row.score[[0, 2]] >= 0).all()
    assert (row.score[[1, 3, 4]] < 0).all()
    assert said(source, fusion, 1) == [
        "not among the 2 best by weighted mean place, which meet in duels, so it stands behind them"
    ]


def test_no_opinion_votes_as_the_middle_rank_or_the_floor() -> None:
    # item 2 is unknown to the first scorer: above item 1, below item 0; under floor it draws with item 1
    source = source_of({"first": [[2, 1, NAN]]})
    assert fuse_row(build_pool(source), source, voting([1]), 0).rank.tolist() == [1, 3, 2]
    floor = Fusion((1.0,), neutral="floor", strategy=make_strategy("condorcet"))
    assert fuse_row(build_pool(source), source, floor, 0).rank.tolist() == [1, 2, 3]


def test_the_account_counts_duels_and_names_the_strongest_winners() -> None:
    source = source_of({"first": [[5, 4, 3, 2, 1]], "second": [[5, 4, 3, 1, 2]], "third": [[5, 4, 3, 2, 1]]})
    fusion = voting([1, 1, 1])
    assert said(source, fusion, 0) == ["won 4 of 4 duels"]
    assert said(source, fusion, 2) == ["won 2 of 4 duels", 'beaten by "Alien" and "Brazil"']
    assert said(source, fusion, 4) == ["won 0 of 4 duels", 'beaten by "Alien", "Brazil", "Casablanca" and 1 other']


def test_blocks_do_not_matter(monkeypatch: pytest.MonkeyPatch) -> None:
    source = random_source(30, 80)
    pool = build_pool(source, depth=20)
    whole = fuse(pool, source, voting([0.5, 0.2, 0.3], 40), 10).rankings
    monkeypatch.setattr("recengine.fusion.strategies.condorcet.BLOCK_PAIRS", 5000)
    parts = fuse(pool, source, voting([0.5, 0.2, 0.3], 40), 10).rankings
    np.testing.assert_array_equal(parts.items, whole.items)
    np.testing.assert_array_equal(parts.scores, whole.scores)


def test_a_list_is_proven_where_the_shortlist_is() -> None:
    source = random_source(10, 100)
    pool = build_pool(source, depth=20)
    small, large = (fuse(pool, source, voting([1, 1, 1], n), 2) for n in (2, 60))
    assert small.certified.all()
    assert large.unproven == 10
    # two places are proven; a longer list goes on in the order of mean places, of which the pool proves fewer
    assert fuse(pool, source, voting([1, 1, 1], 2), 60).unproven == 10
    assert fuse(build_pool(source, depth=40), source, voting([1, 1, 1], 60), 60).certified.all()


def test_a_shortlist_that_ends_in_a_tie_with_what_is_left_out_is_not_proven() -> None:
    # all mean places are 1/2; of the catalogue items 0 and 1 would meet, of the pool items 1 and 2
    source = source_of({"first": [[1, 2, 0]], "second": [[1, 0, 2]]})
    pool = build_pool(source, depth=1)
    assert pool.items.tolist() == [[1, 2]]
    assert fuse(pool, source, voting([1, 1], 2), 1).certified.tolist() == [False]
    assert fuse(build_pool(source), source, voting([1, 1], 2), 1).rankings.items.tolist() == [[0]]
