from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binomtest

from recengine.data.profiles.bins import MAX_TIME_BINS, time_bins, value_bins
from recengine.data.profiles.lifts import MAX_GROUPS, compare_groups, wilson


@settings(max_examples=50)
@given(st.integers(1, 2000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_the_interval_is_wilsons(counts: tuple[int, int]) -> None:
    hits, n = counts
    peer = binomtest(hits, n).proportion_ci(0.95, "wilson")
    low, high = wilson(np.array([hits]), n)
    assert (float(low[0]), float(high[0])) == pytest.approx((peer.low, peer.high), abs=1e-9)


def test_of_nothing_there_is_no_interval() -> None:
    assert np.isnan(wilson(np.array([0]), 0)).all()


def test_only_the_largest_groups_are_listed_and_the_others_counted() -> None:
    own = np.arange(40)
    found = compare_groups("tag", [f"t{n}" for n in range(40)], own, 1000, own * 2, 4000)
    assert len(found.groups) == MAX_GROUPS == 30
    assert (found.omitted, found.of_groups) == (10, 40)
    assert found.groups[0].group == "t39"
    assert found.groups[0].lift == pytest.approx((39 / 1000) / (78 / 4000))


def test_a_group_is_telling_where_its_interval_leaves_out_one() -> None:
    found = compare_groups("genre", ["much", "alike", "rare"], np.array([80, 20, 0]), 100, np.array([40, 20, 40]), 100)
    assert {one.group for one in found.telling} == {"much", "rare"}
    # 0 of 100 where 40 are usual is furthest from 1
    assert found.telling[0].group == "rare"


@settings(max_examples=60)
@given(st.lists(st.integers(-3_000_000_000, 30_000_000_000) | st.none(), min_size=1, max_size=30))
def test_every_time_falls_into_one_bin(times: list[int | None]) -> None:
    series = pl.Series("time", times, dtype=pl.Int64)
    known = series.drop_nulls().to_numpy()
    bins = time_bins(series)
    if bins is None:
        assert not known.size
        return
    assert bins.everyone.sum() == known.size
    assert bins.count(known).tolist() == bins.everyone.tolist()
    assert len(bins.labels) == len(bins.starts) - 1 == len(bins.everyone)
    assert len(bins.labels) <= MAX_TIME_BINS + 2 or bins.every == "century"


@pytest.mark.parametrize(
    ("last", "every", "first_label"),
    [
        (datetime(2024, 1, 2, 5), "hour", "2024-01-01 00:00"),
        (datetime(2024, 2, 1), "day", "2024-01-01"),
        (datetime(2024, 9, 1), "week", "2024-01-01"),
        (datetime(2027, 9, 1), "month", "2024-01"),
        (datetime(2090, 1, 1), "decade", "2020"),
    ],
)
def test_bins_are_as_wide_as_the_span_asks(last: datetime, every: str, first_label: str) -> None:
    ends = [datetime(2024, 1, 1, tzinfo=UTC), last.replace(tzinfo=UTC)]
    bins = time_bins(pl.Series([int(one.timestamp()) for one in ends]))
    assert bins is not None
    assert (bins.every, bins.labels[0]) == (every, first_label)


@settings(max_examples=60)
@given(st.lists(st.floats(2**-10, 2**20, width=32), min_size=1, max_size=40))
def test_every_value_falls_into_one_bin(values: list[float]) -> None:
    series = pl.Series("weight", values, dtype=pl.Float32)
    bins = value_bins(series)
    if bins is None:
        assert series.n_unique() == 1
        return
    assert bins.everyone.sum() == len(values)
    assert bins.count(series.to_numpy()).tolist() == bins.everyone.tolist()
    assert (np.diff(bins.edges) > 0).all()


def test_few_values_have_a_bin_each() -> None:
    bins = value_bins(pl.Series([1.0, 5.0, 5.0, 3.5]))
    assert bins is not None
    assert bins.each
    assert dict(zip(bins.labels, bins.everyone.tolist(), strict=True)) == {"1": 1, "3.5": 1, "5": 2}
    assert bins.mean == pytest.approx((1 + 5 + 5 + 3.5) / 4)


def test_heavy_tails_get_ranges_that_grow() -> None:
    bins = value_bins(pl.Series([*np.linspace(1, 10, 99), 10_000.0]))
    assert bins is not None
    widths = np.diff(bins.edges)
    assert widths[-1] > 100 * widths[0]
    assert bins.everyone.sum() == 100
