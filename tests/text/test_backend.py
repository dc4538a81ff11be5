from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from recengine.text.backend import batches


def test_a_batch_is_as_wide_as_its_last_text() -> None:
    # 3 x 3 = 9 fits into 10 and 4 x 4 does not; 2 x 5 = 10 fits; 20 is too wide for any batch and stands alone
    assert list(batches(np.array([1, 2, 3, 4, 5, 20]), 10, 100)) == [slice(0, 3), slice(3, 5), slice(5, 6)]


def test_much_padding_begins_a_batch() -> None:
    # 30 would pad three texts of 3 by 3 x 27 = 81, and 32 pads one of 30 by 2
    sizes = np.array([3, 3, 3, 30, 32])
    assert list(batches(sizes, 1_000, 80)) == [slice(0, 3), slice(3, 5)]
    assert list(batches(sizes, 1_000, 81)) == [slice(0, 5)]


@given(st.lists(st.integers(0, 300)), st.integers(1, 1_000), st.integers(0, 1_000))
def test_batches_hold_every_text_once_and_no_more_than_they_may(sizes: list[int], size: int, cost: int) -> None:
    rising = np.sort(np.array(sizes, dtype=np.int64))
    cut = list(batches(rising, size, cost))
    assert [place for batch in cut for place in range(batch.start, batch.stop)] == list(range(len(sizes)))
    for batch in cut:
        width = batch.stop - batch.start
        assert width == 1 or width * rising[batch.stop - 1] <= size
