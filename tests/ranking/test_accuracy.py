from math import isnan, log2

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.sparse import csr_matrix
from sklearn.metrics import ndcg_score

from recengine.ranking import JudgedLists, Rankings, accuracy, compute_metrics, judge
from tests.ranking.lists import judged

NAN = float("nan")


@pytest.fixture(scope="module")
def lists() -> JudgedLists:
    """k = 3. User 0 hits places 1 and 3 of 4 relevant; user 1 misses her one; user 2 has none; user 3 hits place 2."""
    return judged(
        [[0, 1, 2], [0, 1, 2], [0, 1, 2], [4, 5, -1]],
        [[0, 2, 4, 5], [5], [], [5]],
    )


def test_ndcg(lists: JudgedLists) -> None:
    first, second, third = 1 / log2(2), 1 / log2(3), 1 / log2(4)
    assert accuracy.ndcg(lists) == pytest.approx(
        [(first + third) / (first + second + third), 0, NAN, second / first], nan_ok=True
    )


def test_ndcg_against_a_full_list(lists: JudgedLists) -> None:
    ideal = 1 / log2(2) + 1 / log2(3) + 1 / log2(4)
    expected = [(1 / log2(2) + 1 / log2(4)) / ideal, 0, NAN, (1 / log2(3)) / ideal]
    assert accuracy.ndcg_full_k(lists) == pytest.approx(expected, nan_ok=True)


def test_ndcg_untruncated(lists: JudgedLists) -> None:
    ideal = 1 / log2(2) + 1 / log2(3) + 1 / log2(4) + 1 / log2(5)
    expected = [(1 / log2(2) + 1 / log2(4)) / ideal, 0, NAN, 1 / log2(3)]
    assert accuracy.ndcg_untruncated(lists) == pytest.approx(expected, nan_ok=True)


def test_precision(lists: JudgedLists) -> None:
    assert accuracy.precision(lists) == pytest.approx([2 / 3, 0, NAN, 1 / 3], nan_ok=True)


def test_pooled_precision(lists: JudgedLists) -> None:
    assert accuracy.precision_pooled(lists) == pytest.approx((2 + 0 + 1) / (3 + 1 + 0 + 1))


def test_recall(lists: JudgedLists) -> None:
    assert accuracy.recall(lists) == pytest.approx([2 / 4, 0, NAN, 1], nan_ok=True)
    assert accuracy.recall_bounded(lists) == pytest.approx([2 / 3, 0, NAN, 1], nan_ok=True)


def test_average_precision(lists: JudgedLists) -> None:
    total = 1 / 1 + 2 / 3
    assert accuracy.average_precision(lists) == pytest.approx([total / 3, 0, NAN, (1 / 2) / 1], nan_ok=True)
    assert accuracy.average_precision_by_relevant(lists) == pytest.approx([total / 4, 0, NAN, 1 / 2], nan_ok=True)
    assert accuracy.average_precision_by_k(lists) == pytest.approx([total / 3, 0, NAN, (1 / 2) / 3], nan_ok=True)


def test_reciprocal_rank_and_hit(lists: JudgedLists) -> None:
    assert accuracy.reciprocal_rank(lists) == pytest.approx([1, 0, NAN, 1 / 2], nan_ok=True)
    assert accuracy.hit(lists) == pytest.approx([1, 0, NAN, 1], nan_ok=True)


def test_no_user_with_anything_relevant() -> None:
    lists = judged([[0, 1]], [[]])
    assert isnan(accuracy.precision_pooled(lists))
    assert np.isnan(accuracy.ndcg(lists)).all()


def random_lists(seed: int, n_users: int, n_items: int, k: int) -> tuple[np.ndarray, Rankings, csr_matrix]:
    """Distinct scores of all items, the lists of the best k, and relevant items, at least one a user."""
    rng = np.random.default_rng(seed)
    scores = rng.permuted(np.tile(np.arange(n_items, dtype=np.float32), (n_users, 1)), axis=1)
    items = np.argsort(-scores, axis=1)[:, :k].astype(np.int32)
    dense = rng.random((n_users, n_items)) < rng.random((n_users, 1))
    dense[np.arange(n_users), rng.integers(0, n_items, n_users)] = True
    rankings = Rankings(np.arange(n_users, dtype=np.int32), items, np.take_along_axis(scores, items, axis=1))
    return scores, rankings, csr_matrix(dense)


@given(st.integers(0, 10_000), st.integers(2, 12), st.integers(1, 12))
def test_ndcg_is_that_of_scikit_learn(seed: int, n_items: int, k: int) -> None:
    scores, rankings, relevant = random_lists(seed, 5, n_items, min(k, n_items))
    lists = judge(rankings, relevant, np.ones(n_items, dtype=np.int32), 5)
    expected = [
        ndcg_score(relevant[[user]].toarray().astype(int), scores[[user]], k=min(k, n_items)) for user in range(5)
    ]
    assert accuracy.ndcg(lists) == pytest.approx(expected)


@pytest.mark.filterwarnings("ignore:unsafe cast from uint64 to int64")
def test_same_as_ranx() -> None:
    import numba
    import ranx

    n_users, n_items, k = 40, 30, 10
    scores, rankings, relevant = random_lists(0, n_users, n_items, k)
    order = np.argsort(-scores, axis=1)
    # ranx's own form, (id, score) a row: its dictionaries take a minute to compile
    run = np.stack([order, np.take_along_axis(scores, order, axis=1)], axis=-1).astype(np.float64)
    judgements = [
        np.stack([items, np.ones(len(items))], axis=-1)
        for items in np.split(relevant.sorted_indices().indices.astype(np.float64), relevant.indptr[1:-1])
    ]
    names = {
        "ndcg": "ndcg",
        "recall": "recall",
        "precision": "precision",
        "map": "map_by_relevant",
        "mrr": "mrr",
        "hit_rate": "hit_rate",
    }
    expected = ranx.evaluate(
        numba.typed.List(judgements), numba.typed.List(list(run)), [f"{name}@{k}" for name in names]
    )
    ours, _ = compute_metrics(rankings, relevant, np.ones(n_items, dtype=np.int32), n_users, names.values())
    for theirs, key in names.items():
        assert ours[key].mean() == pytest.approx(expected[f"{theirs}@{k}"]), key


@given(st.integers(0, 10_000), st.integers(1, 10))
def test_every_share_is_between_0_and_1_and_variants_are_ordered(seed: int, k: int) -> None:
    _, rankings, relevant = random_lists(seed, 6, 10, k)
    lists = judge(rankings, relevant, np.ones(10, dtype=np.int32), 6)
    values = {
        function: function(lists)
        for function in (
            accuracy.ndcg,
            accuracy.ndcg_full_k,
            accuracy.ndcg_untruncated,
            accuracy.precision,
            accuracy.recall,
            accuracy.recall_bounded,
            accuracy.average_precision,
            accuracy.average_precision_by_relevant,
            accuracy.average_precision_by_k,
            accuracy.reciprocal_rank,
            accuracy.hit,
        )
    }
    for value in values.values():
        assert (value >= 0).all()
        assert (value <= 1 + 1e-12).all()
    assert (values[accuracy.ndcg_full_k] <= values[accuracy.ndcg] + 1e-12).all()
    assert (values[accuracy.ndcg_untruncated] <= values[accuracy.ndcg] + 1e-12).all()
    assert (values[accuracy.recall] <= values[accuracy.recall_bounded]).all()
    assert (values[accuracy.reciprocal_rank] <= values[accuracy.hit]).all()
