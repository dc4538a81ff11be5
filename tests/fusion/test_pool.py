import gc
import tracemalloc
from dataclasses import fields
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from scipy.stats import rankdata

from recengine.errors import CancelledError, ScenarioError, StoreError
from recengine.fusion import Fusion, Pool, Source, build_pool, building, fuse, memory, pool_memory
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


@pytest.mark.parametrize("loaded", [False, True], ids=["NumPy", "compiled"])
@settings(max_examples=60, deadline=None)
@given(case=cases())
def test_pool_by_its_definition(loaded: bool, case: Case) -> None:
    with pytest.MonkeyPatch.context() as monkeypatch:
        building.LOOPS.load_now()
        monkeypatch.setattr(building.LOOPS, "loaded", loaded)
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
    monkeypatch.setattr(memory, "BLOCK_BYTES", 7 * 30 * (12 * 2 + 48))
    assert memory.block_size(2, 30) == 7
    assert_same_rows(whole, list(range(40)), build_pool(source, depth=4))


def test_a_users_pool_does_not_depend_on_threads_or_loops(monkeypatch: pytest.MonkeyPatch) -> None:
    source = many_users()
    monkeypatch.setattr(building.LOOPS, "loaded", False)
    whole = build_pool(source, depth=4)
    monkeypatch.setattr(building.LOOPS, "loaded", True)
    monkeypatch.setattr(building, "LEAST_FOR_THREADS", 1)
    monkeypatch.setattr(building, "usable_cores", lambda: 3)
    assert_same_rows(whole, list(range(40)), build_pool(source, depth=4))


def test_a_pool_in_files_is_the_pool_in_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = many_users()
    whole = build_pool(source, depth=4)
    monkeypatch.setattr(memory, "MAX_BLOCK", 7)
    mapped = build_pool(source, depth=4, folder=tmp_path / "pool")
    assert_same_rows(whole, list(range(40)), mapped)
    assert mapped.items.shape == whole.items.shape
    assert sorted(path.name for path in (tmp_path / "pool").iterdir()) == ["items.npy", "ranks.npy", "scores.npy"]
    assert isinstance(mapped.scores, np.memmap)
    np.testing.assert_array_equal(np.load(tmp_path / "pool" / "scores.npy"), whole.scores)
    fusion = Fusion((2.0, 1.0), "z-score")
    ours, theirs = fuse(mapped, source, fusion, 5).rankings, fuse(whole, source, fusion, 5).rankings
    np.testing.assert_array_equal(ours.items, theirs.items)
    np.testing.assert_array_equal(ours.scores, theirs.scores)


def test_a_big_pool_goes_to_files_that_vanish_with_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    monkeypatch.setattr(memory, "IN_MEMORY_BYTES", 100)
    pool = build_pool(many_users(), depth=4)
    assert isinstance(pool.ranks, np.memmap)
    assert len(list(tmp_path.iterdir())) == 1
    del pool
    gc.collect()
    assert not list(tmp_path.iterdir())
    with pytest.raises(CancelledError):
        build_pool(many_users(), cancel=lambda: True)
    assert not list(tmp_path.iterdir())


def test_a_folder_that_cannot_be_written_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(StoreError, match="cannot be made"):
        build_pool(many_users(), folder=tmp_path / "file")
    (tmp_path / "pool").mkdir()
    (tmp_path / "pool" / "scores.npy").write_text("x")
    with pytest.raises(StoreError, match=r"scores\.npy: cannot be written"):
        build_pool(many_users(), folder=tmp_path / "pool")


def test_memory_is_told_beforehand() -> None:
    # MovieLens-20M: 4 * 200 = 800 columns of 4 bytes for items, scores and ranks of 4 scorers: 9 arrays
    told = pool_memory(138_493, 26_744, 4, 200)
    assert told.width == 4 * 200
    assert told.disk == 138_493 * 800 * 4 * (1 + 2 * 4)
    assert told.fuse == 138_493 * 800 * 4 * (1 + 4)
    assert told.peak < 500 * 2**20
    small = pool_memory(943, 500, 3, 200)
    assert (small.width, small.disk) == (500, 0)
    assert small.peak > 943 * 500 * 4 * (1 + 2 * 3)


@pytest.mark.parametrize("mapped", [False, True], ids=["in memory", "in files"])
def test_building_keeps_within_what_was_told(tmp_path: Path, mapped: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "BLOCK_BYTES", 1 << 22)
    monkeypatch.setattr(building.LOOPS, "loaded", True)
    rng = np.random.default_rng(0)
    source = source_of({name: rng.standard_normal((2000, 500)) for name in ("first", "second", "third")})
    folder = tmp_path / "pool" if mapped else None
    build_pool(source, users=np.arange(3, dtype=np.int32), depth=20)  # loads what it needs
    told = pool_memory(2000, 500, 3, 20, mapped=mapped)
    tracemalloc.start()
    pool = build_pool(source, depth=20, folder=folder)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < told.peak
    if folder:
        assert sum(path.stat().st_size - 128 for path in folder.iterdir()) <= told.disk
        assert pool.items.shape[1] <= told.width


def test_blocks_keep_within_the_budget() -> None:
    assert memory.block_size(3, 1_000_000) == memory.BLOCK_BYTES // (1_000_000 * (12 * 3 + 48)) == 3
    assert memory.block_size(3, 10**9) == 1
    assert memory.block_size(1, 10) == memory.MAX_BLOCK


def test_progress_rises_to_1_and_cancel_stops(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "MAX_BLOCK", 10)
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


@pytest.mark.parametrize("endless", [np.inf, -np.inf])
def test_a_scorer_that_gives_infinite_scores_is_named(endless: float) -> None:
    tables = {"sound": [[1, 2, 3], [3, 2, 1]], "broken": [[NAN, 1, 2], [1, endless, 2]]}
    with pytest.raises(ScenarioError, match='Scorer "broken" gives infinite scores'):
        build_pool(source_of(tables))
    # nobody is shown what they have seen; of what is left the two scorers disagree, a tie
    seen = source_of(tables, seen=[[0, 0, 0], [0, 1, 0]])
    assert fuse(build_pool(seen), seen, Fusion((1.0, 1.0), "z-score"), 2).rankings.items.tolist() == [[2, 1], [0, 2]]
