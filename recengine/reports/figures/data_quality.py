"""What the data looks like: popularity by rank, events over time, holes, distributions, group sizes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from recengine.data.quality import Histogram, Spread, Timeline
from recengine.data.quality.families.groups import MIN_ITEMS, MIN_USERS
from recengine.data.quality.wording import counted, verb
from recengine.reports.figures.base import bar, canvas, from_zero, rows_axis, scatter, upright_line
from recengine.reports.text import chart_text, shorten
from recengine.reports.theme import LIGHT, NEUTRAL, Theme, series_style
from recengine.reports.words import joined, plain, share

if TYPE_CHECKING:
    import plotly.graph_objects as go

ROW = 26
MAX_ROWS = 30
"""Columns, or groups, that one chart shows."""
MAX_MARKS = 50
"""Gaps, and bursts, that one chart marks."""
GAP_COLOR, BURST_COLOR = "#b0589b", "#d55e00"


def ranks_figure(spreads: Mapping[str, Spread], *, theme: Theme = LIGHT) -> go.Figure:
    """Interactions by rank, both in logarithms, for each of `spreads` (such as items and users); the best line dotted.

    The line is least squares through the points, and describes the curve: no test for a power law.
    """
    # 1, 10, 100 … alone: labels between them would overlap
    logarithmic = {"type": "log", "dtick": 1, "zeroline": False}
    figure = canvas(
        theme,
        height=380,
        x_title="Rank, the one with most interactions first",
        x=logarithmic,
        y={**logarithmic, "title": {"text": "Interactions", "font": {"size": 13}}},
    )
    for position, (label, spread) in enumerate(spreads.items()):
        ranks, counts = spread.ranks
        style = series_style(position)
        figure.add_trace(
            scatter(
                name=chart_text(label),
                x=ranks.tolist(),
                y=counts.tolist(),
                mode="lines+markers",
                marker={"color": style.color, "symbol": style.symbol, "size": 5},
                line={"color": style.color, "width": 2, "dash": style.dash},
                hovertemplate="%{fullData.name}: rank %{x:,} has %{y:,} interactions<extra></extra>",
            )
        )
        if spread.line is None:
            continue
        slope, height, fit = spread.line
        ends = np.array([ranks[0], ranks[-1]], dtype=np.float64)
        figure.add_trace(
            scatter(
                name=f"{chart_text(label)}: slope {slope:.2f}, R² {fit:.2f}",
                x=ends.tolist(),
                y=(height * ends**slope).tolist(),
                mode="lines",
                line={"color": style.color, "width": 1, "dash": "dot"},
                hoverinfo="skip",
            )
        )
    return figure


def ranks_alt(spreads: Mapping[str, Spread]) -> str:
    """What `ranks_figure` shows, in one sentence."""
    said = []
    for label, spread in spreads.items():
        if not len(spread.ranks[0]):
            continue
        slope = (
            "" if spread.line is None else f", a straight line through the curve falls with slope {spread.line[0]:.2f}"
        )
        said.append(f"of {label} the first has {int(spread.counts[0]):,}{slope}")
    return f"Interactions by rank in logarithms: {'; '.join(said)}." if said else "Nothing to show."


def timeline_figure(timeline: Timeline, *, theme: Theme = LIGHT) -> go.Figure:
    """Interactions over time as bars; days without any as a line below, days with far more than usual as diamonds."""
    figure = canvas(
        theme,
        height=340,
        x_title=f"Day (UTC), {_bar_width(timeline)} a bar",
        x={"type": "date", "showgrid": False},
        y={"title": {"text": "Interactions", "font": {"size": 13}}, "rangemode": "tozero"},
    )
    style = series_style(0)
    starts, counts = timeline.labels, timeline.counts.tolist()
    figure.add_trace(
        bar(
            name="Interactions",
            x=starts,
            y=counts,
            width=[timeline.width_days * 86_400_000] * len(starts),
            # a bar begins at its first day
            offset=0,
            marker={"color": style.color, "line": {"width": 0}},
            hovertemplate="From %{x|%Y-%m-%d}: %{y:,} interactions<extra></extra>",
        )
    )
    if timeline.gaps:
        marked = timeline.gaps[:MAX_MARKS]
        x: list[str | None] = [end for gap in marked for end in (gap.first, gap.last, None)]
        figure.add_trace(
            scatter(
                name="No interactions",
                x=x,
                y=[None if end is None else 0 for end in x],
                mode="lines+markers",
                line={"color": GAP_COLOR, "width": 6},
                marker={"color": GAP_COLOR, "symbol": "line-ns", "size": 14, "line": {"width": 3, "color": GAP_COLOR}},
                cliponaxis=False,
                customdata=[
                    text
                    for gap in marked
                    for text in [f"No interactions from {gap.first} to {gap.last}: {gap.days:,} days"] * 3
                ],
                hovertemplate="%{customdata}<extra></extra>",
            )
        )
        for gap in marked:
            figure.add_vrect(x0=gap.first, x1=gap.last, fillcolor=GAP_COLOR, opacity=0.12, line_width=0, layer="below")
    if timeline.bursts:
        days = timeline.bursts[:MAX_MARKS]
        first = date.fromisoformat(starts[0])
        places = [(date.fromisoformat(burst.day) - first).days // timeline.width_days for burst in days]
        figure.add_trace(
            scatter(
                name="Far more than usual",
                x=[burst.day for burst in days],
                y=[counts[place] for place in places],
                mode="markers",
                marker={"color": BURST_COLOR, "symbol": "diamond", "size": 11},
                cliponaxis=False,
                customdata=[
                    f"{burst.day}: {burst.count:,} interactions, {burst.usual:,.0f} are usual" for burst in days
                ],
                hovertemplate="%{customdata}<extra></extra>",
            )
        )
    return figure


def timeline_alt(timeline: Timeline) -> str:
    """What `timeline_figure` shows, in one sentence."""
    top = int(timeline.counts.argmax())
    said = (
        f"Interactions over time from {timeline.labels[0]}, {_bar_width(timeline)} a bar: most from "
        f"{timeline.labels[top]} on, {int(timeline.counts[top]):,}"
    )
    if timeline.gaps:
        said += f"; {counted(len(timeline.gaps), 'gap')}, the longest of {counted(timeline.gaps[0].days, 'day')}"
    if timeline.bursts:
        said += f"; {counted(len(timeline.bursts), 'day')} with far more than usual"
    return f"{said}."


def missing_figure(columns: pl.DataFrame, *, theme: Theme = LIGHT) -> go.Figure:
    """Share missing of each column with a hole, the emptiest on top, at most 30. columns: as in a `QualityReport`."""
    shown = _holes(columns)
    labels = [f"{table}: {plain(column)}" for table, column in shown.select("table", "column").iter_rows()]
    figure = canvas(
        theme,
        height=110 + ROW * max(len(labels), 1),
        x_title="Share missing",
        x={"tickformat": ".0%", "range": [0, 1], "zeroline": True},
        y=rows_axis([chart_text(label) for label in labels]),
    )
    style = series_style(1)
    figure.add_trace(
        bar(
            name="Missing",
            x=shown["missing_share"].to_list(),
            y=list(range(len(labels))),
            orientation="h",
            marker={"color": style.color},
            text=[share(value) for value in shown["missing_share"]],
            textposition="auto",
            customdata=[
                f"{chart_text(label, None)}: {missing:,} of {rows:,} rows are empty"
                for label, (missing, rows) in zip(labels, shown.select("missing", "rows").iter_rows(), strict=True)
            ],
            hovertemplate="%{customdata}<extra></extra>",
        )
    )
    return figure


def missing_alt(columns: pl.DataFrame) -> str:
    """What `missing_figure` shows, in one sentence."""
    shown = _holes(columns)
    if shown.is_empty():
        return "No column has a hole."
    parts = [
        f"{shorten(plain(column))} of {table} {share(value)}"
        for table, column, value in shown.select("table", "column", "missing_share").head(5).iter_rows()
    ]
    return f"Share missing by column, {shown.height} with holes: {joined(parts)}."


def histogram_figure(histogram: Histogram, *, x_title: str, y_title: str, theme: Theme = LIGHT) -> go.Figure:
    """The distribution as bars, one a value or a bin. x_title: what was measured; y_title: what was counted."""
    labels = histogram.labels
    axis: dict[str, Any]
    bars: dict[str, Any]
    if histogram.single_values:
        axis, bars = {"type": "category"}, {"x": labels}
    else:
        # a bar from the low end of its bin to the high one
        axis = {"type": "log", "dtick": 1} if histogram.logarithmic else {"type": "linear"}
        bars = {"x": histogram.low.tolist(), "width": (histogram.high - histogram.low).tolist(), "offset": 0}
    figure = canvas(
        theme,
        height=320,
        x_title=f"{x_title}, bins of equal ratio" if histogram.logarithmic else x_title,
        x={**axis, "showgrid": False, "zeroline": False},
        y={"title": {"text": y_title, "font": {"size": 13}}, "rangemode": "tozero"},
    )
    figure.update_layout(bargap=0.25)
    figure.add_trace(
        bar(
            name=y_title,
            **bars,
            y=histogram.counts.tolist(),
            marker={"color": series_style(0).color, "line": {"color": theme.surface, "width": 1}},
            customdata=labels,
            hovertemplate="%{customdata}: %{y:,}<extra></extra>",
        )
    )
    return figure


def histogram_alt(histogram: Histogram, *, x_title: str, y_title: str) -> str:
    """What `histogram_figure` shows, in one sentence."""
    top = int(histogram.counts.argmax())
    part = share(float(histogram.counts[top] / histogram.counts.sum()), 0)
    return (
        f"{x_title} of {int(histogram.counts.sum()):,} {y_title.lower()}, from {histogram.low[0]:,.6g} to "
        f"{histogram.high[-1]:,.6g}; most often {histogram.labels[top]} ({part})."
    )


def group_sizes_figure(groups: pl.DataFrame, *, table: str, attribute: str, theme: Theme = LIGHT) -> go.Figure:
    """How many users, or items, are in each group of one attribute, at most 30, and how many it takes to judge one.

    groups: as in a `QualityReport`; table: "users" or "items".
    """
    shown = _groups_of(groups, table, attribute)
    names = ["not known" if name is None else str(name) for name in shown["group"]]
    sizes = shown["n"].to_list()
    least = MIN_USERS if table == "users" else MIN_ITEMS
    figure = canvas(
        theme,
        height=110 + ROW * max(len(names), 1),
        x_title=table.capitalize(),
        x=from_zero([*sizes, least]),
        y=rows_axis([chart_text(name) for name in names]),
    )
    large, small = series_style(0), series_style(1)
    figure.add_trace(
        bar(
            name=table.capitalize(),
            x=sizes,
            y=list(range(len(names))),
            orientation="h",
            marker={
                "color": [NEUTRAL if one is None else large.color for one in shown["group"]],
                "pattern": {"shape": ["/" if size < least else "" for size in sizes]},
            },
            customdata=[
                f"<b>{chart_text(name, None)}</b><br>{n:,} {table}, {share(part)} of all"
                f"<br>{share(taken)} of the interactions" + ("<br>too few to be judged" if n < least else "")
                for name, (n, part, taken) in zip(
                    names, shown.select("n", "share", "interactions_share").iter_rows(), strict=True
                )
            ],
            hovertemplate="%{customdata}<extra></extra>",
        )
    )
    if names:
        hover = f"Below {least} {table} a group cannot be judged"
        figure.add_trace(upright_line(f"{least} {table}", least, (-0.5, len(names) - 0.5), small.color, hover))
    return figure


def group_sizes_alt(groups: pl.DataFrame, *, table: str, attribute: str) -> str:
    """What `group_sizes_figure` shows, in one sentence."""
    known = groups.filter(
        (pl.col("table") == table) & (pl.col("attribute") == attribute) & pl.col("group").is_not_null()
    )
    if known.is_empty():
        return f"No {table[:-1]} has a {plain(attribute)}."
    least = MIN_USERS if table == "users" else MIN_ITEMS
    small = int((known["n"] < least).sum())
    largest, smallest = known.row(0, named=True), known.row(-1, named=True)
    return (
        f"{known.height:,} groups of {table} by {plain(attribute)}: largest {shorten(largest['group'])} with "
        f"{largest['n']:,}, smallest {shorten(smallest['group'])} with {smallest['n']:,}; "
        f"{small:,} {verb(small, 'has', 'have')} fewer than {least}."
    )


def _bar_width(timeline: Timeline) -> str:
    return "1 day" if timeline.width_days == 1 else f"{timeline.width_days:,} days"


def _holes(columns: pl.DataFrame) -> pl.DataFrame:
    return columns.filter(pl.col("missing") > 0).sort("missing_share", descending=True).head(MAX_ROWS)


def _groups_of(groups: pl.DataFrame, table: str, attribute: str) -> pl.DataFrame:
    chosen = groups.filter((pl.col("table") == table) & (pl.col("attribute") == attribute))
    known, unknown = chosen.filter(pl.col("group").is_not_null()), chosen.filter(pl.col("group").is_null())
    return pl.concat([known.head(MAX_ROWS), unknown])
