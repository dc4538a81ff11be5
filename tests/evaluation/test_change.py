from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.stats import permutation_test

from recengine.evaluation import FLIPS, Resamples, change, p_values

NAN = float("nan")


def test_change_is_the_mean_of_the_users_changes() -> None:
    changes = change(
        {"ndcg": np.array([0.5, 0.7, NAN, 0.1])}, {"ndcg": np.array([0.4, 0.9, 0.3, NAN])}, Resamples.draw(4, 100)
    )
    # the third and the fourth user have a value on one side only
    assert changes["ndcg"].mean == pytest.approx(((0.5 - 0.4) + (0.7 - 0.9)) / 2)
    assert changes["ndcg"].n == 2


def test_change_of_each_metric_has_its_paired_interval() -> None:
    generator = np.random.default_rng(0)
    before = {"ndcg": generator.random(80), "recall": generator.random(80)}
    after = {"ndcg": before["ndcg"] + generator.normal(0.2, 0.05, 80), "recall": generator.random(80)}
    resamples = Resamples.draw(80)
    changes = change(after, before, resamples)
    ndcg, recall = changes["ndcg"], changes["recall"]
    assert ndcg.low > 0.15  # 0.2 with a standard error of 0.05 / sqrt(80)
    assert recall.low < 0 < recall.high
    _, low, high = resamples.difference(after["recall"], before["recall"])
    assert (recall.low, recall.high) == pytest.approx((float(low), float(high)))


def test_only_metrics_of_both_sides_change() -> None:
    values = np.zeros(3)
    changes = change({"ndcg": values, "map": values}, {"map": values, "mrr": values}, Resamples.draw(3, 10))
    assert list(changes) == ["map"]
    assert change({"ndcg": values}, {"mrr": values}, Resamples.draw(3, 10)) == {}


def test_too_few_users_have_no_interval() -> None:
    one = change({"m": np.array([1.0, NAN])}, {"m": np.array([0.5, 0.5])}, Resamples.draw(2, 10))["m"]
    assert (one.mean, one.n) == (1.0 - 0.5, 1)
    assert np.isnan([one.low, one.high]).all()
    none = change({"m": np.array([NAN, NAN])}, {"m": np.array([0.5, 0.5])}, Resamples.draw(2, 10))["m"]
    assert none.n == 0
    assert np.isnan([none.mean, none.low, none.high]).all()


def _by_scipy(after: NDArray[np.float64], before: NDArray[np.float64], flips: int) -> float:
    def mean(first: Any, second: Any, axis: int) -> Any:
        return np.mean(first - second, axis=axis)

    found: Any = permutation_test(
        (after, before), mean, permutation_type="samples", n_resamples=flips, vectorized=True, rng=1
    )
    return float(found.pvalue)


@pytest.mark.parametrize("seed", range(8))
def test_of_few_users_every_choice_of_signs_is_counted_as_scipy_does(seed: int) -> None:
    generator = np.random.default_rng(seed)
    # tenths, so that many sums are equal and only rounding parts them
    before, after = generator.integers(0, 6, (2, 11)) / 10
    assert p_values({"m": after}, {"m": before})["m"] == pytest.approx(_by_scipy(after, before, 2**11), abs=1e-12)


@pytest.mark.parametrize("shift", [0.0, 0.02, 0.04])
def test_of_many_users_signs_are_drawn_and_agree_with_scipy(shift: float) -> None:
    generator = np.random.default_rng(3)
    before = generator.random(150)
    after = before + generator.normal(shift, 0.2, 150)
    ours, theirs = p_values({"m": after}, {"m": before})["m"], _by_scipy(after, before, FLIPS)
    # both are shares of 9,999 draws: four standard errors of their difference
    assert abs(ours - theirs) < 4 * np.sqrt(2 * theirs * (1 - theirs) / FLIPS) + 2 / FLIPS


def test_three_users_who_all_gain_have_two_of_eight_choices_of_signs() -> None:
    found = p_values({"m": np.array([0.3, 0.5, 0.9])}, {"m": np.array([0.1, 0.4, 0.1])})
    # as far from 0 as all up are only all up and all down
    assert found["m"] == 2 / 2**3


def test_users_without_a_value_or_without_a_change_tell_nothing() -> None:
    generator = np.random.default_rng(0)
    before, after = generator.random((2, 10))
    alone = p_values({"m": after}, {"m": before})["m"]
    more = np.concatenate([after, [0.5] * 40, [NAN, 0.1]])
    less = np.concatenate([before, [0.5] * 40, [0.7, NAN]])
    assert p_values({"m": more}, {"m": less})["m"] == alone


def test_no_change_is_certain_and_no_users_are_no_answer() -> None:
    same = np.full(50, 0.4)
    found = p_values({"m": same, "none": np.full(50, NAN)}, {"m": same, "none": same})
    assert found["m"] == 1.0
    assert np.isnan(found["none"])
    assert p_values({"m": same}, {"other": same}) == {}


def test_a_p_value_is_never_0_and_the_same_again() -> None:
    generator = np.random.default_rng(0)
    before = generator.random(400)
    found = p_values({"m": before + 0.3}, {"m": before})
    assert found == p_values({"m": before + 0.3}, {"m": before})
    assert found["m"] == 1 / (1 + FLIPS)


def test_without_a_difference_p_is_uniform() -> None:
    generator = np.random.default_rng(5)
    changes = generator.normal(0, 1, (60, 200))
    found = p_values({str(m): changes[:, m] for m in range(200)}, {str(m): np.zeros(60) for m in range(200)})
    under = np.mean(np.array(list(found.values())) < 0.1)
    # 200 metrics without an effect: a tenth of them, within four standard errors
    assert abs(under - 0.1) < 4 * np.sqrt(0.1 * 0.9 / 200)
