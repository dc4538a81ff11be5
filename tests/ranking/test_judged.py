from collections.abc import Iterator

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.sparse import csr_matrix

from recengine.ranking import Rankings, hits, judge, judged


@pytest.fixture(autouse=True, params=["NumPy", "compiled"], scope="module")
def either_way(request: pytest.FixtureRequest) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as monkeypatch:
        judged.LOOPS.load_now()
        monkeypatch.setattr(judged.LOOPS, "loaded", request.param == "compiled")
        yield


def rankings(users: list[int], items: list[list[int]]) -> Rankings:
    listed = np.array(items, dtype=np.int32)
    return Rankings(np.array(users, dtype=np.int32), listed, np.zeros(listed.shape, dtype=np.float32))


def test_hits_follow_the_users_of_the_rankings() -> None:
    relevant = csr_matrix(np.array([[1, 0, 0], [0, 1, 1], [0, 0, 1]]))
    found = hits(rankings([2, 1], [[2, 0], [0, 1]]), relevant)
    assert found.tolist() == [[True, False], [False, True]]


def test_padding_is_no_hit_even_behind_the_last_item_of_the_user_before() -> None:
    # -1 of user 1 has the number that item 2 of user 0 has: 1 * 3 - 1 = 0 * 3 + 2
    relevant = csr_matrix(np.array([[0, 0, 1], [1, 0, 0]]))
    assert hits(rankings([1], [[0, -1]]), relevant).tolist() == [[True, False]]


def test_nothing_relevant_at_all() -> None:
    assert hits(rankings([0], [[0, 1]]), csr_matrix((1, 2))).tolist() == [[False, False]]


def test_number_of_relevant_items_is_of_the_users_asked_for() -> None:
    relevant = csr_matrix(np.array([[1, 1, 1], [0, 0, 0], [0, 1, 0]]))
    lists = judge(rankings([2, 0, 1], [[0], [0], [0]]), relevant, np.ones(3, dtype=np.int32), 3)
    assert lists.n_relevant.tolist() == [1, 3, 0]
    assert lists.hits.tolist() == [[False], [True], [False]]
    assert (lists.k, lists.n_items) == (1, 3)


@given(st.integers(0, 10_000))
def test_hits_are_membership(seed: int) -> None:
    rng = np.random.default_rng(seed)
    n_users, n_items, k = 6, 9, 4
    dense = rng.random((n_users, n_items)) < 0.4
    matrix = csr_matrix(dense)
    for row in range(n_users):  # indices in any order
        part = slice(matrix.indptr[row], matrix.indptr[row + 1])
        matrix.indices[part] = rng.permutation(matrix.indices[part])
    matrix.has_sorted_indices = False
    users = rng.permutation(n_users)[:4].astype(np.int32)
    items = np.stack([rng.permutation(n_items)[:k] for _ in users]).astype(np.int32)
    items[0, 2:] = -1
    found = hits(Rankings(users, items, np.zeros(items.shape, dtype=np.float32)), matrix)
    expected = [[item >= 0 and bool(dense[user, item]) for item in row] for user, row in zip(users, items, strict=True)]
    assert found.tolist() == expected
