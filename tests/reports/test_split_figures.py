from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime

import numpy as np
import pytest

from recengine.data import Dataset, SplitPicture, SplitSample, SplitTimeline, picture_split, split_dataset
from recengine.reports import figures
from recengine.reports.figures.split import when

PictureOf = Callable[[str], SplitPicture]


@pytest.fixture(scope="session")
def picture_of(synthetic_dataset: Dataset) -> PictureOf:
    return lambda text: picture_split(split_dataset(synthetic_dataset, text))


def test_bars_are_shares_with_counts_beside_them(picture_of: PictureOf) -> None:
    summary = picture_of("time").summary
    chart = figures.split_parts_figure(summary)
    assert [trace.name for trace in chart.data] == ["Training", "Validation", "Test"]
    for trace, part in zip(chart.data, summary.parts, strict=True):
        assert trace.x[0] == part.positives / summary.positives
        assert list(trace.text) == [f"{part.positives:,}", f"{part.users:,}", f"{part.items:,}"]
    assert sum(trace.x[0] for trace in chart.data) == pytest.approx(1)
    # not by colour alone
    assert len({trace.marker.pattern.shape for trace in chart.data}) == 3


def test_events_over_time_add_up(picture_of: PictureOf) -> None:
    picture = picture_of("time")
    assert picture.timeline is not None
    chart = figures.split_timeline_figure(picture.timeline)
    assert [sum(trace.y) for trace in chart.data] == [part.positives for part in picture.summary.parts]
    assert chart.layout.xaxis.type == "date"
    # a global cut: no bar of test is left of one of training
    train, _, test = ([x for x, y in zip(trace.x, trace.y, strict=True) if y] for trace in chart.data)
    assert max(train) <= min(test)


def test_a_row_a_user_and_a_mark_an_event(picture_of: PictureOf) -> None:
    picture = picture_of("last:2")
    for by in ("order", "time"):
        chart = figures.split_sample_figure(picture.sample, by=by)
        assert len(chart.layout.yaxis.ticktext) == len(picture.sample)
        assert sum(len(trace.x) for trace in chart.data) == sum(len(one.parts) for one in picture.sample)
        assert len({trace.marker.symbol for trace in chart.data}) == 3
        json.dumps(chart.to_plotly_json(), allow_nan=False)
    # the last two are test, so at the places 0 and -1 from the end, the two before validation
    chart = figures.split_sample_figure(picture.sample)
    assert set(chart.data[2].x) == {0, -1}
    assert set(chart.data[1].x) == {-2, -3}


def test_what_has_no_time_is_in_order_only() -> None:
    sample = (SplitSample("<b>$x$</b>", np.array([0, 0, 2]), np.array([np.nan, 5.0, 6.0]), 7),)
    by_time, by_order = (figures.split_sample_figure(sample, by=by) for by in ("time", "order"))
    assert [len(trace.x) for trace in by_time.data] == [1, 0, 1]
    assert [len(trace.x) for trace in by_order.data] == [2, 0, 1]
    assert by_time.layout.yaxis.ticktext[0] == "&lt;b&gt;&#36;x&#36;&lt;/b&gt;"
    json.dumps(by_time.to_plotly_json(), allow_nan=False)
    assert figures.split_sample_alt(sample) == (
        "The positives of 1 users, a row each, marked by part: training 2, validation 0 and test 1. "
        "7 older ones of very active users are not shown."
    )


def test_times_that_no_calendar_has_are_numbers() -> None:
    timeline = SplitTimeline(np.array([0, 10**15, 2 * 10**15]), np.array([[1, 0], [0, 0], [0, 1]]))
    chart = figures.split_timeline_figure(timeline)
    assert chart.layout.xaxis.type is None
    assert chart.layout.xaxis.title.text == "Seconds since 1970"
    assert when(10**15) == "second 1,000,000,000,000,000 since 1970"
    assert when(datetime(2024, 3, 1, 23, tzinfo=UTC).timestamp()) == "2024-03-01"
    assert when(None) == when(float("nan")) == "no time"


def test_sentences_say_what_the_charts_show(picture_of: PictureOf) -> None:
    summary = picture_of("time").summary
    train, _, test = summary.parts
    said = figures.split_parts_alt(summary)
    assert f"training {train.positives:,} positives" in said
    assert f"of {test.users:,} users and {test.items:,} items" in said
    assert f"test from {when(test.first)} to {when(test.last)}" in figures.split_timeline_alt(summary)


def test_nothing_to_draw_is_drawn(synthetic_dataset: Dataset) -> None:
    empty = synthetic_dataset.with_interactions(synthetic_dataset.interactions.clear(), "none")
    picture = picture_split(split_dataset(empty))
    assert picture.timeline is None
    assert picture.sample == ()
    assert figures.split_parts_figure(picture.summary).layout.height > 0
    assert figures.split_sample_figure(picture.sample).layout.height > 0
    assert figures.split_timeline_alt(picture.summary) == "No positive has a time."
