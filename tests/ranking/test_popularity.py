import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from recengine.ranking.popularity import HEAD_SHARE, head_items


def test_head_is_the_fewest_items_that_hold_four_fifths() -> None:
    # 10 in all, four fifths are 8: 5 + 2 = 7 is short of it, 5 + 2 + 2 = 9 is not
    assert head_items(np.array([1, 2, 5, 0, 2])).tolist() == [False, True, True, False, True]


def test_head_that_holds_exactly_four_fifths_takes_no_more() -> None:
    assert head_items(np.array([1, 8, 1])).tolist() == [False, True, False]


def test_equals_go_by_position() -> None:
    # five equals: four of them hold exactly four fifths
    assert head_items(np.ones(5, dtype=np.int32)).tolist() == [True, True, True, True, False]


def test_no_interaction_no_head() -> None:
    assert not head_items(np.zeros(3, dtype=np.int32)).any()
    assert head_items(np.zeros(0, dtype=np.int32)).shape == (0,)


@given(hnp.arrays(np.int32, st.integers(1, 30), elements=st.integers(0, 50)))
def test_head_holds_its_share_and_would_not_without_its_last_item(popularity: np.ndarray) -> None:
    head = head_items(popularity)
    total = popularity.sum()
    if total == 0:
        assert not head.any()
        return
    assert popularity[head].sum() >= HEAD_SHARE * total
    assert popularity[head].sum() - popularity[head].min() < HEAD_SHARE * total
    assert popularity[head].min() >= popularity[~head].max(initial=0)
