from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.sparse import csr_matrix, random_array

from recengine.arrays import Values
from recengine.errors import CancelledError
from recengine.models.neighbours import nearest as module
from recengine.models.neighbours.nearest import largest, nearest


def test_ties_go_to_the_lower_position() -> None:
    values = np.array([[3, 1, 3, 3, 0], [0, 0, 2, 0, 0]], dtype=np.float32)
    # two of three: the first two; and 0 is no neighbour, however few there are
    assert largest(values, 2).tolist() == [[True, False, True, False, False], [False, False, True, False, False]]
    assert largest(values, 9).tolist() == (values > 0).tolist()


@given(
    rows=st.lists(st.lists(st.integers(-2, 4), min_size=6, max_size=6), min_size=1, max_size=5),
    k=st.integers(1, 8),
)
def test_the_largest_are_those_of_a_stable_sort(rows: list[list[int]], k: int) -> None:
    values = np.array(rows, dtype=np.float32)
    expected = np.zeros(values.shape, dtype=np.bool_)
    for row, best in enumerate(np.argsort(-values, axis=1, kind="stable")[:, :k]):
        expected[row, best] = values[row, best] > 0
    np.testing.assert_array_equal(largest(values, k), expected)


def plain(products: Values, block: slice) -> Values:
    return products


@pytest.mark.parametrize("entries", [1, 200, 10_000])
def test_blocks_change_nothing(monkeypatch: pytest.MonkeyPatch, entries: int) -> None:
    matrix = csr_matrix(random_array((60, 40), density=0.2, rng=np.random.default_rng(3)))
    monkeypatch.setattr(module, "BLOCK_ENTRIES", entries)
    found = nearest(matrix, csr_matrix(matrix.T), plain, 7)
    products = (matrix @ matrix.T).toarray().astype(np.float32)
    np.testing.assert_array_equal(found.toarray(), np.where(largest(products, 7), products, 0))
    assert found.dtype == np.float32
    assert found.has_sorted_indices
    alone = nearest(matrix[11], csr_matrix(matrix.T), plain, 7)
    np.testing.assert_array_equal(alone.toarray()[0], found.toarray()[11])


def test_nothing_to_compare() -> None:
    empty = csr_matrix(np.zeros((0, 4)))
    assert nearest(empty, csr_matrix(np.eye(4)), plain, 3).shape == (0, 4)


def test_it_stops_between_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "BLOCK_ENTRIES", 1)
    said: list[str] = []
    with pytest.raises(CancelledError):
        nearest(
            csr_matrix(np.eye(5)),
            csr_matrix(np.eye(5)),
            plain,
            2,
            progress=lambda _, text: said.append(text),
            cancel=lambda: len(said) == 3,
        )
    assert said == ["Compared 1 of 5", "Compared 2 of 5", "Compared 3 of 5"]
