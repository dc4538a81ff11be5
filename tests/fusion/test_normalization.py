import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recengine.arrays import Scores
from recengine.fusion import NEUTRALS, Fusion, ValueMap, build_pool, fuse_row, prepare
from recengine.fusion.normalization import Normaliser
from tests.fusion.catalogues import NAN, source_of


def normalised(scores: list[float], normalization: str, neutral: str = "mean") -> list[float]:
    source = source_of({"only": [scores]})
    fusion = Fusion((1.0,), normalization, neutral)  # type: ignore[arg-type]
    values: list[float] = fuse_row(build_pool(source), source, fusion, 0).normalised[0].tolist()
    return values


def test_min_max() -> None:
    assert normalised([2, 6, 4, NAN], "min-max") == pytest.approx([0, 1, (4 - 2) / (6 - 2), (4 - 2) / (6 - 2)])
    assert normalised([2, 6, 4, NAN], "min-max", "floor") == pytest.approx([0, 1, 1 / 2, 0])


def test_z_score() -> None:
    # mean 4, population deviation sqrt((4 + 4 + 0) / 3)
    one = 2 / (8 / 3) ** 0.5
    assert normalised([2, 6, 4, NAN], "z-score") == pytest.approx([-one, one, 0, 0])
    assert normalised([2, 6, 4, NAN], "z-score", "floor") == pytest.approx([-one, one, 0, -one])


def test_rank() -> None:
    # ranks 4, 1, 2.5, 2.5 of n = 4: (n - rank) / (n - 1)
    assert normalised([2, 6, 4, NAN, 4], "rank") == pytest.approx([0, 1, 1.5 / 3, 1 / 2, 1.5 / 3])
    assert normalised([2, 6, 4, NAN, 4], "rank", "floor") == pytest.approx([0, 1, 1.5 / 3, 0, 1.5 / 3])


def test_the_highest_is_exactly_1_and_the_lowest_exactly_0() -> None:
    for scores in ([0.1, 0.3, 0.7], [1e-3, 1e30, 5], [-7.7, -7.6, -7.5], [1e-44, 2e-44, 0]):
        values = normalised(scores, "min-max")
        assert (min(values), max(values)) == (0, 1)


@pytest.mark.parametrize("neutral", ["mean", "floor"])
@pytest.mark.parametrize("normalization", ["min-max", "z-score"])
def test_equal_opinions_and_no_opinion_are_0(normalization: str, neutral: str) -> None:
    for scores in ([0.1, 0.1, 0.1], [5, NAN, 5], [NAN, NAN, NAN], [NAN, 3, NAN]):
        assert normalised(scores, normalization, neutral) == [0, 0, 0]


def test_rank_of_equal_opinions_is_a_half() -> None:
    assert normalised([7, 7, 7], "rank") == [1 / 2, 1 / 2, 1 / 2]
    assert normalised([NAN, 7, NAN], "rank") == [1 / 2, 1 / 2, 1 / 2]
    assert normalised([NAN, NAN, NAN], "rank") == [1 / 2, 1 / 2, 1 / 2]


def test_scale_and_offset() -> None:
    source = source_of({"first": [[2, 6, 4]], "silent": [[NAN, NAN, NAN]]})
    row = fuse_row(build_pool(source), source, Fusion((1.0, 1.0)), 0)
    assert row.scale == pytest.approx([1 / (6 - 2), 0])
    assert row.offset == pytest.approx([-2 / (6 - 2), 0])
    by_rank = fuse_row(build_pool(source), source, Fusion((1.0, 1.0), "rank"), 0)
    assert np.isnan(by_rank.scale).all()
    assert np.isnan(by_rank.offset).all()


def test_statistics_leave_seen_items_out() -> None:
    source = source_of({"only": [[100, 2, 6, 4]]}, seen=[[1, 0, 0, 0]])
    row = fuse_row(build_pool(source), source, Fusion((1.0,)), 0)
    np.testing.assert_array_equal(row.normalised, [[NAN, 0, 1, 0.5]])
    np.testing.assert_array_equal(row.raw, [[NAN, 2, 6, 4]])
    assert row.opinion.tolist() == [[False, True, True, True]]
    assert row.rank.tolist() == [0, 3, 1, 2]


def test_softmax() -> None:
    # mean 4, population deviation sqrt(8 / 3): z is -1.2247, 1.2247 and 0
    one = 2 / (8 / 3) ** 0.5
    mass = np.exp(-one) + np.exp(one) + np.exp(0)
    probabilities = [np.exp(-one) / mass, np.exp(one) / mass, 1 / mass]
    assert sum(probabilities) == pytest.approx(1)
    assert normalised([2, 6, 4, NAN], "softmax") == pytest.approx([*probabilities, 1 / 3])
    assert normalised([2, 6, 4, NAN], "softmax", "floor") == pytest.approx([*probabilities, 0])


def test_softmax_knows_neither_scale_nor_offset_of_the_scores() -> None:
    scores = np.array([0.5, 2, -1, 7, 3])
    assert normalised((1000 * scores - 7).tolist(), "softmax") == pytest.approx(
        normalised(scores.tolist(), "softmax"), rel=1e-5
    )


def test_softmax_of_equal_opinions_is_0() -> None:
    for scores in ([3, 3, NAN], [NAN, 3, NAN], [NAN, NAN, NAN]):
        assert normalised(scores, "softmax") == [0, 0, 0]


KINDS = ("min-max", "z-score", "rank", "softmax", "borda", "reciprocal-rank")


@given(
    start=st.floats(-1e6, 1e6, width=32),
    steps=st.lists(st.integers(0, 3), min_size=2, max_size=40),
    far=st.floats(-1e6, 1e6, width=32),
    kind=st.sampled_from(KINDS),
    neutral=st.sampled_from(NEUTRALS),
)
def test_a_higher_score_never_becomes_a_lower_value(
    start: float, steps: list[int], far: float, kind: str, neutral: str
) -> None:
    """Scores that are 0 to 3 roundings apart, and one somewhere else."""
    scores = [np.float32(start)]
    for step in steps:
        score = scores[-1]
        for _ in range(step):
            score = np.nextafter(score, np.float32(np.inf))
        scores.append(score)
    scores.append(np.float32(far))
    pool = build_pool(source_of({"only": [scores]}))
    values = prepare(pool, ValueMap(kind, neutral, 60.0)).values[0, 0]  # type: ignore[arg-type]
    ascending = values[np.argsort(scores, kind="stable")]
    assert (np.diff(ascending) >= 0).all()


def test_exponentials_are_the_same_in_blocks_and_in_one_piece(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(0)
    pool = build_pool(source_of({"first": rng.normal(size=(9, 30)), "second": rng.normal(size=(9, 30))}))
    normaliser = Normaliser.of(pool, ValueMap("softmax"))

    def applied() -> Scores:
        return normaliser.apply(pool.scores, pool.ranks)

    whole = applied()
    monkeypatch.setattr("recengine.fusion.normalization.BLOCK_VALUES", 100)
    np.testing.assert_array_equal(applied(), whole)


def values_of(scores: list[float], value_map: ValueMap) -> list[float]:
    values: list[float] = prepare(build_pool(source_of({"only": [scores]})), value_map).values[0, 0].tolist()
    return values


def test_reciprocal_ranks() -> None:
    # ranks 4, 1, 2.5, none, 2.5
    expected = [1 / (60 + 4), 1 / (60 + 1), 1 / (60 + 2.5), 0, 1 / (60 + 2.5)]
    for neutral in NEUTRALS:
        value_map = ValueMap("reciprocal-rank", neutral, 60.0)  # type: ignore[arg-type]
        assert values_of([2, 6, 4, NAN, 4], value_map) == pytest.approx(expected)
    assert values_of([2, 6, 4], ValueMap("reciprocal-rank")) == pytest.approx([1 / 3, 1 / 1, 1 / 2])


def test_borda_points() -> None:
    # five items: 5, 4, 3, 2 and 1 points; three are ranked and get 5, 4 and 3; the others share 2 + 1
    assert values_of([2, 6, 4, NAN, NAN], ValueMap("borda")) == pytest.approx([3 / 5, 5 / 5, 4 / 5, 1.5 / 5, 1.5 / 5])
    assert values_of([2, 6, 4, NAN, NAN], ValueMap("borda", "floor")) == pytest.approx([3 / 5, 1, 4 / 5, 0, 0])
    # a tie shares 5 and 4 points; nothing is handed out without any opinion
    assert values_of([6, 6, 4, 3, 2], ValueMap("borda")) == pytest.approx([4.5 / 5, 4.5 / 5, 3 / 5, 2 / 5, 1 / 5])
    assert values_of([NAN, NAN], ValueMap("borda")) == [0, 0]


@given(
    st.lists(st.sampled_from([0.0, 1.0, 2.0, 3.0, NAN]), min_size=1, max_size=12).filter(
        lambda s: not all(map(np.isnan, s))
    )
)
def test_borda_hands_out_all_points(scores: list[float]) -> None:
    m = len(scores)
    assert sum(values_of(scores, ValueMap("borda"))) * m == pytest.approx(m * (m + 1) / 2, rel=1e-5)
