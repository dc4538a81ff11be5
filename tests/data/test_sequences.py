"""Histories in order: what they keep, whichever way they are made and taken apart."""

from __future__ import annotations

import numpy as np
import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from recengine.data.sequences import NOTHING, Sequences

N_ITEMS = 8
histories = st.lists(
    st.dictionaries(st.integers(0, N_ITEMS - 1), st.floats(0.5, 5, width=32), max_size=N_ITEMS), max_size=6
)
Histories = list[dict[int, float]]


def dictionaries(sequences: Sequences) -> Histories:
    """Weights by item, in order, of each."""
    bounds = zip(sequences.indptr[:-1], sequences.indptr[1:], strict=True)
    return [dict(zip(sequences.items[a:b].tolist(), sequences.weights[a:b].tolist(), strict=True)) for a, b in bounds]


def same(sequences: Sequences, expected: Histories) -> bool:
    """Also the order, which equal dictionaries need not share."""
    return [list(one.items()) for one in dictionaries(sequences)] == [list(one.items()) for one in expected]


@settings(max_examples=50)
@given(histories)
def test_weights_come_back_in_their_order(chosen: Histories) -> None:
    sequences = Sequences.of_weights(chosen, N_ITEMS)
    assert same(sequences, chosen)
    assert len(sequences) == len(chosen)
    assert sequences.lengths.tolist() == [len(one) for one in chosen]
    assert sequences.items.dtype == np.int32
    assert sequences.weights.dtype == np.float32


@settings(max_examples=50)
@given(histories, histories)
def test_appended_histories_stand_behind(first: Histories, second: Histories) -> None:
    both = Sequences.of_weights(first, N_ITEMS).append(second)
    assert same(both, first + second)
    assert both.n_items == N_ITEMS


@settings(max_examples=50)
@given(histories, st.data())
def test_some_are_taken_in_the_order_asked_for(chosen: Histories, data: st.DataObject) -> None:
    rows = data.draw(st.lists(st.integers(0, len(chosen) - 1), max_size=9)) if chosen else []
    taken = Sequences.of_weights(chosen, N_ITEMS).take(np.array(rows, dtype=np.int64))
    assert same(taken, [chosen[row] for row in rows])


@settings(max_examples=50)
@given(histories, st.integers(1, 10))
def test_the_latest_stand_at_the_start_of_their_row(chosen: Histories, length: int) -> None:
    latest = Sequences.of_weights(chosen, N_ITEMS).latest(length)
    assert latest.shape == (len(chosen), length)
    assert latest.dtype == np.int32
    for row, one in zip(latest.tolist(), chosen, strict=True):
        kept = list(one)[-length:]
        assert row == kept + [NOTHING] * (length - len(kept))


@settings(max_examples=50)
@given(histories)
def test_a_matrix_and_back_are_the_same_histories_as_in_the_catalogue(chosen: Histories) -> None:
    sequences = Sequences.of_weights(chosen, N_ITEMS)
    matrix = sequences.matrix
    assert matrix.shape == (len(chosen), N_ITEMS)
    assert matrix.dtype == np.float32
    dense = np.zeros((len(chosen), N_ITEMS), dtype=np.float32)
    for row, one in enumerate(chosen):
        dense[row, list(one)] = list(one.values())
    np.testing.assert_array_equal(matrix.toarray(), dense)
    back = Sequences.of_matrix(matrix)
    assert same(back, [dict(sorted(one.items())) for one in chosen])
    np.testing.assert_array_equal(back.matrix.toarray(), dense)


def test_a_matrix_is_read_without_being_changed() -> None:
    matrix = Sequences.of_weights([{3: 1.0, 1: 2.0}], N_ITEMS).matrix
    matrix.data[0] = 0
    assert same(Sequences.of_matrix(matrix), [{3: 1.0}])
    assert matrix.nnz == 2


def test_positive_rows_stand_in_the_order_of_time() -> None:
    rows = pl.DataFrame(
        {
            "user": pl.Series([0, 0, 0, 0, 0, 2, 2], dtype=pl.Int32),
            "item": pl.Series([5, 1, 7, 2, 6, 3, 0], dtype=pl.Int32),
            "weight": pl.Series([1.0, 2.0, 3.0, 4.0, 5.0, 1.5, 2.5], dtype=pl.Float32),
            "time": pl.Series([30, 10, None, 10, 20, 9, 8], dtype=pl.Int64),
            "positive": [True, True, True, True, False, True, True],
        }
    )
    sequences = Sequences.of(rows, 3, N_ITEMS)
    # without a time first, then 10 twice as in the file, then 30; what is not positive is left out
    assert same(sequences, [{7: 3.0, 1: 2.0, 2: 4.0, 5: 1.0}, {}, {0: 2.5, 3: 1.5}])
    timeless = rows.with_columns(time=pl.lit(None, dtype=pl.Int64))
    assert same(Sequences.of(timeless, 3, N_ITEMS), [{5: 1.0, 1: 2.0, 7: 3.0, 2: 4.0}, {}, {3: 1.5, 0: 2.5}])
    assert same(Sequences.of(rows.clear(), 2, N_ITEMS), [{}, {}])
