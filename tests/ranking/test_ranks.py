import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy.stats import rankdata

from recengine.arrays import Scores
from recengine.ranking import average_ranks

NAN = float("nan")


def test_equal_scores_share_their_mean_rank_and_nan_has_none() -> None:
    # 9 is first; the two 4s share places 2 and 3; 1 is fourth; NaN takes no place
    scores = np.array([[4, NAN, 9, 4, 1]], dtype=np.float32)
    np.testing.assert_array_equal(average_ranks(scores), [[(2 + 3) / 2, NAN, 1, (2 + 3) / 2, 4]])


def test_a_row_without_opinions_has_no_ranks() -> None:
    assert np.isnan(average_ranks(np.full((2, 3), NAN, dtype=np.float32))).all()


@given(
    hnp.arrays(
        np.float32,
        hnp.array_shapes(min_dims=2, max_dims=2, max_side=40),
        elements=st.one_of(
            st.sampled_from([NAN, -1.0, -0.0, 0.0, 1.0]), st.floats(width=32, allow_infinity=False, allow_nan=False)
        ),
    )
)
def test_same_as_scipy(scores: Scores) -> None:
    expected = rankdata(-scores, axis=1, nan_policy="omit")
    np.testing.assert_array_equal(average_ranks(scores), expected)
