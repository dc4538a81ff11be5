from dataclasses import fields

import numpy as np
import pytest
from hypothesis import given, settings
from scipy.stats import rankdata

from recengine.errors import CancelledError, ScenarioError
from recengine.fusion import Pool, Source, build_pool, building
from tests.fusion.catalogues import NAN, Case, cases, source_of


def test_union_of_every_scorers_best_unseen_items() -> None:
    # unseen: 0, 1, 3, 4, 5, 6. Best 2 of first: 0 and 1 (a tie with 3 goes to the lower); of second: 6 and 5
    source = source_of(
        {"first": [[9, 5, 99, 5, 1, 0, 0]], "second": [[1, 2, 99, 3, 4, 5, 6]]}, seen=[[0, 0, 1, 0, 0, 0, 0]]
    )
    pool = build_pool(source, depth=2)
    assert pool.items.tolist() == [[0, 1, 5, 6]]
    assert pool.scores[:, 0].tolist() == [[9, 5, 0, 0], [1, 2, 5, 6]]
    # first: 9 is first, the 5s share 2 and 3, 1 is fourth, the 0s share 5 and 6
    assert pool.ranks[:, 0].tolist() == [[1, (2 + 3) / 2, (5 + 6) / 2, (5 + 6) / 2], [6, 5, 2, 1]]
    assert pool.left_out.tolist() == [2]
    assert pool.threshold[:, 0].tolist() == [5, 4]  # items 3 and 4 are left out
    assert pool.threshold_rank[:, 0].tolist() == [(2 + 3) / 2, 3]
    assert pool.low[:, 0].tolist() == [0, 1]
    assert pool.high[:, 0].tolist() == [9, 6]
    assert pool.mean[:, 0] == pytest.approx([(9 + 5 + 5 + 1 + 0 + 0) / 6, (1 + 2 + 3 + 4 + 5 + 6) / 6])
    assert pool.opinions[:, 0].tolist() == [6, 6]
    assert not pool.silent_left_out.any()


def test_few_unseen_items_are_all_in() -> None:
    # 2 scorers of depth 2: up to 4 unseen items are taken whole, also the one without an opinion
    tables = {"first": [[4, 3, 2, NAN, 1]], "second": [[4, 3, 2, NAN, 1]]}
    pool = build_pool(source_of(tables, seen=[[0, 0, 0, 0, 1]]), depth=2)
    assert pool.items.tolist() == [[0, 1, 2, 3]]
    assert pool.left_out.tolist() == [0]
    assert np.isnan(pool.threshold).all()
    more = build_pool(source_of(tables), depth=2)
    assert more.items[0][more.items[0] >= 0].tolist() == [0, 1]
    assert more.left_out.tolist() == [3]
    assert more.silent_left_out.tolist() == [[True], [True]]


def test_statistics_of_a_slice_are_of_the_whole_catalogue() -> None:
    table = {"first": [[8, 1, 3, NAN]]}
    whole = build_pool(source_of(table))
    part = build_pool(source_of(table, eligible=[False, True, True, False]))
    assert part.items.tolist() == [[1, 2]]
    for name in ("low", "high", "mean", "deviation", "partition", "opinions", "unseen"):
        np.testing.assert_array_equal(getattr(part, name), getattr(whole, name))
    assert part.high.tolist() == [[8]]
    assert part.ranks.tolist() == [[[3, 2]]]
    assert part.left_out.tolist() == [0]


def test_rows_without_opinions_or_items() -> None:
    source = source_of({"first": [[NAN, NAN], [1, 2]]}, seen=[[0, 0], [1, 1]])
    pool = build_pool(source, depth=2)
    assert pool.items.tolist() == [[0, 1], [-1, -1]]
    assert pool.opinions.tolist() == [[0, 0]]
    for name in ("low", "high", "mean", "deviation", "partition", "threshold"):
        assert np.isnan(getattr(pool, name)).all(), name


@settings(max_examples=200)
@given(cases())
def test_pool_by_its_definition(case: Case) -> None:
    pool = build_pool(case.source, depth=case.depth)
    n_items = case.source.seen.shape[1]
    raw = case.source.scores(pool.users)
    for user in range(len(pool.users)):
        unseen = set(range(n_items)) - set(case.source.seen[[user]].indices.tolist())
        eligible = {item for item in unseen if case.source.eligible is None or case.source.eligible[item]}
        pooled = [int(item) for item in pool.items[user] if item >= 0]
        assert pooled == sorted(pooled)
        assert pool.unseen[user] == len(unseen)
        assert pool.left_out[user] == len(eligible - set(pooled))
        expected = set(eligible) if len(eligible) <= case.depth * len(raw) else set()
        for scorer in range(len(raw)):
            row = {item: raw[scorer, user, item] for item in unseen}
            with_opinion = {item: score for item, score in row.items() if not np.isnan(score)}
            ordered = sorted(eligible & set(with_opinion), key=lambda item: (-with_opinion[item], item))
            expected |= set(ordered[: case.depth])
            opinions = np.array(list(with_opinion.values()), dtype=np.float64)
            assert pool.opinions[scorer, user] == len(opinions)
            if len(opinions):
                assert pool.low[scorer, user] == opinions.min()
                assert pool.high[scorer, user] == opinions.max()
                assert pool.mean[scorer, user] == pytest.approx(opinions.mean(), abs=1e-5)
                assert pool.deviation[scorer, user] == pytest.approx(opinions.std(), abs=1e-5)
            if len(opinions) and opinions.std() > 0:
                powers = np.exp((opinions - opinions.max()) / opinions.std())
                assert pool.partition[scorer, user] == pytest.approx(powers.sum(), rel=1e-4)
            ranks = dict(zip(with_opinion, rankdata(-opinions), strict=True))
            left_out = eligible - set(pooled)
            heard = left_out & set(with_opinion)
            np.testing.assert_array_equal(pool.threshold[scorer, user], max((row[item] for item in heard), default=NAN))
            np.testing.assert_array_equal(
                pool.threshold_rank[scorer, user], min((ranks[item] for item in heard), default=NAN)
            )
            assert pool.silent_left_out[scorer, user] == bool(left_out - heard)
            columns = range(len(pooled))
            np.testing.assert_array_equal(pool.scores[scorer, user, columns], [row[item] for item in pooled])
            np.testing.assert_array_equal(pool.ranks[scorer, user, columns], [ranks.get(item, NAN) for item in pooled])
            assert np.isnan(pool.scores[scorer, user, len(pooled) :]).all()
        assert set(pooled) == expected


BY_USER = ("users", "items", "unseen", "left_out")
PADDED = ("items", "scores", "ranks")


def assert_same_rows(pool: Pool, rows: list[int], other: Pool) -> None:
    """Rows of `pool` are those of `other`, but for the width of the padding."""
    width = min(pool.items.shape[1], other.items.shape[1])
    assert (pool.items[rows, width:] == -1).all()
    assert (other.items[:, width:] == -1).all()
    for field in fields(Pool):
        if field.name not in ("scorers", "depth"):
            ours = np.take(getattr(pool, field.name), rows, axis=0 if field.name in BY_USER else 1)
            theirs = getattr(other, field.name)
            if field.name in PADDED:
                ours, theirs = ours[..., :width], theirs[..., :width]
            np.testing.assert_array_equal(ours, theirs, err_msg=field.name)


def many_users() -> Source:
    rng = np.random.default_rng(0)
    tables = {name: rng.standard_normal((40, 30)) for name in ("first", "second")}
    tables["second"][:, :5] = NAN
    return source_of(tables, seen=rng.random((40, 30)) < rng.random((40, 1)))


def test_a_users_pool_does_not_depend_on_the_other_users() -> None:
    source = many_users()
    rows = [31, 4, 17]
    assert_same_rows(
        build_pool(source, depth=4), rows, build_pool(source, users=np.array(rows, dtype=np.int32), depth=4)
    )


def test_a_users_pool_does_not_depend_on_the_block(monkeypatch: pytest.MonkeyPatch) -> None:
    source = many_users()
    whole = build_pool(source, depth=4)
    monkeypatch.setattr(building, "BLOCK_BYTES", 7 * 30 * (12 * 2 + 48))
    assert building.block_size(2, 30) == 7
    assert_same_rows(whole, list(range(40)), build_pool(source, depth=4))


def test_blocks_keep_within_the_budget() -> None:
    assert building.block_size(3, 1_000_000) == building.BLOCK_BYTES // (1_000_000 * (12 * 3 + 48)) == 3
    assert building.block_size(3, 10**9) == 1
    assert building.block_size(1, 10) == building.MAX_BLOCK


def test_progress_rises_to_1_and_cancel_stops(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(building, "MAX_BLOCK", 10)
    shares: list[float] = []
    build_pool(many_users(), progress=lambda share, text: shares.append(share))
    assert shares == [0, 10 / 40, 20 / 40, 30 / 40, 1]
    with pytest.raises(CancelledError):
        build_pool(many_users(), cancel=lambda: True)


def test_depth_and_scorers_are_checked() -> None:
    with pytest.raises(ScenarioError, match="Pool depth must be 1 or more, got 0"):
        build_pool(many_users(), depth=0)
    with pytest.raises(ScenarioError, match="at least one scorer"):
        build_pool(Source({}, many_users().seen))


def test_pool_cannot_be_written_to() -> None:
    pool = build_pool(many_users())
    for field in fields(Pool):
        if field.name not in ("scorers", "depth"):
            assert not getattr(pool, field.name).flags.writeable, field.name
