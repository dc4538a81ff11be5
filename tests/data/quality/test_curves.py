import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recengine.data.quality import Spread
from recengine.data.quality.histogram import histogram
from recengine.data.quality.timeline import timeline

DAY = 86_400


@settings(max_examples=40, deadline=None)
@given(st.lists(st.integers(0, 50), min_size=1, max_size=30).filter(any))
def test_gini_is_half_the_relative_mean_difference(counts: list[int]) -> None:
    difference = np.abs(np.subtract.outer(counts, counts)).mean() / (2 * np.mean(counts))
    assert Spread.of(np.array(counts)).gini == pytest.approx(difference)


def test_the_line_finds_the_exponent_of_a_power_law() -> None:
    counts = np.round(1e9 / np.arange(1, 2001) ** 0.8).astype(np.int64)
    line = Spread.of(counts).line
    assert line is not None
    slope, height, fit = line
    assert slope == pytest.approx(-0.8, abs=1e-6)
    assert height == pytest.approx(1e9, rel=1e-5)
    assert fit == pytest.approx(1)


def test_curves_are_bounded_and_leave_zeros_out_of_the_logarithm() -> None:
    document = Spread.of(np.arange(100_000)).to_json()
    assert len(document["ranks"]["rank"]) <= 200
    assert document["ranks"]["rank"][-1] == 99_999
    assert min(document["ranks"]["count"]) == 1
    assert Spread.of(np.zeros(3)).line is None


@settings(max_examples=40, deadline=None)
@given(st.lists(st.floats(0.001, 1e6), min_size=1, max_size=200))
def test_every_number_is_in_one_bin(numbers: list[float]) -> None:
    found = histogram(pl.Series(numbers))
    assert found is not None
    assert found.counts.sum() == len(numbers)
    assert len(found.labels) == len(found.counts) <= 32


def test_few_values_stand_for_themselves() -> None:
    found = histogram(pl.Series([1.0, 5.0, 5.0, None]))
    assert found is not None
    assert (found.low.tolist(), found.counts.tolist(), found.single_values) == ([1.0, 5.0], [1, 2], True)
    assert histogram(pl.Series([None], dtype=pl.Float64)) is None


def test_a_long_tail_is_cut_by_ratio() -> None:
    found = histogram(pl.Series([*np.linspace(1, 2, 100), 1e6]))
    assert found is not None
    assert found.logarithmic
    ratios = found.high / found.low
    assert ratios == pytest.approx(np.full(30, 1e6 ** (1 / 30)))


@settings(max_examples=40, deadline=None)
@given(st.lists(st.integers(0, 4_000_000_000), min_size=1, max_size=100))
def test_every_time_is_in_one_bar(times: list[int]) -> None:
    found = timeline(np.sort(np.array(times)))
    assert found is not None
    assert found.counts.sum() == len(times)
    assert len(found.counts) <= 400
    # from each bar to the next its width
    assert (np.diff(found.starts) == found.width_days).all()


def test_no_time_has_no_picture() -> None:
    assert timeline(np.zeros(0, dtype=np.int64)) is None


def test_bins_end_at_round_numbers() -> None:
    found = histogram(pl.Series(np.arange(17.0, 94.0)))
    assert found is not None
    # 76 / 30 is 2.5, so steps of 5: 15 to 20, 20 to 25, ..., 90 to 95
    assert found.labels[0] == "15 to 20"
    assert found.labels[-1] == "90 to 95"
    assert found.counts[:2].tolist() == [3, 5]
