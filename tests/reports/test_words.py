import math

from recengine.evaluation import Figure
from recengine.reports.words import (
    UNDEFINED,
    direction,
    joined,
    metric_interval,
    metric_label,
    metric_value,
    p_value,
    share,
)


def test_values_come_in_the_metrics_own_format_and_unit() -> None:
    assert metric_value("ndcg", 0.39149) == "0.391"
    assert metric_value("hit_rate", 0.8154) == "81.5\u00a0%"
    assert metric_value("novelty", 2.514) == "2.51 bits"
    assert metric_value("ndcg", math.nan) == UNDEFINED
    assert metric_value("ndcg", None) == UNDEFINED


def test_a_bound_just_under_zero_is_written_as_zero() -> None:
    assert metric_interval("ndcg", Figure(0.01, -1e-9, 0.034, 37, "")) == "0.000 to 0.034"


def test_no_interval_is_said() -> None:
    assert metric_interval("coverage", Figure(0.5, None, None, 9, "")) == "no interval"


def test_labels_name_the_cut() -> None:
    assert metric_label("hit_rate", 10) == "Hit rate@10"
    assert metric_label("own_metric") == "own metric"


def test_directions() -> None:
    assert direction("ndcg") == "higher is better"
    assert direction("gini") == "lower is better"
    assert direction("novelty") == "neither direction is better in itself"


def test_p_values_never_say_zero() -> None:
    assert p_value(0.0414) == "p = 0.041"
    assert p_value(0.0001) == "p < 0.001"
    assert p_value(math.nan) == f"p = {UNDEFINED}"


def test_shares_and_lists() -> None:
    assert share(0.256) == "25.6\u00a0%"
    assert joined(["a"]) == "a"
    assert joined(["a", "b", "c"]) == "a, b and c"
