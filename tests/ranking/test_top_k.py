from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from recengine.arrays import Scores
from recengine.ranking import PADDING, take, top_k

NAN, INF = float("nan"), float("inf")


def sorted_columns(scores: Scores, k: int) -> list[list[int]]:
    """The definition, one row at a time."""
    lists = []
    for row in scores.tolist():
        listed = sorted((-score, column) for column, score in enumerate(row) if score > -INF)
        best = [column for _, column in listed[:k]]
        lists.append(best + [PADDING] * (k - len(best)))
    return lists


def test_best_first_and_ties_to_the_lower_column() -> None:
    scores = np.array([[1, 3, 2, 3, 0]], dtype=np.float32)
    assert top_k(scores, 4).tolist() == [[1, 3, 2, 0]]


def test_nan_and_minus_infinity_are_never_listed() -> None:
    scores = np.array([[NAN, -5, -INF, INF], [NAN, -INF, NAN, NAN]], dtype=np.float32)
    assert top_k(scores, 3).tolist() == [[3, 1, PADDING], [PADDING] * 3]


def test_minus_zero_equals_zero() -> None:
    scores = np.array([[-0.0, 0.0, -0.0], [0.0, -0.0, 0.0]], dtype=np.float32)
    assert top_k(scores, 3).tolist() == [[0, 1, 2], [0, 1, 2]]


def test_lowest_finite_score_is_listed() -> None:
    lowest = np.finfo(np.float32).min
    assert top_k(np.full((1, 30), lowest, dtype=np.float32), 2).tolist() == [[0, 1]]


def test_more_places_than_columns_or_no_column_at_all() -> None:
    assert top_k(np.array([[1, 2]], dtype=np.float32), 4).tolist() == [[1, 0, PADDING, PADDING]]
    assert top_k(np.zeros((2, 0), dtype=np.float32), 2).tolist() == [[PADDING, PADDING]] * 2
    assert top_k(np.zeros((0, 5), dtype=np.float32), 2).shape == (0, 2)


shapes = hnp.array_shapes(min_dims=2, max_dims=2, max_side=90)
few_values = st.sampled_from([-2.0, -1.0, -0.0, 0.0, 1.0, 2.0, NAN, -INF, INF])
any_float = st.floats(width=32)


@settings(max_examples=120)
@given(
    scores=st.sampled_from([few_values, any_float]).flatmap(
        lambda elements: hnp.arrays(np.float32, shapes, elements=elements)
    ),
    k=st.integers(1, 12),
)
def test_is_the_sorted_row_cut_at_k(scores: Scores, k: int) -> None:
    assert top_k(scores, k).tolist() == sorted_columns(scores, k)


@pytest.mark.parametrize(("width", "k"), list(product([40, 333, 1000], [1, 10, 100])))
def test_wide_rows_with_and_without_ties(width: int, k: int) -> None:
    rng = np.random.default_rng(width + k)
    smooth = rng.standard_normal((50, width), dtype=np.float32)
    coarse = np.round(smooth)
    holes = np.where(rng.random(smooth.shape) < 0.3, np.float32(NAN), smooth)
    for scores in (smooth, coarse, holes, np.zeros_like(smooth)):
        assert top_k(scores, k).tolist() == sorted_columns(scores, k)


def test_rows_of_more_than_one_block() -> None:
    scores = np.round(np.random.default_rng(0).standard_normal((700, 1500)), 1).astype(np.float32)
    assert scores.nbytes > 4 * 2**20
    np.testing.assert_array_equal(top_k(scores, 10), np.argsort(-scores, axis=1, kind="stable")[:, :10])


def test_a_view_into_another_array() -> None:
    scores = np.random.default_rng(0).standard_normal((2, 60, 40)).astype(np.float32)
    for view in (scores[1, ::2, 3::2], scores[0].T):
        np.testing.assert_array_equal(top_k(view, 5), np.argsort(-view, axis=1, kind="stable")[:, :5])


def test_scores_are_left_as_they_were() -> None:
    scores = np.array([[3, NAN, 1, 2] * 20], dtype=np.float32)
    scores.flags.writeable = False
    top_k(scores, 3)


def test_take_fills_the_padding() -> None:
    values = np.array([[5, 6, 7], [8, 9, 10]], dtype=np.float32)
    columns = np.array([[2, PADDING], [0, 1]], dtype=np.int32)
    np.testing.assert_array_equal(take(values, columns, NAN), np.array([[7, NAN], [8, 9]], dtype=np.float32))
    assert take(values.astype(np.int32), columns, PADDING).tolist() == [[7, PADDING], [8, 9]]
