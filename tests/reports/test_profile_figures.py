from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from recengine.data import Dataset
from recengine.data.profiles import count_everyone, item_profile, user_profile
from recengine.data.profiles.bins import time_bins, value_bins
from recengine.data.profiles.lifts import compare_groups
from recengine.reports import figures
from recengine.reports.theme import DARK


def test_the_line_spreads_as_many_as_everyones_are_spread() -> None:
    bins = time_bins(pl.Series([0, 0, 0, 86_400 * 40]))
    assert bins is not None
    counts = bins.count(np.array([0, 86_400 * 40]))
    figure = figures.over_time_figure(bins, counts)
    bars, line = figure.data
    assert sum(bars.y) == 2
    # 2 of one's own, 3 of everyone's 4 on the first day
    assert line.y[0] == pytest.approx(2 * 3 / 4)
    assert sum(line.y) == pytest.approx(2)
    assert "2 interactions in 2 of 41 days from 1970-01-01 to 1970-02-10" in figures.over_time_alt(bins, counts)


def test_values_are_shares_beside_everyones() -> None:
    bins = value_bins(pl.Series([1.0, 5.0, 5.0, 5.0]))
    assert bins is not None
    here, everyone = figures.own_values_figure(bins, np.array([1, 1]), theme=DARK).data
    assert list(here.y) == [0.5, 0.5]
    assert list(everyone.y) == [0.25, 0.75]
    # told by a pattern too
    assert everyone.marker.pattern.shape == "/"
    assert "50" in figures.own_values_alt(bins, np.array([1, 1]))


def test_lifts_are_dots_open_where_few() -> None:
    found = compare_groups(
        "genre", ["<b>much</b>", "$a$ few", "never"], np.array([80, 2, 0]), 100, np.array([40, 2, 30]), 100
    )
    figure = figures.lifts_figure(found)
    sure, few, never = figure.data
    assert (sure.marker.symbol, few.marker.symbol) == ("circle", "circle-open")
    assert list(sure.x) == [0.8 / 0.4]
    assert list(never.text) == ["none"]
    # as a factor, 1 is like everyone
    assert figure.layout.xaxis.type == "log"
    assert not any("<b>much" in label or "$" in label for label in figure.layout.yaxis.ticktext)
    alt = figures.lifts_alt(found)
    assert "<b>much</b> \u00d7 2.00 (n = 80)" in alt
    assert "few" not in alt


def test_where_nothing_differs_the_alt_text_says_so() -> None:
    found = compare_groups("genre", ["a", "b"], np.array([50, 50]), 100, np.array([500, 500]), 1000)
    assert "no group differs from everyone beyond chance" in figures.lifts_alt(found)


def test_every_profile_can_be_drawn(synthetic_dataset: Dataset) -> None:
    everyone = count_everyone(synthetic_dataset)
    assert everyone.times is not None
    assert everyone.values is not None
    for profile in (
        user_profile(synthetic_dataset, 0, everyone),
        item_profile(synthetic_dataset, 0, everyone),
        item_profile(synthetic_dataset, int(np.argmin(everyone.taken)), everyone),
    ):
        assert profile.over_time is not None
        assert profile.values is not None
        assert figures.over_time_figure(everyone.times, profile.over_time).data
        assert figures.own_values_figure(everyone.values, profile.values).data
        for found in profile.tastes if hasattr(profile, "tastes") else profile.takers:
            assert figures.lifts_figure(found).data
            assert figures.lifts_alt(found)
