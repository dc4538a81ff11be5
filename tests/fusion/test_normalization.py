import numpy as np
import pytest

from recengine.fusion import Fusion, build_pool, fuse_row
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
