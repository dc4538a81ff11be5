from collections.abc import Callable
from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from recengine.data.quality import Histogram, Spread, quality_report
from recengine.data.quality.timeline import Burst, Gap, Timeline
from recengine.data.samples.synthetic import synthetic
from recengine.reports.figures import (
    group_sizes_alt,
    group_sizes_figure,
    histogram_alt,
    histogram_figure,
    missing_alt,
    missing_figure,
    ranks_alt,
    ranks_figure,
    timeline_alt,
    timeline_figure,
)
from recengine.reports.theme import DARK
from tests.reports.conftest import HOSTILE_TITLES

LINE = Timeline(
    starts=np.array([19_000, 19_007, 19_014]),
    counts=np.array([70, 0, 900]),
    width_days=7,
    gaps=(Gap("2022-01-15", "2022-01-21", 7),),
    bursts=(Burst("2022-01-23", 800, 10.0),),
)


def columns(*rows: tuple[str, str, int, int]) -> pl.DataFrame:
    """(table, column, rows, missing)."""
    frame = pl.DataFrame(rows, schema=["table", "column", "rows", "missing"], orient="row")
    return frame.with_columns((pl.col("missing") / pl.col("rows")).alias("missing_share"))


def groups(*rows: tuple[str | None, int]) -> pl.DataFrame:
    """(group, n) of the users' attribute `city`, the largest first."""
    frame = pl.DataFrame(rows, schema={"group": pl.String, "n": pl.Int64}, orient="row")
    return frame.with_columns(
        pl.lit("users").alias("table"),
        pl.lit("city").alias("attribute"),
        (pl.col("n") / pl.col("n").sum()).alias("share"),
        (pl.col("n") / pl.col("n").sum()).alias("interactions_share"),
    )


def test_ranks_are_drawn_in_logarithms_with_the_line_named_by_its_slope() -> None:
    spread = Spread.of(np.round(1e6 / np.arange(1, 501)).astype(np.int64))
    figure = ranks_figure({"Items": spread}, theme=DARK)
    assert (figure.layout.xaxis.type, figure.layout.yaxis.type) == ("log", "log")
    curve, line = figure.data
    assert (curve.x[0], curve.y[0], curve.x[-1], curve.y[-1]) == (1, 1_000_000, 500, 2_000)
    assert line.name == "Items: slope -1.00, R² 1.00"
    assert ranks_alt({"Items": spread}) == (
        "Interactions by rank in logarithms: of Items the first has 1,000,000, a straight line through the curve falls "
        "with slope -1.00."
    )
    assert ranks_alt({}) == "Nothing to show."


def test_gaps_and_bursts_are_marked_by_shape_and_name() -> None:
    figure = timeline_figure(LINE)
    bars, gaps, bursts = figure.data
    assert list(bars.x) == ["2022-01-08", "2022-01-15", "2022-01-22"]
    assert (gaps.name, list(gaps.x)) == ("No interactions", ["2022-01-15", "2022-01-21", None])
    # on top of the bar of its week
    assert (bursts.name, list(bursts.x), list(bursts.y)) == ("Far more than usual", ["2022-01-23"], [900])
    assert bursts.marker.symbol == "diamond"
    assert timeline_alt(LINE) == (
        "Interactions over time from 2022-01-08, 7 days a bar: most from 2022-01-22 on, 900; 1 gap, the longest of "
        "7 days; 1 day with far more than usual."
    )
    assert len(timeline_figure(replace(LINE, gaps=(), bursts=())).data) == 1


def test_only_columns_with_holes_are_drawn() -> None:
    table = columns(("items", "brand", 10, 1), ("users", "age", 4, 3), ("users", "id", 4, 0))
    figure = missing_figure(table)
    assert list(figure.layout.yaxis.ticktext) == ["users: age", "items: brand"]
    assert list(figure.data[0].x) == [3 / 4, 1 / 10]
    assert (
        missing_alt(table)
        == "Share missing by column, 2 with holes: age of users 75.0\u00a0% and brand of items 10.0\u00a0%."
    )
    assert missing_alt(columns(("users", "id", 4, 0))) == "No column has a hole."


def test_bins_are_named_and_counted() -> None:
    values = Histogram(np.array([1.0, 4.5]), np.array([1.0, 4.5]), np.array([3, 9]))
    figure = histogram_figure(values, x_title="Value", y_title="Interactions")
    assert list(figure.data[0].x) == ["1", "4.5"]
    assert histogram_alt(values, x_title="Value", y_title="Interactions") == (
        "Value of 12 interactions, from 1 to 4.5; most often 4.5 (75\u00a0%)."
    )
    bins = Histogram(np.array([1.0, 10.0]), np.array([10.0, 100.0]), np.array([3, 9]), logarithmic=True)
    assert histogram_figure(bins, x_title="Hours", y_title="n").layout.xaxis.title.text == "Hours, bins of equal ratio"


def test_small_groups_are_hatched_and_the_limit_is_drawn() -> None:
    table = groups(("north", 100), ("south", 29), (None, 5))
    figure = group_sizes_figure(table, table="users", attribute="city")
    bars, line = figure.data
    assert list(figure.layout.yaxis.ticktext) == ["north", "south", "not known"]
    assert list(bars.marker.pattern.shape) == ["", "/", "/"]
    assert (line.name, list(line.x)) == ("30 users", [30, 30])
    assert "too few to be judged" in bars.customdata[1]
    assert group_sizes_alt(table, table="users", attribute="city") == (
        "2 groups of users by city: largest north with 100, smallest south with 29; 1 has fewer than 30."
    )
    assert group_sizes_alt(table, table="items", attribute="city") == "No item has a city."


def test_the_section_says_what_was_found_why_it_matters_and_what_mends_it(report: Callable[..., str]) -> None:
    imported = {"merged_repeats": 3, "rows_read": {"interactions": 51}}
    page = report(sections=["data-quality"], imported=imported)
    assert "3 of 51 interactions (5.9%) repeat a user and an item and were merged." in page
    assert "Add up the values of repeats" in page
    assert "◆ Warning" in page
    # 12 users with four items each, two of them in the test: looked at with the split of the report
    assert "No user and item of the test is in training too." in page
    assert "the split random, seed 0" in page
    # the same arguments, the same words: the clock is not asked
    assert page == report(sections=["data-quality"], imported=imported)


@pytest.mark.parametrize("name", HOSTILE_TITLES)
def test_names_of_the_data_do_no_harm_in_a_chart(name: str) -> None:
    drawn = [
        group_sizes_figure(groups((name, 40), ("b", 3)), table="users", attribute="city"),
        missing_figure(columns(("users", name, 4, 1))),
    ]
    for figure in drawn:
        for text in (*figure.layout.yaxis.ticktext, *figure.data[0].customdata):
            assert "<script" not in text
            assert "<img" not in text
            assert "$" not in text


def test_every_chart_of_a_real_report_can_be_written() -> None:
    report = quality_report(synthetic(100, 60), now=1_800_000_000)
    assert report.timeline is not None
    assert report.values is not None
    assert report.text_lengths is not None
    for figure in (
        ranks_figure({"Items": report.popularity, "Users": report.activity}),
        timeline_figure(report.timeline),
        missing_figure(report.columns),
        histogram_figure(report.values, x_title="Value", y_title="Interactions"),
        histogram_figure(report.text_lengths, x_title="Characters", y_title="Items"),
        group_sizes_figure(report.groups, table="users", attribute="group"),
    ):
        assert figure.layout.height > 0
        assert figure.to_json()
