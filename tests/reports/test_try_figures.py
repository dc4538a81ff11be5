from __future__ import annotations

import numpy as np
import pytest

from recengine.evaluation import Change, Figure
from recengine.reports import figures
from recengine.scenario import MetricChange

NAN = float("nan")


def moved(metric: str, mean: float, half: float, p_holm: float, n: int = 40) -> MetricChange:
    side = Figure(0.3, 0.2, 0.4, n, "x")
    return MetricChange(metric, side, side, Change(mean, mean - half, mean + half, n), p_holm / 2, p_holm)


def test_a_change_beyond_chance_is_filled_and_one_within_is_open() -> None:
    changes = {
        "ndcg": moved("ndcg", 0.05, 0.02, 0.001),
        "recall": moved("recall", -0.01, 0.03, 0.6),
        "gini": MetricChange("gini", Figure(0.9, None, None, 9, ""), Figure(0.8, None, None, 9, ""), None, None, None),
    }
    chart = figures.changes_figure(changes, k=10)
    lines = {trace.name: trace for trace in chart.data}
    assert set(lines) == {"No change", "More than chance", "Within chance"}
    assert list(lines["More than chance"].x) == [0.05]
    assert list(lines["Within chance"].x) == [-0.01]
    assert lines["Within chance"].marker.symbol.endswith("-open")
    assert list(lines["More than chance"].error_x.array) == pytest.approx([0.02])
    # 0 is in the middle, and every interval fits: the farthest end is 0.05 + 0.02
    low, high = chart.layout.xaxis.range
    assert (low, high) == pytest.approx((-1.08 * 0.07, 1.08 * 0.07))
    assert list(chart.layout.yaxis.ticktext) == ["NDCG@10", "Recall@10"]
    said = figures.changes_alt(changes, k=10)
    assert "NDCG@10 +0.050 (more than chance)" in said
    assert "Recall@10 -0.010 (within chance)" in said


def test_where_nothing_was_measured_there_is_an_empty_chart() -> None:
    changes = {"ndcg": moved("ndcg", NAN, NAN, NAN, n=0)}
    assert len(figures.changes_figure(changes, k=5).data) == 1
    assert figures.changes_alt(changes, k=5) == "No metric could be compared."


def test_one_user_has_a_change_without_an_interval() -> None:
    changes = {"ndcg": moved("ndcg", 0.1, NAN, 1.0, n=1)}
    (_, dot) = figures.changes_figure(changes, k=5).data
    assert list(dot.error_x.array) == [0.0]


def test_overlap_counts_every_user_once() -> None:
    values = np.array([1.0, 1.0, 0.52, 0.0, NAN])
    bars, median = figures.overlap_figure(values).data
    assert sum(bars.y) == 4
    assert bars.y[-1] == 2
    # the mean of the two in the middle
    assert median.x[0] == pytest.approx((0.52 + 1.0) / 2)
    said = figures.overlap_alt(values)
    assert "4 users" in said
    assert "50.0\u00a0% have the same list" in said
    assert figures.overlap_alt(np.array([NAN])) == "No user has a list."
    assert len(figures.overlap_figure(np.array([NAN])).data) == 1
