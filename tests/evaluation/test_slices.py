import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from recengine.evaluation import SLICES, item_slices
from recengine.ranking.popularity import head_items


def test_long_tail_is_warm_and_outside_the_head() -> None:
    # 10 in all: 6 + 2 are the head's four fifths; of the two items with 1 and the two with 0 the former are the tail
    slices = item_slices(np.array([1, 6, 0, 2, 1, 0]))
    assert slices["long-tail"].tolist() == [True, False, False, False, True, False]
    assert slices["cold"].tolist() == [False, False, True, False, False, True]


@given(hnp.arrays(np.int32, st.integers(0, 30), elements=st.integers(0, 9)))
def test_head_tail_and_cold_make_up_the_catalogue(popularity: np.ndarray) -> None:
    slices = item_slices(popularity)
    parts = np.stack([head_items(popularity), *slices.values()]).sum(axis=0)
    assert (parts == 1).all()
    assert not any(mask.flags.writeable for mask in slices.values())


def test_every_slice_is_explained() -> None:
    assert list(item_slices(np.array([1, 0]))) == list(SLICES)
    assert "80%" in SLICES["long-tail"].description
