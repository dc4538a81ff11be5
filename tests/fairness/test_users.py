from itertools import permutations as arrangements

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from recengine.arrays import Values
from recengine.fairness import holm, user_fairness
from recengine.fairness import users as module

NAN = float("nan")


def labels_of(*sizes: int) -> list[str]:
    return [f"group {g}" for g, size in enumerate(sizes) for _ in range(size)]


def range_of_means(*groups: Values, axis: int = -1) -> Values:
    means = np.stack([group.mean(axis=axis) for group in groups])
    gap: Values = means.max(axis=0) - means.min(axis=0)
    return gap


def test_gap_and_ratio_are_of_the_group_means() -> None:
    gap = user_fairness(["a"] * 5 + ["b"] * 5 + ["c"] * 5, np.repeat([0.2, 0.5, 0.4], 5))
    assert {group: figure.mean for group, figure in gap.groups.items()} == pytest.approx({"a": 0.2, "b": 0.5, "c": 0.4})
    assert gap.gap == pytest.approx(0.5 - 0.2)
    assert gap.ratio == pytest.approx(0.2 / 0.5)
    # no spread inside a group: every resample has the same mean
    assert (gap.groups["a"].low, gap.groups["a"].high) == pytest.approx((0.2, 0.2))


def test_p_value_is_the_share_of_arrangements_with_a_gap_as_large() -> None:
    values = np.array([0.9, 0.8, 0.7, 0.1, 0.3, 0.2])
    exact = [abs(np.mean(order[:3]) - np.mean(order[3:])) for order in arrangements(values)]
    expected = np.mean(np.array(exact) >= 0.6 - 1e-9)  # 2 of 20 ways to choose three of six
    assert expected == pytest.approx(2 / 20)
    gap = user_fairness(["a"] * 3 + ["b"] * 3, values, minimum=1, permutations=4999)
    assert gap.p_value == pytest.approx(expected, abs=4 * np.sqrt(0.1 * 0.9 / 4999))
    assert gap.chance_gap == pytest.approx(np.mean(exact), abs=4 * np.std(exact) / np.sqrt(4999))


def test_p_value_and_chance_gap_agree_with_scipy() -> None:
    generator = np.random.default_rng(3)
    groups = [generator.normal(mean, 1.0, size) for mean, size in ((0.0, 30), (0.3, 20), (0.5, 12))]
    oracle = stats.permutation_test(
        tuple(groups),
        range_of_means,
        permutation_type="independent",
        n_resamples=4999,
        alternative="greater",
        vectorized=True,
        rng=np.random.default_rng(4),
    )
    gap = user_fairness(labels_of(30, 20, 12), np.concatenate(groups), permutations=4999)
    assert gap.gap == pytest.approx(oracle.statistic)
    error = np.sqrt(oracle.pvalue * (1 - oracle.pvalue) / 4999)
    assert gap.p_value == pytest.approx(oracle.pvalue, abs=5 * np.sqrt(2) * error)
    assert gap.chance_gap == pytest.approx(oracle.null_distribution.mean(), rel=0.03)


def test_group_intervals_agree_with_scipy() -> None:
    generator = np.random.default_rng(5)
    groups = [generator.gamma(2.0, size=size) for size in (60, 25)]
    gap = user_fairness(labels_of(60, 25), np.concatenate(groups), n_resamples=4000)
    for values, figure in zip(groups, gap.groups.values(), strict=True):
        oracle = stats.bootstrap(
            (values,), np.mean, n_resamples=4000, method="percentile", rng=np.random.default_rng(6)
        ).confidence_interval
        error = values.std() / np.sqrt(len(values))
        assert figure.low == pytest.approx(oracle.low, abs=0.15 * error)
        assert figure.high == pytest.approx(oracle.high, abs=0.15 * error)


def test_p_value_is_about_uniform_where_groups_do_not_differ() -> None:
    generator = np.random.default_rng(8)
    labels = labels_of(20, 30, 10)
    p_values = [
        user_fairness(labels, generator.exponential(size=60), permutations=199, n_resamples=1, seed=trial).p_value
        for trial in range(300)
    ]
    assert stats.kstest(p_values, "uniform").pvalue > 0.01
    # the test is exact: at most 5 % are 0.05 or less, give or take three standard errors
    assert np.mean(np.array(p_values) <= 0.05) < 0.05 + 3 * np.sqrt(0.05 * 0.95 / 300)


def test_chance_alone_makes_gaps_and_more_so_between_many_small_groups() -> None:
    values = np.random.default_rng(9).random(210)
    two = user_fairness(labels_of(105, 105), values)
    many = user_fairness(labels_of(*[10] * 21), values)
    assert many.chance_gap > 3 * two.chance_gap
    assert many.p_value > 0.01


def test_a_real_gap_is_found() -> None:
    generator = np.random.default_rng(1)
    gap = user_fairness(labels_of(40, 40), np.concatenate([generator.normal(m, 1.0, 40) for m in (0.0, 2.0)]))
    assert gap.p_value == 1 / 1000  # none of 999 shuffles comes near: (1 + 0) / (1 + 999)
    assert gap.chance_gap < gap.gap / 2


def test_small_groups_are_suppressed_and_counted() -> None:
    labels = ["a"] * 6 + ["b"] * 5 + ["c"] * 4 + ["d"] * 5
    values = np.concatenate([np.full(6, 0.5), np.full(5, 0.4), np.full(4, 9.0), [0.1, 0.1, NAN, NAN, NAN]])
    gap = user_fairness(labels, values)
    assert list(gap.groups) == ["a", "b"]
    assert gap.suppressed == {"c": 4, "d": 2}  # d has five users, but a value for two
    assert gap.gap == pytest.approx(0.5 - 0.4)


def test_users_without_a_value_change_nothing() -> None:
    values = np.random.default_rng(0).random(20)
    labels = ["a", "b"] * 10
    assert (
        user_fairness([*labels, "a", "b"], np.append(values, [NAN, NAN])).groups == user_fairness(labels, values).groups
    )


def test_no_label_is_a_group_of_its_own() -> None:
    gap = user_fairness([None] * 5 + ["b"] * 5 + ["z"] * 5, np.repeat([0.1, 0.2, 0.3], 5))
    assert list(gap.groups) == ["b", "z", "unknown"]
    assert gap.groups["unknown"].mean == pytest.approx(0.1)


@pytest.mark.parametrize("labels", [["a"] * 8, ["a"] * 5 + ["b"] * 3, ["a", "b", "c", "d"] * 2])
def test_fewer_than_two_groups_have_no_gap(labels: list[str]) -> None:
    gap = user_fairness(labels, np.linspace(0, 1, 8))
    assert np.isnan([gap.gap, gap.ratio, gap.chance_gap, gap.p_value]).all()
    assert len(gap.groups) < 2
    assert sum(figure.n for figure in gap.groups.values()) + sum(gap.suppressed.values()) == 8


def test_nobody_with_a_value_has_no_gap() -> None:
    gap = user_fairness(["a", "b"], np.array([NAN, NAN]))
    assert gap.groups == {}
    assert gap.suppressed == {"a": 0, "b": 0}
    assert np.isnan(gap.gap)


def test_ratio_where_it_means_something() -> None:
    labels = labels_of(5, 5)
    assert user_fairness(labels, np.zeros(10)).ratio == 1.0
    assert user_fairness(labels, np.repeat([0.0, 0.4], 5)).ratio == 0.0
    assert np.isnan(user_fairness(labels, np.repeat([-0.2, 0.4], 5)).ratio)


def test_equal_groups_are_no_surprise() -> None:
    gap = user_fairness(labels_of(5, 5), np.tile([0.1, 0.2, 0.3, 0.4, 0.5], 2))
    assert gap.gap == pytest.approx(0.0, abs=1e-15)
    assert gap.p_value == 1.0


def test_shuffles_that_repeat_the_arrangement_count_as_equal_however_they_round() -> None:
    # every shuffle of one odd value among equals gives the same two gaps
    values = np.full(10, 0.1)
    values[0] = 0.7
    assert user_fairness(labels_of(5, 5), values).p_value == 1.0


def test_no_permutations_no_chance() -> None:
    gap = user_fairness(labels_of(5, 5), np.arange(10.0), permutations=0)
    assert gap.gap == pytest.approx(5.0)
    assert np.isnan([gap.chance_gap, gap.p_value]).all()


def test_many_users_get_fewer_shuffles(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_DRAWS", 100 * 250)
    monkeypatch.setattr(module, "_CELLS", 700)
    values = np.repeat([0.0, 1.0], 50)
    assert user_fairness(labels_of(50, 50), values).p_value == pytest.approx(1 / (1 + 250))
    monkeypatch.setattr(module, "MAX_DRAWS", 100)
    assert user_fairness(labels_of(50, 50), values).p_value == pytest.approx(1 / (1 + 199))


def test_labels_and_values_must_be_of_the_same_users() -> None:
    with pytest.raises(ValueError, match="expected a label for each of the 3 values, got 2"):
        user_fairness(["a", "b"], np.zeros(3))


@given(st.lists(st.tuples(st.sampled_from("abc"), st.floats(0, 1)), min_size=1, max_size=40))
def test_gap_is_the_same_whatever_the_groups_are_called(users: list[tuple[str, float]]) -> None:
    labels = [label for label, _ in users]
    values = np.array([value for _, value in users])
    renamed = {"a": "zebra", "b": "b", "c": "aardvark"}
    before = user_fairness(labels, values, permutations=49, n_resamples=20)
    after = user_fairness([renamed[label] for label in labels], values, permutations=49, n_resamples=20)
    assert [after.gap, after.ratio, after.chance_gap, after.p_value] == pytest.approx(
        [before.gap, before.ratio, before.chance_gap, before.p_value], nan_ok=True, abs=0
    )
    assert after.groups == {renamed[label]: figure for label, figure in before.groups.items()}
    if len(before.groups) >= 2:
        assert before.gap >= 0
        assert 1 / 50 <= before.p_value <= 1
        assert all(figure.low <= figure.high for figure in before.groups.values())


def test_holm_multiplies_by_the_questions_that_are_left() -> None:
    # in ascending order 0.01 * 3, 0.02 * 2, 0.5 * 1, each at least the one before
    assert holm([0.5, 0.01, 0.02]) == pytest.approx([0.5, 0.01 * 3, 0.02 * 2])
    assert holm([0.02, 0.021]) == pytest.approx([0.02 * 2, 0.02 * 2])
    assert holm([0.6, 0.7]) == [1.0, 1.0]
    assert holm([NAN, 0.01, NAN]) == pytest.approx([NAN, 0.01, NAN], nan_ok=True)
    assert holm([]) == []
