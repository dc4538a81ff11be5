"""Two tries side by side: what changed over all users, and how alike their lists are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from recengine.arrays import Values
from recengine.ranking import METRICS
from recengine.reports.figures.base import bar, canvas, dots, rows_axis, upright_line
from recengine.reports.figures.quality import CHART_METRICS
from recengine.reports.text import chart_text
from recengine.reports.theme import LIGHT, NEUTRAL, Theme, series_style
from recengine.reports.words import joined, metric_label, p_value, share
from recengine.scenario import MetricChange
from recengine.scenario.comparison import spread

if TYPE_CHECKING:
    import plotly.graph_objects as go

SIGNIFICANT = 0.05
ROW_HEIGHT = 40
BINS = 20


def changes_figure(
    changes: Mapping[str, MetricChange], *, k: int, metrics: Sequence[str] = CHART_METRICS, theme: Theme = LIGHT
) -> go.Figure:
    """The change of each metric of accuracy, B - A, as a dot with its paired interval, and a line at no change.

    A filled dot: more than chance explains, by the corrected p-value; an open one: within chance.
    """
    rows = _charted(changes, metrics)
    ends = [abs(end) for moved in rows for end in _ends(moved) if end is not None]
    reach = 1.08 * max(ends, default=0.0) or 0.01
    chart = canvas(
        theme,
        height=90 + ROW_HEIGHT * max(len(rows), 1),
        x_title="Change from A to B, mean over users",
        x={"range": [-reach, reach], "zeroline": False},
        y=rows_axis([chart_text(metric_label(moved.metric, k)) for moved in rows]),
    )
    chart.add_trace(upright_line("No change", 0.0, (-0.5, max(len(rows), 1) - 0.5), NEUTRAL, "No change"))
    for name, real, style in (
        ("More than chance", True, series_style(0)),
        ("Within chance", False, replace(series_style(1), symbol="circle-open")),
    ):
        found = [(at, moved) for at, moved in enumerate(rows) if _real(moved) == real]
        if not found:
            continue
        means = [moved.change.mean for _, moved in found if moved.change is not None]
        lows, highs = zip(*(_ends(moved)[1:] for _, moved in found), strict=True)
        hover = [_hover(moved, k) for _, moved in found]
        chart.add_trace(dots(name, means, [float(at) for at, _ in found], lows, highs, hover, style, size=11))
    return chart


def changes_alt(changes: Mapping[str, MetricChange], *, k: int, metrics: Sequence[str] = CHART_METRICS) -> str:
    """What `changes_figure` shows, in one sentence."""
    said = [
        f"{metric_label(moved.metric, k)} {moved.change.mean:+.3f} ({'more than' if _real(moved) else 'within'} chance)"
        for moved in _charted(changes, metrics)
        if moved.change is not None
    ]
    return f"Changes from A to B with intervals: {joined(said)}." if said else "No metric could be compared."


def overlap_figure(values: Values, *, theme: Theme = LIGHT) -> go.Figure:
    """How many users have lists how alike: rank-biased overlap in twentieths, with a line at the median."""
    known = values[~np.isnan(values)]
    counts, edges = np.histogram(known, bins=BINS, range=(0.0, 1.0))
    chart = canvas(
        theme,
        height=280,
        x_title="Rank-biased overlap of a user's two lists (1 = the same list)",
        x={"range": [-0.01, 1.01], "showgrid": False},
        y={"title": {"text": "Users"}, "rangemode": "tozero"},
    )
    said = [
        f"{low:.2f} to {high:.2f}: {count:,} users"
        for low, high, count in zip(edges[:-1], edges[1:], counts, strict=True)
    ]
    chart.add_trace(
        bar(
            name="Users",
            x=((edges[:-1] + edges[1:]) / 2).tolist(),
            y=counts.tolist(),
            width=1 / BINS * 0.92,
            marker={"color": series_style(0).color},
            customdata=said,
            hovertemplate="%{customdata}<extra></extra>",
        )
    )
    if len(known):
        median = spread(values).median
        top = (0.0, float(counts.max()))
        chart.add_trace(upright_line("Median", median, top, NEUTRAL, f"Median {median:.3f}"))
    return chart


def overlap_alt(values: Values) -> str:
    """What `overlap_figure` shows, in one sentence."""
    found = spread(values)
    if not found.n:
        return "No user has a list."
    same = share(float(np.mean(values[~np.isnan(values)] > 1 - 1e-9)))
    return (
        f"Rank-biased overlap of {found.n:,} users: median {found.median:.3f}, half of them between "
        f"{found.low_quartile:.3f} and {found.high_quartile:.3f}; {same} have the same list."
    )


def _charted(changes: Mapping[str, MetricChange], metrics: Sequence[str]) -> list[MetricChange]:
    found = [changes[key] for key in metrics if key in changes]
    return [moved for moved in found if moved.change is not None and moved.change.n > 0]


def _ends(moved: MetricChange) -> tuple[float, float | None, float | None]:
    """Mean and ends of the interval; None where there is none."""
    if moved.change is None:
        return 0.0, None, None
    low, high = (None if np.isnan(end) else end for end in (moved.change.low, moved.change.high))
    return moved.change.mean, low, high


def _real(moved: MetricChange) -> bool:
    return moved.p_holm is not None and moved.p_holm < SIGNIFICANT


def _hover(moved: MetricChange, k: int) -> str:
    if moved.change is None or moved.p_value is None or moved.p_holm is None:
        return ""
    layout = METRICS[moved.metric].format
    return (
        f"<b>{chart_text(metric_label(moved.metric, k), None)}</b><br>{moved.change.mean:+{layout}}"
        f"<br>95 % interval: {moved.change.low:+{layout}} to {moved.change.high:+{layout}}"
        f"<br>{p_value(moved.p_value).replace('<', '&lt;')}, corrected {p_value(moved.p_holm).replace('<', '&lt;')}"
        f"<br>n = {moved.change.n:,} users"
    )
