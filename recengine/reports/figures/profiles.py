"""One user or one item against everyone: when, which values, which groups."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from recengine.data.profiles import Lift, Lifts, TimeBins, ValueBins
from recengine.reports.figures.base import bar, canvas, rows_axis, scatter
from recengine.reports.text import chart_text
from recengine.reports.theme import LIGHT, NEUTRAL, Theme, series_style
from recengine.reports.words import UNDEFINED, joined, plain, share

if TYPE_CHECKING:
    import plotly.graph_objects as go

MAX_ROWS = 15
"""Groups that a chart of lifts shows; a table beside it has them all."""
MAX_LIFT = 20.0
"""Where the axis of lifts ends; what lies beyond stands at its end, with its figure in words."""
ROW = 30
ONE_LINE = 16
EVERYONE = "If like everyone"


def over_time_figure(
    times: TimeBins, counts: NDArray[np.int64], *, what: str = "Interactions", theme: Theme = LIGHT
) -> go.Figure:
    """Interactions over the whole time of the data as bars; a line spreads as many as everyone's are spread.

    counts (bins,): of the one who is looked at.
    """
    figure = canvas(
        theme,
        height=230,
        x_title="",
        x={"showgrid": False, "nticks": 8},
        y={"rangemode": "tozero", "title": {"text": f"{what} a {times.every}", "font": {"size": 13}}, "nticks": 5},
    )
    labels = list(times.labels)
    figure.add_trace(
        bar(
            name=what,
            x=labels,
            y=counts.tolist(),
            marker={"color": series_style(0).color},
            hovertemplate="%{x}: %{y:,}<extra></extra>",
        )
    )
    expected = _as_everyone(counts, times.everyone)
    figure.add_trace(
        scatter(
            name=EVERYONE,
            x=labels,
            y=expected.tolist(),
            mode="lines",
            line={"color": NEUTRAL, "width": 2, "dash": "dot"},
            hovertemplate="%{x}: %{y:,.1f} if like everyone<extra></extra>",
        )
    )
    return figure.update_layout(bargap=0.05, xaxis_type="category")


def over_time_alt(times: TimeBins, counts: NDArray[np.int64]) -> str:
    """What `over_time_figure` shows, in one sentence."""
    total = int(counts.sum())
    if not total:
        return "No interaction has a time."
    best = int(np.argmax(counts))
    active = int((counts > 0).sum())
    return (
        f"{total:,} interactions in {active} of {len(counts)} {times.every}s from {times.labels[0]} to "
        f"{times.labels[-1]}, most in that of {times.labels[best]}: {int(counts[best]):,}."
    )


def own_values_figure(values: ValueBins, counts: NDArray[np.int64], *, theme: Theme = LIGHT) -> go.Figure:
    """The share of each value, or range of values, beside everyone's. counts (bins,)."""
    total = max(int(counts.sum()), 1)
    everyone = values.everyone / max(int(values.everyone.sum()), 1)
    figure = canvas(
        theme,
        height=230,
        x_title="Value",
        x={"showgrid": False, "type": "category"},
        y={"tickformat": ".0%", "rangemode": "tozero", "nticks": 5, "title": {"text": "Share", "font": {"size": 13}}},
    )
    labels = list(values.labels)
    figure.add_trace(
        bar(
            name="Here",
            x=labels,
            y=(counts / total).tolist(),
            marker={"color": series_style(0).color},
            customdata=counts.tolist(),
            hovertemplate="%{x}: %{y:.0%}, n = %{customdata:,}<extra></extra>",
        )
    )
    figure.add_trace(
        bar(
            name="Everyone",
            x=labels,
            y=everyone.tolist(),
            marker={"color": NEUTRAL, "pattern": {"shape": "/", "size": 5}},
            customdata=values.everyone.tolist(),
            hovertemplate="%{x}, everyone: %{y:.0%}, n = %{customdata:,}<extra></extra>",
        )
    )
    return figure.update_layout(barmode="group", bargap=0.25, bargroupgap=0.05)


def own_values_alt(values: ValueBins, counts: NDArray[np.int64]) -> str:
    """What `own_values_figure` shows, in one sentence."""
    total = int(counts.sum())
    if not total:
        return "No value is known."
    shares, everyone = counts / total, values.everyone / max(int(values.everyone.sum()), 1)
    best = int(np.argmax(counts))
    return (
        f"Of {total:,} values most are {values.labels[best]}: {share(float(shares[best]), 0)}, of everyone's "
        f"{share(float(everyone[best]), 0)}."
    )


def lifts_figure(found: Lifts, *, theme: Theme = LIGHT) -> go.Figure:
    """How much likelier each group is than with everyone, as dots with 95 % intervals on a scale of factors.

    The groups with the most rows, at most `MAX_ROWS`, the likeliest first. Open dots rest on few rows. A group that
    does not occur has no dot.
    """
    shown = lifts_shown(found)
    figure = canvas(
        theme,
        height=90 + ROW * len(shown),
        x_title="Times as likely as with everyone",
        x=_factors(shown),
        y=rows_axis([_label(one) for one in shown], grid=True),
    )
    figure.add_vline(x=1, line={"color": NEUTRAL, "width": 2, "dash": "dash"})
    for name, few in (("Figure with 95 % interval", False), ("Rests on few", True)):
        rows = [(place, one) for place, one in enumerate(shown) if one.few is few and one.lift > 0]
        if rows:
            figure.add_trace(_dots(name, rows, few=few))
    never = [(place, one) for place, one in enumerate(shown) if not one.lift > 0]
    if never:
        figure.add_trace(_never(never, theme, _lowest(shown)))
    return figure


def lifts_shown(found: Lifts) -> list[Lift]:
    """The groups that `lifts_figure` draws, from top to bottom."""
    groups = [one for one in found.groups if not math.isnan(one.lift)][:MAX_ROWS]
    return sorted(groups, key=lambda one: -one.lift)


def lifts_alt(found: Lifts) -> str:
    """What `lifts_figure` shows, in one sentence: the groups that differ from everyone beyond chance."""
    if not found.groups:
        return f"By {plain(found.attribute)}: nothing is known."
    telling = found.telling[:4]
    if not telling:
        return f"By {plain(found.attribute)}, n = {found.known:,}: no group differs from everyone beyond chance."
    said = [f"{one.group} {factor(one.lift)} (n = {one.n:,})" for one in telling]
    return f"By {plain(found.attribute)}, n = {found.known:,}, against everyone: {joined(said)}."


def factor(lift: float) -> str:
    """A lift as a factor, "1.70" behind a sign of multiplication."""
    return UNDEFINED if math.isnan(lift) else f"\u00d7 {lift:.2f}"


def _as_everyone(counts: NDArray[np.int64], everyone: NDArray[np.int64]) -> NDArray[np.float64]:
    expected: NDArray[np.float64] = counts.sum() * everyone / max(int(everyone.sum()), 1)
    return expected


def _label(one: Lift) -> str:
    return f"{chart_text(one.group)}{'<br>' if len(one.group) > ONE_LINE else ' '}(n = {one.n:,})"


def _lowest(shown: list[Lift]) -> float:
    """Where the axis begins: below every figure, at most a half."""
    return min([0.5, *(max(one.low, one.lift / 4, 0.02) for one in shown if one.lift > 0)]) * 0.9


def _factors(shown: list[Lift]) -> dict[str, Any]:
    low = _lowest(shown)
    high = min(max([2.0, *(one.high for one in shown)]), MAX_LIFT, 4 * max([1.0, *(one.lift for one in shown)])) * 1.1
    ticks = [tick for tick in (0.02, 0.05, 0.1, 0.25, 0.5, 1, 2, 4, 10, 20) if low <= tick <= high]
    return {
        "type": "log",
        "range": [math.log10(low), math.log10(high)],
        "tickvals": ticks,
        "ticktext": [f"\u00d7 {tick:g}" for tick in ticks],
        "zeroline": False,
    }


def _dots(name: str, rows: list[tuple[int, Lift]], *, few: bool) -> go.Scatter:
    style = series_style(0)
    ones = [one for _, one in rows]
    at = [min(one.lift, MAX_LIFT) for one in ones]
    return scatter(
        name=name,
        x=at,
        y=[place for place, _ in rows],
        mode="markers",
        marker={"color": style.color, "size": 10, "symbol": "circle-open" if few else "circle", "line": {"width": 2}},
        error_x={
            "array": [max(one.high - x, 0.0) for one, x in zip(ones, at, strict=True)],
            "arrayminus": [max(x - max(one.low, 1e-3), 0.0) for one, x in zip(ones, at, strict=True)],
            "color": style.color,
            "thickness": 1 if few else 2,
            "width": 4,
        },
        customdata=[_hover(one) for one in ones],
        hovertemplate="%{customdata}<extra></extra>",
    )


def _never(rows: list[tuple[int, Lift]], theme: Theme, left: float) -> go.Scatter:
    return scatter(
        x=[left * 1.02 for _ in rows],
        y=[place for place, _ in rows],
        mode="markers+text",
        marker={"color": theme.muted, "size": 9, "symbol": "x-thin-open"},
        text=["none" for _ in rows],
        textposition="middle right",
        textfont={"color": theme.muted},
        showlegend=False,
        customdata=[_hover(one) for _, one in rows],
        hovertemplate="%{customdata}<extra></extra>",
    )


def _hover(one: Lift) -> str:
    caution = "<br>Few, so it may be chance" if one.few else ""
    return (
        f"<b>{chart_text(one.group, None)}</b><br>{share(one.share)} here (n = {one.n:,} of {one.of:,}), "
        f"{share(one.everyone)} with everyone<br>{factor(one.lift)}, 95 % interval {one.low:.2f} to {one.high:.2f}"
        f"{caution}"
    )
