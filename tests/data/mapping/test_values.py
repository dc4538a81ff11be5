from __future__ import annotations

from math import log

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recengine.data.mapping import (
    LEAST_WEIGHT,
    are_positive,
    parse_numbers,
    parse_values,
    propose_threshold,
    weights_of,
)


def test_numbers_and_truths_are_values_and_the_rest_is_bad() -> None:
    read = parse_values(pl.Series(["1", " 4.5 ", "-3", "true", "否", "five", "", None, "nan", "inf", "1e39", "4,5"]))
    assert read.values.to_list() == [1.0, 4.5, -3.0, 1.0, 0.0, *[None] * 7]
    assert read.bad.to_list() == [False] * 5 + [True] * 7


@pytest.mark.parametrize(
    ("cells", "values"),
    [
        (["4,5", "3,0", "5", "-0,125"], [4.5, 3.0, 5.0, -0.125]),
        (["1.200,50", "3,5", "1.200"], [1200.5, 3.5, 1200.0]),
        (["12,500", "1,200,000.5", "7"], [12500.0, 1200000.5, 7.0]),
        (["$3", "4 €", "1e3"], [3.0, 4.0, 1000.0]),
        # what most cells say holds for all: one that says the other is bad
        (["1,200"] * 9 + ["4,5"], [1200.0] * 9 + [None]),
        (["1,5", "2,5", "1,200,000"], [1.5, 2.5, None]),
        (["4.5", "1.200", "4,5"], [4.5, 1.2, None]),
    ],
)
def test_commas_are_points_or_group_digits_as_the_column_says(cells: list[str], values: list[float | None]) -> None:
    read = parse_values(pl.Series(cells))
    assert read.values.to_list() == values
    assert read.bad.to_list() == [value is None for value in values]
    assert parse_numbers(pl.Series(cells)).values.to_list() == values


@pytest.mark.parametrize(
    ("cells", "values"),
    [
        (pl.Series([1, 0, None], dtype=pl.Int8), [1.0, 0.0, None]),
        (pl.Series([0.5, float("nan"), 1e39]), [0.5, None, None]),
        (pl.Series([True, False]), [1.0, 0.0]),
        (pl.Series(["5", "x", None, "5"], dtype=pl.Categorical), [5.0, None, None, 5.0]),
        (pl.Series(["5", "4"], dtype=pl.Enum(["4", "5"])), [5.0, 4.0]),
        (pl.Series([], dtype=pl.String), []),
    ],
)
def test_typed_columns_are_read_as_they_are(cells: pl.Series, values: list[float | None]) -> None:
    read = parse_values(cells)
    assert read.values.to_list() == values
    assert read.bad.to_list() == [value is None for value in values]
    assert read.values.dtype == pl.Float64


def test_rules_make_weights_of_values() -> None:
    values = pl.Series([1.0, 100.0, 0.0, -2.0])
    assert weights_of(values).to_list() == [1.0, 100.0, LEAST_WEIGHT, LEAST_WEIGHT]
    assert weights_of(values, "log").to_list() == pytest.approx([1 + log(2), 1 + log(101), LEAST_WEIGHT, LEAST_WEIGHT])
    assert weights_of(values, "one").to_list() == [1.0] * 4


def test_high_values_are_cut_at_a_percentile_before_the_rule() -> None:
    values = pl.Series([0.0, 1.0, 2.0, 3.0, 1000.0])
    # the middle of five values is the third
    assert weights_of(values, clip=50).to_list() == [LEAST_WEIGHT, 1.0, 2.0, 2.0, 2.0]
    assert weights_of(values, "log", 50).to_list()[-1] == pytest.approx(1 + log(3))


@settings(max_examples=50)
@given(st.lists(st.floats(-1e30, 1e30), min_size=1), st.sampled_from(["as-is", "log"]), st.floats(1, 100))
def test_weights_are_above_0_and_keep_the_order_of_values(values: list[float], rule: str, clip: float) -> None:
    cells = pl.Series(sorted(values), dtype=pl.Float64)
    weights = weights_of(cells, rule, clip)  # type: ignore[arg-type]
    assert (weights >= LEAST_WEIGHT).all()
    assert weights.is_sorted()


def test_positive_is_above_0_and_at_least_the_threshold() -> None:
    values = pl.Series([-1.0, 0.0, 3.5, 4.0])
    assert are_positive(values, None).to_list() == [False, False, True, True]
    assert are_positive(values, 4.0).to_list() == [False, False, False, True]
    assert are_positive(values, -5.0).to_list() == [False, False, True, True]


@pytest.mark.parametrize(
    ("values", "lowest"),
    [
        ([1, 2, 3, 4, 5], 4.0),
        ([0.5, 3, 4.5, 5], 3.5),
        ([0, 3, 4, 5], 4.0),
        ([1, 7, 8, 10], 8.0),
        # watched, not rated, as MyAnimeList says it
        ([-1, 7, 8, 10], 8.0),
        ([10, 45, 60, 80, 100], 80.0),
        ([0, 1, 1], 1.0),
        ([-1, 1], 1.0),
        ([1, 1, 1], None),
        ([0.1, 0.7, 1], None),
        # counts: more than half are 1, each higher number is rarer
        ([1] * 10 + [2] * 4 + [3] * 2 + [5], None),
        ([1, 2, 30], None),
        ([1.0, 3.7, 5.0], None),
        ([], None),
    ],
)
def test_the_threshold_goes_by_the_scale(values: list[float], lowest: float | None) -> None:
    threshold = propose_threshold(pl.Series([float(value) for value in values] + [None], dtype=pl.Float64))
    assert threshold.lowest == lowest
    assert threshold.reason.endswith(".")
