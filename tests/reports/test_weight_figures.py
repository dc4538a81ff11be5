from __future__ import annotations

import math

import numpy as np
import pytest

from recengine.reports import figures
from recengine.reports.figures.weights import corner_coordinates
from recengine.reports.weight_tables import sweep_table, triangle_table
from recengine.simulation import Sweep, Triangle, lattice

NOTHING = np.zeros(0)


def sweep_of(weights: list[float], values: list[float], metric: str = "ndcg", current: float = 0.7) -> Sweep:
    return Sweep(
        "als",
        current,
        1.0,
        10,
        np.array(weights),
        {metric: np.array(values)},
        {metric: 50},
        50,
        50,
        9,
        50,
        True,
        NOTHING,
    )


def triangle_of(values: list[float], metric: str = "ndcg") -> Triangle:
    return Triangle(("als", "text", "popularity"), 1, 10, lattice(1), {metric: np.array(values)}, {metric: 50})


def test_a_curve_is_drawn_in_its_steps() -> None:
    chart = figures.sweep_figure(
        sweep_of([0.2, 0.5], [0.30, 0.40, 0.35]), "ndcg", label="ALS", baseline=0.1, chosen=0.9
    )
    low, high = chart.data[:2]
    assert list(low.x) == [0, 0.2, 0.2, 0.5, 0.5, 1]
    assert list(low.y) == list(high.y) == [0.30, 0.30, 0.40, 0.40, 0.35, 0.35]
    marks = {(trace.x[0], trace.y[0]) for trace in chart.data[2:-1]}
    assert marks == {(0.1, 0.30), (0.9, 0.35), (0.7, 0.35)}
    points = chart.data[-1]
    assert list(points.x) == [pytest.approx(0.1), pytest.approx(0.35), pytest.approx(0.75)]
    assert points.customdata[1] == "0.2 to 0.5<br><b>NDCG@10: 0.400</b>"
    # the best, 0.40, is within 1 % of itself alone
    bands = [shape for shape in chart.layout.shapes if shape.type == "rect"]
    assert [(band.x0, band.x1) for band in bands] == [(0.2, 0.5)]


def test_a_long_curve_keeps_its_extremes() -> None:
    rng = np.random.default_rng(0)
    long = sweep_of(np.sort(rng.random(5000)).tolist(), rng.random(5001).tolist())
    chart = figures.sweep_figure(long, "ndcg", label="ALS")
    assert len(chart.data[-1].x) <= 300
    assert min(chart.data[0].y) == long.values["ndcg"].min()
    assert max(chart.data[1].y) == long.values["ndcg"].max()
    assert sweep_table(long, "ndcg").height == 5001


def test_marks_outside_the_range_are_left_out() -> None:
    chart = figures.sweep_figure(sweep_of([], [0.3], current=2.0), "ndcg", label="ALS", baseline=2.0)
    assert len(chart.data) == 3  # the two edges of the band, and what is hovered


def test_the_corners_of_the_triangle() -> None:
    x, y = corner_coordinates(np.array([[1.0, 0, 0], [0, 1, 0], [0, 0, 1], [2, 2, 2]]))
    assert x == pytest.approx([1 / 2, 0, 1, 1 / 2])
    # the middle is a third of the height
    assert y == pytest.approx([math.sqrt(3) / 2, 0, 0, math.sqrt(3) / 6])


def test_a_triangle_has_a_tile_a_mix() -> None:
    found = triangle_of([0.40, 0.30, 0.399])
    chart = figures.triangle_figure(
        found, "ndcg", labels=("<b>ALS</b>", "Text", "Popularity"), current=(1, 1, 2), chosen=0
    )
    assert len(chart.layout.shapes) == 3
    assert chart.layout.annotations[0].text == "&lt;b&gt;ALS&lt;/b&gt;"
    good, chosen, now = chart.data[:3]
    # 0.399 is within 1 % of 0.40
    assert list(good.x) == [0.5, 1.0]
    assert (chosen.name, chosen.x[0]) == ("Chosen", 0.5)
    assert (now.name, now.x[0]) == ("Now", pytest.approx(1 / 2 + 1 / 8))
    assert chart.data[-1].customdata[0].endswith("<b>NDCG@10: 0.400</b>")
    assert triangle_table(found).columns == ["als", "text", "popularity", "ndcg"]


def test_where_nothing_is_defined() -> None:
    nan = float("nan")
    assert not figures.triangle_figure(triangle_of([nan] * 3), "ndcg", labels=("a", "b", "c")).layout.shapes
    assert figures.triangle_alt(triangle_of([nan] * 3), "ndcg", labels=("a", "b", "c")).startswith(
        "NDCG@10 is not defined"
    )
    assert figures.sweep_alt(sweep_of([], [nan]), "ndcg", label="ALS").startswith("NDCG@10 is not defined")
    assert len(figures.sweep_figure(sweep_of([], [nan]), "ndcg", label="ALS").data) == 4


def test_sentences_say_what_the_charts_show() -> None:
    assert figures.sweep_alt(sweep_of([0.2, 0.5], [0.30, 0.40, 0.35]), "ndcg", label="ALS") == (
        "NDCG@10 while the weight of ALS goes from 0 to 1: from 0.300 to 0.400, best at 0.2 to 0.5."
    )
    assert figures.triangle_alt(triangle_of([0.4, 0.3, 0.35]), "ndcg", labels=("ALS", "Text", "Popularity")) == (
        "NDCG@10 over 3 mixes of ALS, Text, Popularity: from 0.300 to 0.400, "
        "best at ALS 100\u00a0%, Text 0\u00a0%, Popularity 0\u00a0%."
    )
    assert "highest at" in figures.triangle_alt(
        triangle_of([4.0, 3.0, 3.5], "novelty"), "novelty", labels=("a", "b", "c")
    )
