import numpy as np
import pytest

from recengine.evaluation import Resamples, change

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
