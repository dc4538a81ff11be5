from __future__ import annotations

from datetime import date

import polars as pl

from recengine.data.mapping import parse_numbers, parse_years, propose_bins


def test_numbers_with_signs_and_groups_are_read() -> None:
    read = parse_numbers(pl.Series(["1,200", "$12.50", "¥3", "-4", "4,5", "12,34", "N/A", "Unknown", "未知", "x"]))
    assert read.values.to_list() == [1200.0, 12.5, 3.0, -4.0, *[None] * 6]
    assert read.bad.to_list() == [*[False] * 4, True, True, *[False] * 3, True]


def test_numbers_out_of_range_are_bad() -> None:
    read = parse_numbers(pl.Series([-1, 20, 151, None]), 0, 150)
    assert read.values.to_list() == [None, 20.0, None, None]
    assert read.bad.to_list() == [True, False, True, False]
    assert read.must == "a number from 0 to 150"


def test_years_are_numbers_days_or_stand_at_the_end_of_titles() -> None:
    assert parse_years(pl.Series(["1995", "0", "", "20000", "V"])).values.to_list() == [1995.0, *[None] * 4]
    assert parse_years(pl.Series(["1995", "0", "", "20000", "V"])).bad.to_list() == [False] * 3 + [True] * 2
    assert parse_years(pl.Series(["01-Jan-1995", None])).values.to_list() == [1995.0, None]
    assert parse_years(pl.Series([date(1995, 1, 1)])).values.to_list() == [1995.0]
    titles = parse_years(pl.Series(["Heat (1995)", "2001", "Dogma (TV) (1999) ", "Series (2001-2004)"]))
    assert titles.values.to_list() == [1995.0, None, 1999.0, 2001.0]
    assert not titles.bad.any()


def test_bins_cut_into_groups_of_about_equal_size() -> None:
    # of 1 to 100 a quarter lies below 26, a half below 51, three quarters below 76
    assert propose_bins(pl.Series(range(1, 101)).cast(pl.Float64)) == (26.0, 51.0, 76.0)
    assert propose_bins(pl.Series([1.0, 1.0, 1.0, 1.0, 9.0])) == ()
    assert propose_bins(pl.Series([], dtype=pl.Float64)) == ()
