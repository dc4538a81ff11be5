"""How data are cut: the parts in counts, over time, and for a few users event by event."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from recengine.arrays import Values
from recengine.data import SplitSample, SplitSummary, SplitTimeline
from recengine.reports.figures.base import bar, canvas, filled, rows_axis, scatter
from recengine.reports.text import chart_text
from recengine.reports.theme import LIGHT, Style, Theme, series_style
from recengine.reports.words import joined, share

if TYPE_CHECKING:
    import plotly.graph_objects as go

SampleAxis = Literal["time", "order"]
PART_LABELS = ("Training", "Validation", "Test")
ROW = 26
# years 1 to 9999, which a calendar can write
_FIRST, _LAST = -62_135_596_800, 253_402_300_799


def split_parts_figure(summary: SplitSummary, *, theme: Theme = LIGHT) -> go.Figure:
    """Of all positives, users and items the share that is in each part, with the count beside the bar.

    Users and items can be in several parts.
    """
    rows = _counts(summary)
    figure = canvas(
        theme,
        height=290,
        x_title="Share of all in the dataset",
        # room for the count behind a bar that is as long as the axis
        x={"range": [0, 1.18], "tickformat": ".0%", "tickvals": [0, 0.25, 0.5, 0.75, 1], "zeroline": True},
        y=rows_axis([label for label, _, _ in rows]),
    )
    figure.update_layout(barmode="group", bargap=0.25)
    for place, label in enumerate(PART_LABELS):
        style = part_style(place)
        figure.add_trace(
            bar(
                name=label,
                x=[counts[place] / max(whole, 1) for _, whole, counts in rows],
                y=list(range(len(rows))),
                orientation="h",
                marker=filled(style.color, style.pattern, theme),
                text=[f"{counts[place]:,}" for _, _, counts in rows],
                textposition="outside",
                textfont={"color": theme.text},
                cliponaxis=False,
                customdata=[
                    f"<b>{label}</b><br>{counts[place]:,} of {whole:,} {name.lower()}, "
                    f"{share(counts[place] / max(whole, 1))}"
                    for name, whole, counts in rows
                ],
                hovertemplate="%{customdata}<extra></extra>",
            )
        )
    return figure


def split_parts_alt(summary: SplitSummary) -> str:
    """What `split_parts_figure` shows, in one sentence."""
    said = [
        f"{label.lower()} {part.positives:,} positives ({share(part.positives / max(summary.positives, 1))}) of "
        f"{part.users:,} users and {part.items:,} items"
        for label, part in zip(PART_LABELS, summary.parts, strict=True)
    ]
    return f"Of {summary.positives:,} positives: {joined(said)}."


def split_timeline_figure(timeline: SplitTimeline, *, theme: Theme = LIGHT) -> go.Figure:
    """Positives over time, stacked by the part that they are in."""
    centres, widths = (timeline.edges[:-1] + timeline.edges[1:]) / 2, np.diff(timeline.edges).astype(np.float64)
    x, axis, factor = _time_axis(centres)
    figure = canvas(
        theme,
        height=300,
        x_title="" if axis else "Seconds since 1970",
        x={**axis, "zeroline": False},
        y={"title": {"text": "Positives", "font": {"size": 13}}, "rangemode": "tozero", "tickformat": ",d"},
    )
    figure.update_layout(barmode="stack", bargap=0.0, legend_traceorder="normal")
    for place, label in enumerate(PART_LABELS):
        style, counts = part_style(place), timeline.counts[place]
        figure.add_trace(
            bar(
                name=label,
                x=x,
                y=counts.tolist(),
                width=(widths * factor).tolist(),
                marker=filled(style.color, style.pattern, theme),
                customdata=[
                    f"<b>{label}</b><br>{count:,} positives<br>{when(start)} to {when(end)}"
                    for count, start, end in zip(
                        counts.tolist(), timeline.edges[:-1].tolist(), timeline.edges[1:].tolist(), strict=True
                    )
                ],
                hovertemplate="%{customdata}<extra></extra>",
            )
        )
    return figure


def split_timeline_alt(summary: SplitSummary) -> str:
    """What `split_timeline_figure` shows, in one sentence: from when to when each part is."""
    spans = [
        f"{label.lower()} from {when(part.first)} to {when(part.last)}"
        for label, part in zip(PART_LABELS, summary.parts, strict=True)
        if part.first is not None and part.last is not None
    ]
    if not spans:
        return "No positive has a time."
    undated = f" {summary.undated:,} positives without a time are not shown." if summary.undated else ""
    return f"Positives over time by part: {joined(spans)}.{undated}"


def split_sample_figure(sample: Sequence[SplitSample], *, by: SampleAxis = "order", theme: Theme = LIGHT) -> go.Figure:
    """A few users, a row each, with their positives as marks by part.

    by: "order" counts back from each user's latest positive, which is at the right end; "time" puts them where they are
    in time, and leaves out those without one.
    """
    times = np.concatenate([one.times for one in sample]) if sample else np.zeros(0)
    _, axis, factor = _time_axis(times)
    if by == "order":
        axis = _order_axis(max((len(one.parts) for one in sample), default=1))
    figure = canvas(
        theme,
        height=90 + ROW * len(sample),
        x_title=_sample_title(by, dated=bool(axis)),
        x={**axis, "zeroline": False},
        y=rows_axis([chart_text(one.user, 24) for one in sample], grid=True),
    )
    for place, label in enumerate(PART_LABELS):
        style = part_style(place)
        x: list[float] = []
        y: list[int] = []
        hover: list[str] = []
        for row, one in enumerate(sample):
            shown = one.parts == place
            behind = np.arange(1 - len(one.parts), 1)
            if by == "time":
                shown &= ~np.isnan(one.times)
            x += (one.times[shown] * factor if by == "time" else behind[shown]).tolist()
            y += [row] * int(shown.sum())
            called = chart_text(one.user)
            hover += [
                f"<b>{called}</b><br>{label}, {_from_the_end(-int(back))}<br>{when(time)}"
                for back, time in zip(behind[shown], one.times[shown].tolist(), strict=True)
            ]
        figure.add_trace(
            scatter(
                name=label,
                x=x,
                y=y,
                mode="markers",
                marker={
                    "color": style.color,
                    "symbol": style.symbol,
                    "size": 9 if place else 7,
                    # train stands behind, so that what is held out is seen among it
                    "opacity": 1.0 if place else 0.75,
                    "line": {"color": theme.surface, "width": 1 if place else 0},
                },
                cliponaxis=False,
                customdata=hover,
                hovertemplate="%{customdata}<extra></extra>",
            )
        )
    return figure


def split_sample_alt(sample: Sequence[SplitSample]) -> str:
    """What `split_sample_figure` shows, in one sentence."""
    counts = sum((np.bincount(one.parts, minlength=3) for one in sample), np.zeros(3, dtype=np.int64))
    said = [f"{label.lower()} {int(count):,}" for label, count in zip(PART_LABELS, counts, strict=True)]
    left_out = sum(one.left_out for one in sample)
    older = f" {left_out:,} older ones of very active users are not shown." if left_out else ""
    return f"The positives of {len(sample)} users, a row each, marked by part: {joined(said)}.{older}"


def part_style(place: int) -> Style:
    """How train, validation and test look: in colour, symbol and pattern."""
    return series_style(place)


def when(seconds: float | None) -> str:
    """A moment for people, in UTC: "2024-03-01"."""
    if seconds is None or np.isnan(seconds):
        return "no time"
    if not _FIRST <= seconds <= _LAST:
        return f"second {seconds:,.0f} since 1970"
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d")


def _counts(summary: SplitSummary) -> list[tuple[str, int, list[int]]]:
    parts = summary.parts
    return [
        ("Positives", summary.positives, [part.positives for part in parts]),
        ("Users", summary.users, [part.users for part in parts]),
        ("Items", summary.items, [part.items for part in parts]),
    ]


def _time_axis(seconds: Values) -> tuple[list[float], dict[str, Any], float]:
    """Values for Plotly, the settings of an axis of dates, and what a second is on it; plain numbers where no calendar
    has such a day.
    """
    known = seconds[~np.isnan(seconds)]
    if known.size and (known.min() < _FIRST or known.max() > _LAST):
        return seconds.tolist(), {}, 1.0
    return (seconds * 1000).tolist(), {"type": "date"}, 1000.0


def _order_axis(longest: int) -> dict[str, Any]:
    step = next(step for step in (1, 2, 5, 10, 20, 50, 100, 1000) if longest / step <= 8)
    backs = range(0, longest, step)
    return {
        "tickmode": "array",
        "tickvals": [-back for back in backs],
        "ticktext": ["latest" if back == 0 else f"\u2212{back}" for back in backs],
        "range": [-longest + 0.4 - 0.02 * longest, 0.6 + 0.02 * longest],
    }


def _sample_title(by: SampleAxis, *, dated: bool) -> str:
    if by == "order":
        return "Positives of each user, oldest to latest"
    return "" if dated else "Seconds since 1970"


def _from_the_end(back: int) -> str:
    return "the latest" if back == 0 else f"{back} before the latest"
