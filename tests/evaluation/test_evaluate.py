import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.sparse import csr_matrix

from recengine.errors import ScenarioError
from recengine.evaluation import Evaluation, Resamples, evaluate
from recengine.ranking import METRICS, Rankings

NAN = float("nan")
# items 0 to 4; training users of each
POPULARITY = np.array([4, 2, 1, 1, 0], dtype=np.int32)
N_USERS = 4


def lists(*rows: list[int], users: list[int] | None = None) -> Rankings:
    items = np.array(rows, dtype=np.int32)
    positions = np.array(range(len(rows)) if users is None else users, dtype=np.int32)
    return Rankings(positions, items, np.where(items >= 0, 1.0, NAN).astype(np.float32))


def relevant(*rows: list[int], n_items: int = 5) -> csr_matrix:
    matrix = np.zeros((len(rows), n_items), dtype=np.float32)
    for user, items in enumerate(rows):
        matrix[user, items] = 1
    return csr_matrix(matrix)


def measure(
    rankings: Rankings,
    test: csr_matrix,
    *,
    keys: tuple[str, ...] = tuple(METRICS),
    eligible: np.ndarray | None = None,
    resamples: Resamples | None = None,
) -> Evaluation:
    resamples = resamples or Resamples.draw(len(rankings.users), 100)
    return evaluate(
        rankings, test, popularity=POPULARITY, n_users=N_USERS, resamples=resamples, keys=keys, eligible=eligible
    )


def test_figures_are_means_over_users_with_a_relevant_item() -> None:
    # the third user has none
    evaluation = measure(lists([0, 1], [2, 0], [3, 1]), relevant([0, 2], [4], []))
    assert evaluation.per_user["recall"] == pytest.approx([1 / 2, 0 / 1, NAN], nan_ok=True)
    recall = evaluation.table["recall"]
    assert recall.mean == pytest.approx((1 / 2 + 0) / 2)
    assert recall.n == 2
    assert recall.variant == METRICS["recall"].variant


def test_metrics_that_ignore_relevance_are_over_the_same_users() -> None:
    evaluation = measure(lists([0, 1], [2, 0], [3, 1]), relevant([0, 2], [4], []))
    assert evaluation.per_user["arp"] == pytest.approx([(4 + 2) / 2, (1 + 4) / 2, NAN], nan_ok=True)
    assert evaluation.table["arp"].mean == pytest.approx((3 + 2.5) / 2)
    # item 3 stands in the list of the third user alone
    assert evaluation.table["coverage"].mean == pytest.approx(3 / 5)
    # places of the two users: item 0 twice, 1 and 2 once, 3 and 4 never; ascending 0 0 1 1 2, weighted by 2i - n - 1
    assert evaluation.table["gini"].mean == pytest.approx((-4 * 0 - 2 * 0 + 0 * 1 + 2 * 1 + 4 * 2) / (5 * 4))
    assert {figure.n for figure in evaluation.table.values()} == {2}


def test_interval_is_that_of_the_resamples() -> None:
    resamples = Resamples.draw(3, 100, seed=4)
    evaluation = measure(lists([0, 1], [2, 0], [3, 1]), relevant([0, 2], [2], []), resamples=resamples)
    _, low, high = resamples.interval(np.array([1 / 2, 1.0, NAN]))
    figure = evaluation.table["recall"]
    assert (figure.low, figure.high) == pytest.approx((float(low), float(high)))


def test_metrics_of_all_lists_together_have_no_interval() -> None:
    evaluation = measure(lists([0, 1], [2, 0]), relevant([0], [4]))
    for key, metric in METRICS.items():
        figure = evaluation.table[key]
        assert (figure.low is None) == (figure.high is None) == (not metric.per_user)
        assert (key in evaluation.per_user) == metric.per_user
    assert list(evaluation.table) == list(METRICS)


def test_rankings_of_some_users_are_looked_up_by_user() -> None:
    evaluation = measure(lists([4, 0], [1, 2], users=[3, 1]), relevant([0], [1, 2], [3], [4]), keys=("precision",))
    assert evaluation.per_user["precision"] == pytest.approx([1 / 2, 2 / 2])


def test_nobody_with_a_relevant_item_leaves_every_figure_undefined() -> None:
    evaluation = measure(lists([0, 1], [2, 0]), relevant([], []))
    for figure in evaluation.table.values():
        assert np.isnan(figure.mean)
        assert (figure.low, figure.high, figure.n) == (None, None, 0)


def test_a_single_user_has_no_interval() -> None:
    figure = measure(lists([0, 1], [2, 0]), relevant([0], [])).table["recall"]
    assert (figure.mean, figure.low, figure.high, figure.n) == (1.0, None, None, 1)


def test_a_slice_counts_its_own_items_alone() -> None:
    # the slice is items 1, 2 and 3: the first user's item 0 and the second user's 4 are no longer asked for
    eligible = np.array([False, True, True, True, False])
    evaluation = measure(lists([2, 3], [3, -1], [1, 2]), relevant([0, 2], [4], [1]), eligible=eligible)
    assert evaluation.per_user["recall"] == pytest.approx([1 / 1, NAN, 1 / 1], nan_ok=True)
    assert evaluation.per_user["arp"] == pytest.approx([(1 + 1) / 2, NAN, (2 + 1) / 2], nan_ok=True)
    assert evaluation.table["coverage"].mean == pytest.approx(3 / 3)  # items 2, 3 and 1, of three


def test_a_list_that_leaves_its_slice_is_refused() -> None:
    with pytest.raises(ValueError, match="not eligible"):
        measure(lists([0, 1]), relevant([1]), eligible=np.array([False, True, True, True, True]))


def test_keys_choose_and_order_the_metrics() -> None:
    evaluation = measure(lists([0, 1]), relevant([1]), keys=("coverage", "mrr"))
    assert list(evaluation.table) == ["coverage", "mrr"]
    assert list(evaluation.per_user) == ["mrr"]
    assert not evaluation.per_user["mrr"].flags.writeable
    with pytest.raises(ScenarioError, match="accuracy"):
        measure(lists([0, 1]), relevant([1]), keys=("accuracy",))


@given(st.integers(0, 2**32 - 1))
def test_users_without_relevant_items_change_nothing(seed: int) -> None:
    generator = np.random.default_rng(seed)
    items = np.stack([generator.permutation(5)[:3] for _ in range(8)]).astype(np.int32)
    test = csr_matrix((generator.random((8, 5)) < 0.3).astype(np.float32))
    evaluated = np.flatnonzero(np.diff(test.indptr) > 0)
    everybody = measure(lists(*items.tolist()), test)
    only = measure(lists(*items[evaluated].tolist(), users=evaluated.tolist()), test) if len(evaluated) else everybody
    assert {key: figure.mean for key, figure in everybody.table.items()} == pytest.approx(
        {key: figure.mean for key, figure in only.table.items()}, nan_ok=True
    )
