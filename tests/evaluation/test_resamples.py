import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy import stats

from recengine.arrays import Values
from recengine.evaluation import Resamples
from recengine.evaluation import resamples as module

NAN = float("nan")


def given_counts(*rows: list[int]) -> Resamples:
    return Resamples(np.array(rows, dtype=np.float32))


def test_every_resample_draws_as_many_users_as_there_are() -> None:
    resamples = Resamples.draw(37, n_resamples=50, seed=3)
    assert resamples.counts.shape == (50, 37)
    assert (resamples.counts.sum(axis=1) == 37).all()
    assert not resamples.counts.flags.writeable


def test_a_user_is_drawn_as_often_as_a_binomial_says() -> None:
    # Binomial(100, 1/100): mean 1, variance 100 * 0.01 * 0.99 = 0.99
    counts = Resamples.draw(100, n_resamples=2000).counts
    assert counts.mean(axis=0) == pytest.approx(np.ones(100), abs=5 * np.sqrt(0.99 / 2000))
    assert counts.var() == pytest.approx(0.99, rel=0.02)


def test_same_seed_same_counts() -> None:
    np.testing.assert_array_equal(Resamples.draw(20, 30, seed=1).counts, Resamples.draw(20, 30, seed=1).counts)
    assert (Resamples.draw(20, 30, seed=1).counts != Resamples.draw(20, 30, seed=2).counts).any()


def test_many_users_get_fewer_resamples(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_COUNTS", 10_000)
    monkeypatch.setattr(module, "MIN_RESAMPLES", 20)
    assert Resamples.draw(10).counts.shape == (1000, 10)  # 10,000 counts just fit
    assert Resamples.draw(100).counts.shape == (100, 100)  # 10,000 / 100
    assert Resamples.draw(5000).counts.shape == (20, 5000)  # never fewer than the minimum
    assert Resamples.draw(5000, n_resamples=7).counts.shape == (7, 5000)  # unless fewer were asked for


def test_counts_do_not_depend_on_how_many_are_drawn_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    at_once = Resamples.draw(20, 30).counts
    monkeypatch.setattr(module, "_DRAW_CELLS", 45)
    np.testing.assert_array_equal(Resamples.draw(20, 30).counts, at_once)


def test_interval_takes_percentiles_of_the_resampled_means() -> None:
    resamples = given_counts([2, 0, 0, 1], [0, 2, 1, 0], [1, 1, 1, 0], [0, 0, 3, 0])
    mean, low, high = resamples.interval(np.array([1.0, 4.0, NAN, 10.0]))
    resampled = [
        (2 * 1 + 1 * 10) / 3,
        (2 * 4) / 2,  # the third user has no value: two draws are left
        (1 * 1 + 1 * 4) / 2,
        NAN,  # nobody with a value was drawn
    ]
    assert mean == pytest.approx((1 + 4 + 10) / 3)
    assert low == pytest.approx(np.percentile(resampled[:3], 2.5))
    assert high == pytest.approx(np.percentile(resampled[:3], 97.5))


def test_columns_with_different_gaps_are_each_their_own() -> None:
    generator = np.random.default_rng(5)
    values = generator.random((60, 4))
    values[generator.random((60, 4)) < 0.3] = NAN
    resamples = Resamples.draw(60, 200)
    together = resamples.interval(values)
    for column in range(4):
        alone = resamples.interval(values[:, column])
        assert [part[column] for part in together] == pytest.approx([float(part) for part in alone], abs=1e-6)


def test_interval_agrees_with_scipy() -> None:
    values = np.random.default_rng(0).gamma(2.0, size=200)
    mean, low, high = Resamples.draw(200, 4000, seed=1).interval(np.append(values[:-1], [values[-1]]))
    oracle = stats.bootstrap(
        (values,), np.mean, n_resamples=4000, method="percentile", rng=np.random.default_rng(2)
    ).confidence_interval
    error = values.std() / np.sqrt(200)
    assert mean == pytest.approx(values.mean())
    # the ends of two bootstraps of 4,000 differ by a few hundredths of a standard error
    assert low == pytest.approx(oracle.low, abs=0.1 * error)
    assert high == pytest.approx(oracle.high, abs=0.1 * error)


def test_undefined_users_do_not_widen_the_interval_of_the_others() -> None:
    values = np.random.default_rng(0).gamma(2.0, size=200)
    with_gaps = np.column_stack([values, np.full(200, NAN)]).ravel()
    mean, low, high = Resamples.draw(400, 4000).interval(with_gaps)
    oracle = stats.bootstrap(
        (values,), np.mean, n_resamples=4000, method="percentile", rng=np.random.default_rng(2)
    ).confidence_interval
    error = values.std() / np.sqrt(200)
    assert mean == pytest.approx(values.mean())
    assert low == pytest.approx(oracle.low, abs=0.15 * error)
    assert high == pytest.approx(oracle.high, abs=0.15 * error)


def test_interval_covers_the_true_mean_about_as_often_as_it_says() -> None:
    generator = np.random.default_rng(7)
    _, low, high = Resamples.draw(80, 1000).interval(generator.exponential(2.0, size=(80, 2000)))
    covered = ((low <= 2.0) & (high >= 2.0)).mean()
    assert 0.91 < covered < 0.96  # a percentile interval of 80 skewed values is a little short of 95 %


def test_one_user_has_a_mean_but_no_interval_and_none_has_neither() -> None:
    mean, low, high = Resamples.draw(3, 10).interval(np.array([[0.5, NAN], [NAN, NAN], [NAN, NAN]]))
    assert mean == pytest.approx([0.5, NAN], nan_ok=True)
    assert np.isnan(low).all()
    assert np.isnan(high).all()


def test_large_levels_keep_their_digits() -> None:
    # around 10 million a float32 moves in steps of 1
    values = 1e7 + np.array([0.0, 0.25, 0.5, 0.75])
    mean, low, high = given_counts([4, 0, 0, 0], [0, 0, 0, 4]).interval(values)
    assert mean == 1e7 + 0.375
    assert low == pytest.approx(1e7 + 0.025 * 0.75, rel=1e-12)
    assert high == pytest.approx(1e7 + 0.975 * 0.75, rel=1e-12)


def test_difference_is_paired() -> None:
    # the users differ much, the change is the same for each: paired, the interval has no width
    baseline = np.random.default_rng(0).random(50)
    mean, low, high = Resamples.draw(50, 100).difference(baseline + 0.125, baseline)
    assert [mean, low, high] == pytest.approx([0.125] * 3)


def test_difference_is_over_users_with_a_value_on_both_sides() -> None:
    mean, _, _ = Resamples.draw(4, 10).difference(np.array([1.0, NAN, 3.0, 5.0]), np.array([0.0, 2.0, NAN, 1.0]))
    assert mean == pytest.approx(((1 - 0) + (5 - 1)) / 2)


def test_values_of_other_users_are_refused() -> None:
    with pytest.raises(ValueError, match="expected one row for each of the 3 users, got 4"):
        Resamples.draw(3, 10).interval(np.zeros(4))


@given(hnp.arrays(np.float64, st.tuples(st.integers(2, 12), st.integers(1, 3)), elements=st.floats(-100, 100)))
def test_interval_holds_within_the_values_and_moves_with_them(values: Values) -> None:
    resamples = Resamples.draw(len(values), 200)
    mean, low, high = resamples.interval(values)
    slack = 1e-4
    assert (values.min(axis=0) - slack <= low).all()
    assert (low <= high).all()
    assert (high <= values.max(axis=0) + slack).all()
    shifted = resamples.interval(values + 3.0)
    np.testing.assert_allclose(shifted.mean, mean + 3.0, atol=1e-9)
    np.testing.assert_allclose(shifted.low, low + 3.0, atol=slack)
