from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recengine.data.mapping import TimeUnit, parse_times


def read(cells: list[Any], unit: TimeUnit = "auto", zone: str | None = None) -> list[str | None]:
    """The times as ISO, None where there is none; bad cells as "bad"."""
    found = parse_times(pl.Series("t", cells, strict=False), unit, zone)
    texts = pl.from_epoch(found.values, "s").dt.strftime("%Y-%m-%d %H:%M:%S").to_list()
    return ["bad" if bad else text for text, bad in zip(texts, found.bad.to_list(), strict=True)]


MOMENT = "2023-11-14 22:13:20"


@pytest.mark.parametrize(
    "cell",
    [
        *(1_700_000_000, 1_700_000_000.9, "1700000000", "1700000000.0", " 1700000000 "),
        *(1_700_000_000_123, "1700000000123", 1_700_000_000_123_456, 1_700_000_000_123_456_789),
        *(20231114221320, "20231114221320"),
        *(MOMENT, "2023-11-14T22:13:20Z", "2023-11-14 22:13:20.999", "2023-11-15T06:13:20+08:00"),
        *("2023-11-14T16:43:20.5-0530", "2023-11-14 22:13:20 UTC", "2023/11/14 22:13:20", "2023.11.14 22:13:20"),
        *("14/11/2023 22:13:20", "11/14/2023 10:13:20 PM", "14.11.2023 22:13:20", "14-11-23 22:13:20"),
        *("Nov 14, 2023 22:13:20", "14 November 2023 22:13:20", "Tue Nov 14 22:13:20 +0000 2023"),
        *("2023年11月14日 22:13:20", "2023年11月14日 22时13分20秒"),
        *(datetime(2023, 11, 14, 22, 13, 20), datetime(2023, 11, 14, 22, 13, 20, tzinfo=UTC)),
    ],
)
def test_a_moment_is_read_however_it_is_written(cell: Any) -> None:
    assert read([cell, None]) == [MOMENT, None]


@pytest.mark.parametrize(
    "cell", ["2023-11-14", "2023/11/14", 20231114, "14/11/2023", "11 14, 2023", "14-Nov-2023", date(2023, 11, 14)]
)
def test_a_day_is_its_first_moment_in_the_zone(cell: Any) -> None:
    assert read([cell]) == ["2023-11-14 00:00:00"]
    assert read([cell], zone="Asia/Shanghai") == ["2023-11-13 16:00:00"]


def test_what_says_nothing_is_empty_and_what_is_no_time_is_bad() -> None:
    assert read(["2024-01-31", "", " ", "NaN", None, "soon", "2024-02-30", "5"]) == [
        *("2024-01-31 00:00:00", None, None, None, None),
        *("bad", "bad", "bad"),
    ]
    assert read(["5", "x", "6", "7"]) == ["1970-01-01 00:00:05", "bad", "1970-01-01 00:00:06", "1970-01-01 00:00:07"]
    assert read([1.0, float("nan"), float("inf")]) == ["1970-01-01 00:00:01", None, "bad"]


def test_the_other_rows_say_whether_the_day_comes_first() -> None:
    assert read(["01/02/2023", "31/12/2023"]) == ["2023-02-01 00:00:00", "2023-12-31 00:00:00"]
    assert read(["01/02/2023", "12/31/2023"]) == ["2023-01-02 00:00:00", "2023-12-31 00:00:00"]


@pytest.mark.parametrize("cells", [["01/02/2023", "03/04/2023"], ["31/12/2023", "12/31/2023"]])
def test_days_that_cannot_be_told_apart_are_refused_in_one_line(cells: list[str]) -> None:
    found = parse_times(pl.Series(cells))
    assert found.bad.all()
    assert found.must == "a day that can be told apart: the column may say day/month or month/day"
    assert found.do == "Say time.unit=dmy or time.unit=mdy."
    assert read(["01/02/2023"], "dmy") == ["2023-02-01 00:00:00"]
    assert read(["01/02/2023"], "mdy") == ["2023-01-02 00:00:00"]


@pytest.mark.parametrize("kind", [int, str, float])
def test_mixed_units_are_found(kind: type) -> None:
    seconds, milliseconds = kind(1_700_000_000), kind(1_700_000_000_000)
    assert read([seconds, seconds, milliseconds]) == [MOMENT, MOMENT, "bad"]
    assert read([seconds, milliseconds, milliseconds]) == ["bad", MOMENT, MOMENT]
    found = parse_times(pl.Series([seconds, milliseconds, milliseconds]))
    assert found.must == "a time in milliseconds since 1970, as most rows have"
    assert read([seconds], "ms") == ["1970-01-20 16:13:20"]


def test_0_is_the_first_moment_of_1970_in_any_unit() -> None:
    assert read([0, 1_700_000_000_000, 1_700_000_000_000]) == ["1970-01-01 00:00:00", MOMENT, MOMENT]


def test_clock_changes_go_by_the_clock_before_the_change() -> None:
    cells = ["2024-03-31 02:30:00", "2024-10-27 02:30:00"]
    zone = ZoneInfo("Europe/Berlin")
    # Python's own rule, PEP 495 with fold=0
    expected = [datetime.fromisoformat(cell).replace(tzinfo=zone).astimezone(UTC) for cell in cells]
    assert read(cells, zone="Europe/Berlin") == [moment.strftime("%Y-%m-%d %H:%M:%S") for moment in expected]


def test_an_offset_in_the_cell_wins_over_the_zone() -> None:
    cells = ["2024-01-31T12:00:00+02:00", "2024-01-31T12:00:00"]
    assert read(cells, zone="Asia/Tokyo") == ["2024-01-31 10:00:00", "2024-01-31 03:00:00"]


def test_a_column_of_categories_is_read_by_its_categories() -> None:
    cells = pl.Series(["2024-01-31", "x", None, "2024-01-31"], dtype=pl.Categorical)
    found = parse_times(cells)
    assert found.values.to_list() == [1706659200, None, None, 1706659200]
    assert found.bad.to_list() == [False, True, False, False]


@settings(max_examples=60)
@given(
    st.lists(st.datetimes(datetime(1975, 1, 1), datetime(2060, 1, 1)), min_size=1, max_size=20),
    st.sampled_from(["%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%SZ", "%d.%m.%Y %H:%M:%S", "%Y/%m/%d %H:%M:%S"]),
)
def test_written_moments_are_read_back(moments: list[datetime], form: str) -> None:
    found = parse_times(pl.Series([moment.strftime(form) for moment in moments]))
    expected = [int(moment.replace(tzinfo=UTC).timestamp()) for moment in moments]
    assert found.values.to_list() == expected
    assert not found.bad.any()


@settings(max_examples=40)
@given(st.lists(st.tuples(st.integers(200_000_000, 4_000_000_000), st.integers(-14, 14)), min_size=1, max_size=20))
def test_offsets_do_not_change_the_instant(instants: list[tuple[int, int]]) -> None:
    texts = [datetime.fromtimestamp(at, timezone(timedelta(hours=hours))).isoformat() for at, hours in instants]
    assert parse_times(pl.Series(texts)).values.to_list() == [at for at, _ in instants]


@settings(max_examples=100)
@given(st.lists(st.one_of(st.none(), st.text(max_size=25), st.from_regex(r"[0-9/.: -]{1,20}", fullmatch=True))))
def test_no_text_breaks_the_reader(cells: list[str | None]) -> None:
    found = parse_times(pl.Series("t", cells, dtype=pl.String))
    assert found.values.len() == found.bad.len() == len(cells)
    assert found.values.dtype == pl.Int64
    assert not (found.values.is_not_null() & found.bad).any()
