from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from recengine.reports import figures
from recengine.tuning import FoundWeights, Goal, Points, Region, Worth

LABELS = {"als": "<b>ALS</b>", "text": "Text", "popularity": "Popularity"}
SCORERS = ("als", "text", "popularity")


def points_of(**values: list[float]) -> Points:
    n = len(next(iter(values.values())))
    weights = np.tile([0.5, 0.25, 0.25], (n, 1))
    measured = {name: np.array(column) for name, column in values.items()}
    normalizations: Any = ("min-max",) * n
    neutrals: Any = ("mean",) * n
    return Points(SCORERS, weights, normalizations, neutrals, measured)


def found_of(front: tuple[str, ...], **values: list[float]) -> FoundWeights:
    return FoundWeights(
        Goal("ndcg", front=front), points_of(**values), 2, 0, 1, {"als": 1}, (2, 1), 0.5, None, None, 50, 1.0
    )


def test_the_front_is_what_is_clicked() -> None:
    found = found_of(("ndcg", "coverage"), ndcg=[0.1, 0.2, 0.3], coverage=[0.1, 0.5, 0.2])
    chart = figures.front_figure(found, labels=LABELS, chosen=1)
    front = chart.data[-1]
    assert (list(front.x), list(front.y)) == ([0.3, 0.2], [0.2, 0.5])
    assert front.customdata[0].startswith("&lt;b&gt;ALS&lt;/b&gt; 50\u00a0%, Text 25\u00a0%")
    marks = {trace.name: (trace.x[0], trace.y[0]) for trace in chart.data[1:-1]}
    assert marks == {"Before": (0.1, 0.1), "Best": (0.3, 0.2), "Chosen": (0.2, 0.5)}
    assert figures.front_alt(found) == (
        "A front of 2 settings among 3, from NDCG@10 0.300 and Coverage@10 20.0\u00a0% to NDCG@10 0.200 and "
        "Coverage@10 50.0\u00a0%."
    )


def test_a_third_measure_is_told_by_colour_and_words() -> None:
    found = found_of(("ndcg", "coverage", "gini"), ndcg=[0.1, 0.2, 0.3], coverage=[0.1, 0.5, 0.2], gini=[0.9, 0.8, 0.7])
    front = figures.front_figure(found, labels=LABELS).data[-1]
    assert list(front.marker.color) == [0.7, 0.8]
    assert "Gini of exposure@10: 0.700" in front.customdata[0]


def region_of(among: tuple[str, ...], step: float | None) -> Region:
    weights = np.array([[1.0, 0, 0], [0, 1, 0], [0, 0, 1]])
    points = Points(SCORERS, weights, ("min-max",) * 3, ("mean",) * 3, {"ndcg": np.array([0.3, 0.29, 0.1])})
    gap = np.array([0.0, -0.01, -0.2])
    alike = np.array([True, True, False])
    return Region(points, "ndcg", 3, step, among, 0, gap, gap - 0.02, gap + 0.02, alike, {"+novelty": 1})


def test_what_is_as_good_is_shaded() -> None:
    chart = figures.region_figure(region_of(SCORERS, 1.0), labels=["A", "B", "C"], k=10)
    fills = [shape.fillcolor for shape in chart.layout.shapes]
    assert fills[0] == fills[1] != fills[2]
    assert [trace.name for trace in chart.data[:-1]] == ["Best", "Most Novelty"]
    said = chart.data[-1].customdata
    assert said[0].endswith("the best")
    assert said[1].endswith("-0.0100 (-0.0300 to +0.0100): as good as the best")
    assert said[2].endswith("worse than the best")
    assert figures.region_alt(region_of(SCORERS, 1.0), labels=["A", "B", "C"]).startswith("2 of 3 mixes of A, B, C")
    with pytest.raises(ValueError, match="three scorers"):
        figures.region_figure(region_of(("als", "text"), 0.01), labels=["A", "B"], k=10)


def test_worth_is_sorted_and_signed() -> None:
    values = {"ndcg": np.array([0.1, 0.3, -0.05])}
    worth = Worth(SCORERS, np.ones(3) / 3, values, {"ndcg": np.zeros(3)}, {"ndcg": 0.35}, values, values, True, 8)
    chart = figures.worth_figure(worth, "ndcg", labels=LABELS, k=10)
    (bars,) = chart.data
    assert list(bars.x) == [0.3, 0.1, -0.05]
    assert list(bars.text) == ["+0.3000", "+0.1000", "-0.0500"]
    assert list(chart.layout.yaxis.ticktext) == ["Text", "&lt;b&gt;ALS&lt;/b&gt;", "Popularity"]
    low, high = chart.layout.xaxis.range
    assert low < -0.05 < 0.3 < high
    assert "of 0.3500 in all" in figures.worth_alt(worth, "ndcg", labels=LABELS, k=10)
