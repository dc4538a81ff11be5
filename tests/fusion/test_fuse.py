import numpy as np
import pytest
from hypothesis import given, settings
from scipy.sparse import csr_matrix

from recengine.arrays import Positions, Scores
from recengine.fusion import Fusion, Source, ValueMap, build_pool, fuse, fuse_row, prepare
from tests.fusion.catalogues import NAN, Case, best, cases, fused_scores, source_of


@settings(max_examples=200)
@given(cases())
def test_lists_are_those_of_the_whole_catalogue(case: Case) -> None:
    pool = build_pool(case.source, depth=case.depth)
    lists = fuse(pool, case.source, case.fusion, case.k)
    assert lists.rescored == np.count_nonzero(~lists.certified)
    for user in range(len(pool.users)):
        expected = fused_scores(case.source, case.fusion, user)
        items = best(expected, case.k)
        assert lists.rankings.items[user].tolist() == items
        scores = [expected.get(item, NAN) for item in items]
        np.testing.assert_array_equal(lists.rankings.scores[user], np.array(scores, dtype=np.float32))


@settings(max_examples=120)
@given(cases())
def test_one_users_row_has_the_same_numbers(case: Case) -> None:
    pool = build_pool(case.source, depth=case.depth)
    rankings = fuse(pool, case.source, case.fusion, case.k).rankings
    for user in range(len(pool.users)):
        row = fuse_row(pool, case.source, case.fusion, user)
        expected = fused_scores(case.source, case.fusion, user)
        listed = rankings.items[user][rankings.items[user] >= 0]
        np.testing.assert_array_equal(row.score[listed], rankings.scores[user][: len(listed)])
        assert row.rank[listed].tolist() == list(range(1, len(listed) + 1))
        assert set(np.flatnonzero(~np.isnan(row.score))) == set(expected)
        assert sorted(row.rank[row.rank > 0]) == list(range(1, len(expected) + 1))
        np.testing.assert_allclose(row.parts.sum(axis=0), row.score, atol=1e-6)
        if case.fusion.normalization in ("min-max", "z-score"):
            affine = row.scale[:, None] * row.raw + row.offset[:, None]
            np.testing.assert_allclose(affine[row.opinion], row.normalised[row.opinion], atol=1e-5)


def test_a_weighted_sum_of_min_max_scores() -> None:
    source = source_of({"first": [[0, 10, 5, 2]], "second": [[4, 1, 3, 2]]})
    lists = fuse(build_pool(source), source, Fusion((3.0, 1.0)), 4)
    # first: 0, 1, 1/2, 1/5; second: 1, 0, 2/3, 1/3; weights 3/4 and 1/4
    expected = {0: 0.25 * 1, 1: 0.75 * 1, 2: 0.75 / 2 + 0.25 * 2 / 3, 3: 0.75 / 5 + 0.25 / 3}
    assert lists.rankings.items.tolist() == [[1, 2, 0, 3]]
    assert lists.rankings.scores[0] == pytest.approx([expected[item] for item in (1, 2, 0, 3)])


def test_a_score_that_equals_the_bound_is_not_certified() -> None:
    # best 1 of each: items 1 and 2. Left out is item 0 with 1/2 and 1/2, which scores 1/2 * 1/2 + 1/2 * 1/2 = 1/2 as
    # items 1 (1/2 * 1 + 1/2 * 0) and 2 do, and stands before them
    source = source_of({"first": [[1, 2, 0]], "second": [[1, 0, 2]]})
    pool = build_pool(source, depth=1)
    assert pool.items.tolist() == [[1, 2]]
    lists = fuse(pool, source, Fusion((1.0, 1.0)), 1)
    assert lists.certified.tolist() == [False]
    assert lists.rankings.items.tolist() == [[0]]
    assert lists.rescored == 1


def test_a_score_above_the_bound_is_certified() -> None:
    # as before, but left-out item 0 has 1/4 and 1/4: the bound is 1/4, the best score 1/2
    source = source_of({"first": [[1, 4, 0]], "second": [[1, 0, 4]]})
    lists = fuse(build_pool(source, depth=1), source, Fusion((1.0, 1.0)), 1)
    assert lists.certified.tolist() == [True]
    assert lists.rankings.items.tolist() == [[1]]


def test_no_opinion_left_out_counts_as_neutral_in_the_bound() -> None:
    # first: 0, 0, 9 → mean 3, so no opinion on items 3 and 4 is 1/3; best 1 is item 2. Left out: 0, 1, 3 and 4
    source = source_of({"first": [[0, 0, 9, NAN, NAN]]})
    pool = build_pool(source, depth=1)
    assert (pool.items.tolist(), pool.left_out.tolist(), pool.silent_left_out.tolist()) == ([[2]], [4], [[True]])
    assert pool.threshold.tolist() == [[0]]
    assert prepare(pool, ValueMap("min-max", "mean")).bound == pytest.approx((9 / 3 - 0) / 9)
    assert prepare(pool, ValueMap("min-max", "floor")).bound == pytest.approx(0)
    lists = fuse(pool, source, Fusion((1.0,)), 3)
    assert lists.rankings.items.tolist() == [[2, 3, 4]]
    assert fuse(pool, source, Fusion((1.0,), neutral="floor"), 3).rankings.items.tolist() == [[2, 0, 1]]


def test_a_scorer_that_tells_no_items_apart_moves_nothing() -> None:
    scores = [[3, 1, 2]]
    alone = source_of({"first": scores})
    for silent in ([[NAN, NAN, NAN]], [[7, 7, 7]], [[7, NAN, 7]]):
        beside = source_of({"first": scores, "silent": silent})
        for normalization in ("min-max", "z-score"):
            lists = fuse(build_pool(beside), beside, Fusion((1.0, 1.0), normalization), 3)
            by_itself = fuse(build_pool(alone), alone, Fusion((1.0,), normalization), 3)
            np.testing.assert_array_equal(lists.rankings.items, by_itself.rankings.items)
            np.testing.assert_allclose(lists.rankings.scores, by_itself.rankings.scores / 2, atol=1e-6)


def test_a_slice_is_ranked_by_the_scores_of_the_whole() -> None:
    tables = {"first": [[9, 1, 5, 7, 3]], "second": [[1, 2, 5, 4, 3]]}
    whole, part = source_of(tables), source_of(tables, eligible=[False, True, True, False, True])
    fusion = Fusion((2.0, 1.0), "z-score")
    everything = fuse(build_pool(whole), whole, fusion, 5).rankings
    some = fuse(build_pool(part), part, fusion, 3).rankings
    of_the_slice = np.isin(everything.items[0], [1, 2, 4])
    assert some.items[0].tolist() == everything.items[0][of_the_slice].tolist()
    np.testing.assert_array_equal(some.scores[0], everything.scores[0][of_the_slice])


def test_a_user_who_has_seen_everything_gets_an_empty_list() -> None:
    source = source_of({"first": [[1, 2], [1, 2]]}, seen=[[1, 1], [0, 1]])
    lists = fuse(build_pool(source), source, Fusion((1.0,)), 2)
    assert lists.rankings.items.tolist() == [[-1, -1], [0, -1]]
    assert lists.certified.all()
    assert np.isnan(lists.rankings.scores[0]).all()


def random_source(n_users: int, n_items: int, seed: int = 0) -> Source:
    rng = np.random.default_rng(seed)
    tables = {name: rng.standard_normal((n_users, n_items)) for name in ("first", "second", "third")}
    tables["third"][:, rng.random(n_items) < 0.2] = NAN
    return source_of(tables, seen=rng.random((n_users, n_items)) < 0.1)


@pytest.mark.parametrize("neutral", ["mean", "floor"])
@pytest.mark.parametrize("normalization", ["min-max", "z-score", "rank"])
def test_many_users_against_double_precision(normalization: str, neutral: str) -> None:
    """The definition again, in double precision and without a pool: scores agree, and no better item is left out."""
    n_users, n_items, k = 60, 300, 10
    source = random_source(n_users, n_items)
    pool = build_pool(source, depth=20)
    fusion = Fusion((0.5, 0.2, 0.3), normalization, neutral)  # type: ignore[arg-type]
    lists = fuse(pool, source, fusion, k)
    raw = source.scores(pool.users).astype(np.float64)
    raw[:, ~source.unseen(pool.users)] = NAN
    low, mean = np.nanmin(raw, axis=2, keepdims=True), np.nanmean(raw, axis=2, keepdims=True)
    if normalization == "rank":
        higher = (raw[..., None, :] > raw[..., :, None]).sum(axis=3)  # no ties here
        n = (~np.isnan(raw)).sum(axis=2, keepdims=True)
        values = np.where(np.isnan(raw), 0.5 if neutral == "mean" else 0.0, (n - (higher + 1)) / (n - 1))
    else:
        filled = np.where(np.isnan(raw), mean if neutral == "mean" else low, raw)
        spread = np.nanmax(raw, axis=2, keepdims=True) - low
        values = (filled - low) / spread
        if normalization == "z-score":
            values = (filled - mean) / np.nanstd(raw, axis=2, keepdims=True)
    fused = np.einsum("c,cui->ui", fusion.effective, values)
    fused[~source.unseen(pool.users)] = -np.inf
    expected = -np.sort(-fused, axis=1)[:, :k]
    np.testing.assert_allclose(lists.rankings.scores, expected, atol=1e-5)
    np.testing.assert_allclose(np.take_along_axis(fused, lists.rankings.items, axis=1), expected, atol=1e-5)


def test_a_deep_pool_certifies_nearly_everybody() -> None:
    source = random_source(100, 400)
    certified = fuse(build_pool(source, depth=100), source, Fusion((0.5, 0.2, 0.3)), 10).certified
    assert certified.mean() > 0.95


def test_a_list_longer_than_the_pool_is_still_exact() -> None:
    source = random_source(20, 60)
    pool = build_pool(source, depth=2)
    lists = fuse(pool, source, Fusion((1.0, 1.0, 1.0)), 40)
    assert lists.rescored == 20
    for user in range(20):
        assert lists.rankings.items[user].tolist() == best(fused_scores(source, Fusion((1.0, 1.0, 1.0)), user), 40)


class Product:
    """A scorer whose rows come out of one matrix product, as those of factor models do."""

    device = "CPU"

    def __init__(self, users: Scores, items: Scores) -> None:
        self.users, self.items = users, items

    def score(self, users: Positions) -> Scores:
        return self.users[users] @ self.items.T

    def state(self) -> dict[str, np.ndarray]:
        return {"users": self.users, "items": self.items}


def product_source(n_users: int, n_items: int) -> Source:
    rng = np.random.default_rng(0)

    def factors(n: int) -> Scores:
        return rng.standard_normal((n, 48), dtype=np.float32)

    scorers = {name: Product(factors(n_users), factors(n_items)) for name in ("first", "second")}
    return Source(scorers, csr_matrix(rng.random((n_users, n_items)) < 0.1))


def test_a_re_scored_user_does_not_depend_on_the_others() -> None:
    source = product_source(50, 200)
    fusion = Fusion((1.0, 2.0))
    pool = build_pool(source, depth=2)
    lists = fuse(pool, source, fusion, 10)
    assert lists.rescored > 40
    for user in (0, 7, 49):
        row = fuse_row(pool, source, fusion, user)
        alone = fuse(build_pool(source, users=np.array([user], dtype=np.int32), depth=2), source, fusion, 10)
        assert row.rank[lists.rankings.items[user]].tolist() == list(range(1, 11))
        assert alone.rankings.items[0].tolist() == lists.rankings.items[user].tolist()
        np.testing.assert_allclose(row.score[lists.rankings.items[user]], lists.rankings.scores[user], atol=1e-6)
        np.testing.assert_allclose(alone.rankings.scores[0], lists.rankings.scores[user], atol=1e-6)


@pytest.mark.parametrize("normalization", ["min-max", "z-score", "rank"])
def test_scores_that_come_out_a_rounding_higher_change_no_certified_list(normalization: str) -> None:
    # the pool was built from one rounding of the scores, in which item 1 is one step above item 0; when the row is
    # scored, item 0 comes out two steps higher
    one = np.nextafter(np.float32(1), np.float32(2))
    two = np.nextafter(one, np.float32(2))
    source, later = source_of({"only": [[1, one, 0, 0]]}), source_of({"only": [[two, one, 0, 0]]})
    pool = build_pool(source, depth=1)
    fusion = Fusion((1.0,), normalization)  # type: ignore[arg-type]
    lists = fuse(pool, source, fusion, 1)
    assert lists.certified.tolist() == [True]
    assert lists.rankings.items.tolist() == [[1]]
    row = fuse_row(pool, later, fusion, 0)
    assert row.rank.tolist() == [2, 1, 3, 4]
    assert row.score[1] == lists.rankings.scores[0, 0]


def test_results_cannot_be_written_to() -> None:
    source = random_source(3, 20)
    lists = fuse(build_pool(source), source, Fusion((1.0, 1.0, 1.0)), 5)
    for array in (lists.rankings.items, lists.rankings.scores, lists.certified):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 0


def test_a_move_of_weights_does_not_normalise_again() -> None:
    pool = build_pool(random_source(3, 20))
    first = prepare(pool, ValueMap("min-max", "mean"))
    assert prepare(pool, ValueMap("min-max", "mean")) is first
    prepare(pool, ValueMap("z-score", "mean"))
    prepare(pool, ValueMap("rank", "mean"))  # the third: the first is let go
    again = prepare(pool, ValueMap("min-max", "mean"))
    assert again is not first
    np.testing.assert_array_equal(again.values, first.values)
