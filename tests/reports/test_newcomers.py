from __future__ import annotations

import numpy as np
import pytest

from recengine.coldstart import BLEND, NewcomerQuality
from recengine.evaluation import Figure
from recengine.reports import cold_start_tables as tables
from recengine.reports.figures.newcomers import NAMES, newcomer_quality_alt, newcomer_quality_figure


def figure(mean: float) -> Figure:
    return Figure(mean, mean - 0.1, mean + 0.1, 9, "variant")


@pytest.fixture
def quality() -> NewcomerQuality:
    curves = {
        "popularity": {0: figure(0.3), 5: figure(0.3)},
        BLEND: {0: figure(0.3), 5: figure(0.6)},
        "als": {5: figure(0.5)},
    }
    return NewcomerQuality(np.arange(9, dtype=np.int32), 10, curves, {}, None)


def test_a_line_a_method_with_its_interval(quality: NewcomerQuality) -> None:
    chart = newcomer_quality_figure(quality, labels={"als": "<b>ALS</b>"})
    lines = {trace.name: trace for trace in chart.data}
    assert set(lines) == {"popularity", NAMES[BLEND], "&lt;b&gt;ALS&lt;/b&gt;"}
    assert list(lines[NAMES[BLEND]].y) == [0.3, 0.6]
    assert list(lines[NAMES[BLEND]].error_y.array) == pytest.approx([0.1, 0.1])
    # one amount is a point at its place, shifted by less than half a step
    assert round(lines["&lt;b&gt;ALS&lt;/b&gt;"].x[0]) == 1
    assert list(chart.layout.xaxis.ticktext) == ["0", "5"]
    looks = {(trace.line.color, trace.line.dash, trace.marker.symbol) for trace in chart.data}
    assert len(looks) == 3


def test_the_chart_in_words(quality: NewcomerQuality) -> None:
    said = newcomer_quality_alt(quality, labels={"als": "ALS"})
    assert said == (
        "NDCG@10 by the number of items known: popularity 0.300 throughout, Blend of picks and popularity from 0.300 "
        "with 0 to 0.600 with 5 and ALS 0.500 throughout."
    )


def test_the_table_has_a_row_a_figure(quality: NewcomerQuality) -> None:
    table = tables.newcomer_quality_table(quality, {"als": "ALS"})
    assert table.height == 5
    assert table.row(4, named=True) == {
        "method": "ALS",
        "items_known": 5,
        "mean": 0.5,
        "low": pytest.approx(0.4),
        "high": pytest.approx(0.6),
        "n": 9,
    }
