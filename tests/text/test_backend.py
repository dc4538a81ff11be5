from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from recengine.text.backend import batches


def test_a_batch_is_as_wide_as_its_last_text() -> None:
    # 3 x 3 = 9 fits into 10 and 4 x 4 does not; 2 x 5 = 10 fits; 20 is too wide for any batch and stands alone
    assert list(batches(np.array([1, 2, 3, 4, 5, 20]), 10)) == [slice(0, 3), slice(3, 5), slice(5, 6)]


@given(st.lists(st.integers(0, 300)), st.integers(1, 1_000))
def test_batches_hold_every_text_once_and_no_more_than_they_may(sizes: list[int], batch_size: int) -> None:
    rising = np.sort(np.array(sizes, dtype=np.int64))
    cut = list(batches(rising, batch_size))
    assert [place for batch in cut for place in range(batch.start, batch.stop)] == list(range(len(sizes)))
    for batch in cut:
        width = batch.stop - batch.start
        assert width == 1 or width * rising[batch.stop - 1] <= batch_size
