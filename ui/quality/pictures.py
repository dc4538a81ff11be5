"""The charts of the report."""

from __future__ import annotations

from collections.abc import Callable

import polars as pl
import streamlit as st

from recengine.data.quality import Histogram, QualityReport
from recengine.reports import figures
from recengine.reports.words import plain as as_words
from ui import charts, exports
from ui.text import plain

MAX_GROUPS = 60
"""An attribute with more values names rather than groups, and cannot be charted."""


def show(report: QualityReport) -> None:
    """Who holds how much, when, which values, which holes, which groups."""
    if report.timeline is not None:
        timeline = report.timeline
        _title(
            "When it happened", "timeline", lambda: pl.DataFrame({"from": timeline.labels, "count": timeline.counts})
        )
        charts.show(
            figures.timeline_figure(timeline, theme=charts.PAGE), alt=figures.timeline_alt(timeline), key="timeline"
        )
        st.caption("Impossible times are left out. Gaps and days with far more than usual are marked.")
    spreads = {"Items": report.popularity, "Users": report.activity}
    left, right = st.columns(2, gap="medium")
    with left:
        _title("Who holds how much", "interactions-by-rank", lambda: _by_rank(report))
        counts = {name.lower(): spread.counts for name, spread in spreads.items()}
        charts.show(figures.lorenz_figure(counts, theme=charts.PAGE), alt=figures.lorenz_alt(counts), key="lorenz")
        st.caption(
            plain(
                f"Gini {report.popularity.gini:.2f} over items, {report.activity.gini:.2f} over users: 0 is all alike. "
                "The further a curve runs below the diagonal, the more a few hold."
            )
        )
    with right:
        st.subheader("From the busiest to the rarest", anchor=False)
        charts.show(figures.ranks_figure(spreads, theme=charts.PAGE), alt=figures.ranks_alt(spreads), key="ranks")
        st.caption("Both axes in logarithms. The dotted line describes the curve; it is no test for a power law.")
    left, right = st.columns(2, gap="medium")
    if report.values is not None and len(report.values.counts) > 1:
        with left:
            _histogram("Values", "Value", "Interactions", report.values)
    if report.text_lengths is not None:
        with right:
            _histogram("Lengths of item texts", "Characters", "Items", report.text_lengths)
    left, right = st.columns(2, gap="medium")
    if (report.columns["missing"] > 0).any():
        with left:
            _title("What is missing", "missing", lambda: report.columns)
            charts.show(
                figures.missing_figure(report.columns, theme=charts.PAGE),
                alt=figures.missing_alt(report.columns),
                key="missing",
            )
    with right:
        _groups(report)


def _groups(report: QualityReport) -> None:
    counted = report.groups.group_by("table", "attribute", maintain_order=True).len()
    offered = [(table, attribute) for table, attribute, n in counted.rows() if n <= MAX_GROUPS]
    if not offered:
        return
    _title("How large the groups are", "groups", lambda: report.groups)
    table, attribute = st.selectbox(
        "Groups of",
        offered,
        format_func=lambda one: f"{one[0].capitalize()} by {as_words(one[1])}",
        key=f"quality groups {report.fingerprint[:12]}",
    )
    charts.show(
        figures.group_sizes_figure(report.groups, table=table, attribute=attribute, theme=charts.PAGE),
        alt=figures.group_sizes_alt(report.groups, table=table, attribute=attribute),
        key="group sizes",
    )


def _histogram(title: str, x_title: str, y_title: str, histogram: Histogram) -> None:
    name = title.lower().replace(" ", "-")
    _title(title, name, lambda: pl.DataFrame({x_title.lower(): histogram.labels, y_title.lower(): histogram.counts}))
    charts.show(
        figures.histogram_figure(histogram, x_title=x_title, y_title=y_title, theme=charts.PAGE),
        alt=figures.histogram_alt(histogram, x_title=x_title, y_title=y_title),
        key=name,
    )


def _by_rank(report: QualityReport) -> pl.DataFrame:
    parts = [
        pl.DataFrame({"of": name, "rank": spread.ranks[0], "interactions": spread.ranks[1]})
        for name, spread in (("items", report.popularity), ("users", report.activity))
    ]
    return pl.concat(parts)


def _title(title: str, name: str, table: Callable[[], pl.DataFrame]) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        st.subheader(title, anchor=False, width="stretch")
        exports.table_csv(f"quality-{name}", "CSV", table)
