"""What the weights do: a metric along one of them, and over all mixes of three scorers."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from recengine.arrays import Values
from recengine.ranking import METRICS
from recengine.reports.figures.base import canvas, scatter
from recengine.reports.text import chart_text
from recengine.reports.theme import FUSION_STYLE, LIGHT, NEUTRAL, Theme, series_style
from recengine.reports.words import metric_label, metric_value, share
from recengine.simulation import Sweep, Triangle

if TYPE_CHECKING:
    import plotly.graph_objects as go

PARTS = 300
"""Parts of the range that a curve is drawn in; each keeps its lowest and highest value."""
NEAR = 0.01
"""Share of the best value within which a weight is as good as the best."""
HEIGHT = 250
TRIANGLE_HEIGHT = 540
SCALE = "Cividis"
"""Even in lightness, and told apart by colour-blind readers."""
RISE = math.sqrt(3) / 2


def sweep_figure(
    sweep: Sweep,
    metric: str,
    *,
    label: str,
    baseline: float | None = None,
    chosen: float | None = None,
    theme: Theme = LIGHT,
) -> go.Figure:
    """One metric along the raw weight of a scorer, called `label`.

    Steps where they are few, else a band from the lowest to the highest value of each part. Shaded: within 1 % of the
    best. Lines: the weight now, the baseline's, and the one that is chosen; those outside the range are left out. The
    last trace holds a point a part, which is what is hovered and clicked.
    """
    name = metric_label(metric, sweep.k)
    chart = canvas(
        theme,
        height=HEIGHT,
        x_title=f"Weight of {chart_text(label)}",
        x={"range": [0, sweep.top], "zeroline": False},
        y={"zeroline": False, "tickformat": METRICS[metric].format, "nticks": 5},
    )
    parts = sweep.stretches(metric, PARTS)
    # each value from the start of its part to the end
    x = np.column_stack([parts.start, parts.end]).ravel()
    low, high = np.repeat(parts.low, 2), np.repeat(parts.high, 2)
    near = sweep.near_best(metric, NEAR)
    if near is not None:
        chart.add_vrect(x0=near[0], x1=near[1], fillcolor=FUSION_STYLE.color, opacity=0.13, line_width=0, layer="below")
    color = series_style(0).color
    chart.add_trace(_line(x, low, color))
    chart.add_trace(_line(x, high, color, fill="tonexty", fillcolor=color))
    for weight, said, dash, line_color in (
        (baseline, "baseline", "dash", NEUTRAL),
        (chosen, "chosen", "dot", FUSION_STYLE.color),
        (sweep.current, "now", "solid", theme.muted),
    ):
        if weight is None or not 0 <= weight <= sweep.top or (said != "now" and weight == sweep.current):
            continue
        chart.add_vline(x=weight, line={"color": line_color, "width": 2, "dash": dash})
        value = sweep.at(metric, weight)
        chart.add_trace(
            scatter(
                x=[weight],
                y=[value],
                mode="markers",
                marker={"color": line_color, "size": 9, "symbol": "diamond" if said == "chosen" else "circle"},
                showlegend=False,
                cliponaxis=False,
                hoverinfo="skip",
            )
        )
    middle = (parts.start + parts.end) / 2
    chart.add_trace(
        scatter(
            x=middle.tolist(),
            y=((parts.low + parts.high) / 2).tolist(),
            mode="markers",
            marker={"size": 9, "opacity": 0, "color": color},
            selected={"marker": {"opacity": 0}},
            unselected={"marker": {"opacity": 0}},
            showlegend=False,
            customdata=[
                f"{_range(start, end)}<br><b>{name}: {_values(metric, bottom, top)}</b>"
                for start, end, bottom, top in zip(
                    parts.start.tolist(), parts.end.tolist(), parts.low.tolist(), parts.high.tolist(), strict=True
                )
            ],
            hovertemplate="%{customdata}<extra></extra>",
        )
    )
    return chart.update_layout(hovermode="x", hoverdistance=-1, clickmode="event+select", dragmode=False)


def sweep_alt(sweep: Sweep, metric: str, *, label: str) -> str:
    """What `sweep_figure` shows, in one sentence."""
    values = sweep.values[metric]
    name = metric_label(metric, sweep.k)
    if np.isnan(values).all():
        return f"{name} is not defined along the weight of {label}."
    span = f"from {metric_value(metric, float(np.nanmin(values)))} to {metric_value(metric, float(np.nanmax(values)))}"
    best = sweep.best(metric)
    said = "" if best is None else f", best at {_range(best[0], best[1])}"
    return f"{name} while the weight of {label} goes from 0 to {sweep.top:g}: {span}{said}."


def triangle_figure(
    triangle: Triangle,
    metric: str,
    *,
    labels: Sequence[str],
    current: Sequence[float] | None = None,
    chosen: int | None = None,
    theme: Theme = LIGHT,
) -> go.Figure:
    """A metric over all mixes of three scorers: a tile a mix, each corner one scorer alone.

    labels: what the three are called, top, left and right. current: their effective weights now. chosen: the number of
    a mix. Dots: within 1 % of the best. The last trace holds a point a mix, which is what is hovered and clicked.
    """
    import plotly.graph_objects as go
    from plotly.colors import sample_colorscale

    values = triangle.values[metric]
    x, y = corner_coordinates(triangle.weights)
    chart = canvas(
        theme,
        height=TRIANGLE_HEIGHT,
        x_title="",
        x={"visible": False, "range": [-0.16, 1.16]},
        y={"visible": False, "range": [-0.16, RISE + 0.14], "scaleanchor": "x"},
    )
    low, high = _span(values)
    shares = np.nan_to_num((values - low) / (high - low if high > low else 1.0))
    colors = sample_colorscale(SCALE, shares.tolist())
    tiles = [
        {"type": "path", "path": path, "fillcolor": color, "line": {"width": 0}, "layer": "below"}
        for path, color, value in zip(tile_paths(x, y, triangle.parts), colors, values.tolist(), strict=True)
        if not math.isnan(value)
    ]
    chart.update_layout(shapes=tiles)
    for label, at_x, at_y, shift in (
        (labels[0], 0.5, RISE, 18),
        (labels[1], 0.0, 0.0, -18),
        (labels[2], 1.0, 0.0, -18),
    ):
        chart.add_annotation(
            x=at_x, y=at_y, text=chart_text(label, 20), showarrow=False, yshift=shift, font={"size": 13}
        )
    good = _near(metric, values)
    chart.add_trace(
        scatter(
            x=x[good].tolist(),
            y=y[good].tolist(),
            mode="markers",
            marker={"size": 5, "color": "#ffffff", "line": {"color": "#1f2328", "width": 1}},
            name="Within 1 % of the best",
            hoverinfo="skip",
        )
    )
    marks = [(None if chosen is None else triangle.weights[chosen], "Chosen", "diamond"), (current, "Now", "x")]
    for mix, said, symbol in marks:
        if mix is not None:
            mark_x, mark_y = corner_coordinates(np.array([mix], dtype=np.float64))
            chart.add_trace(
                scatter(
                    x=mark_x.tolist(),
                    y=mark_y.tolist(),
                    mode="markers",
                    name=said,
                    marker={
                        "size": 14,
                        "symbol": symbol,
                        "color": "#d55e00",
                        "line": {"color": "#ffffff", "width": 2},
                    },
                    hoverinfo="skip",
                )
            )
    chart.add_trace(
        go.Scatter(
            x=x.tolist(),
            y=y.tolist(),
            mode="markers",
            showlegend=False,
            marker={
                "size": 18,
                "opacity": 0,
                "color": values.tolist(),
                "colorscale": SCALE,
                "cmin": low,
                "cmax": high,
                "colorbar": {
                    "thickness": 12,
                    "len": 0.85,
                    "outlinewidth": 0,
                    "tickformat": METRICS[metric].format,
                    "tickfont": {"color": theme.text},
                },
                "showscale": True,
            },
            selected={"marker": {"opacity": 0}},
            unselected={"marker": {"opacity": 0}},
            customdata=[
                _mix_words(labels, mix, metric, value, triangle.k)
                for mix, value in zip(triangle.weights.tolist(), values.tolist(), strict=True)
            ],
            hovertemplate="%{customdata}<extra></extra>",
        )
    )
    return chart.update_layout(hovermode="closest", clickmode="event+select", dragmode=False)


def triangle_alt(triangle: Triangle, metric: str, *, labels: Sequence[str]) -> str:
    """What `triangle_figure` shows, in one sentence."""
    values = triangle.values[metric]
    name = metric_label(metric, triangle.k)
    if np.isnan(values).all():
        return f"{name} is not defined for any mix of {', '.join(labels)}."
    higher = METRICS[metric].higher_is_better
    at = int(np.nanargmin(values) if higher is False else np.nanargmax(values))
    which = "highest" if higher is None else "best"
    mix = ", ".join(
        f"{label} {share(weight, 0)}" for label, weight in zip(labels, triangle.weights[at].tolist(), strict=True)
    )
    low, high = _span(values)
    return (
        f"{name} over {len(values)} mixes of {', '.join(labels)}: from {metric_value(metric, low)} to "
        f"{metric_value(metric, high)}, {which} at {mix}."
    )


def corner_coordinates(weights: Values) -> tuple[Values, Values]:
    """x, y (L,) of mixes (L, 3) in a triangle of side 1: the first scorer on top, then left, then right."""
    total = weights.sum(axis=1)
    first, third = weights[:, 0] / total, weights[:, 2] / total
    return third + first / 2, first * RISE


def tile_paths(x: Values, y: Values, parts: int) -> list[str]:
    """A hexagon around each mix, a hair wider than its cell so that no gap shows."""
    radius = 1.02 / parts / math.sqrt(3)
    angles = np.pi / 6 + np.arange(6) * np.pi / 3
    across, up = radius * np.cos(angles), radius * np.sin(angles)
    return [
        "M" + "L".join(f"{at_x + right:.4f},{at_y + over:.4f}" for right, over in zip(across, up, strict=True)) + "Z"
        for at_x, at_y in zip(x.tolist(), y.tolist(), strict=True)
    ]


def _near(metric: str, values: Values) -> Any:
    """The mixes within `NEAR` of the best, (L,) bool; none where neither direction is better."""
    higher = METRICS[metric].higher_is_better
    if higher is None or np.isnan(values).all():
        return np.zeros(len(values), dtype=np.bool_)
    best = float(np.nanmax(values) if higher else np.nanmin(values))
    return values >= best - NEAR * abs(best) if higher else values <= best + NEAR * abs(best)


def _span(values: Values) -> tuple[float, float]:
    known = values[~np.isnan(values)]
    return (float(known.min()), float(known.max())) if len(known) else (0.0, 1.0)


def _line(x: Values, y: Values, color: str, **settings: Any) -> go.Scatter:
    return scatter(
        x=x.tolist(),
        y=y.tolist(),
        mode="lines",
        line={"color": color, "width": 1.6},
        showlegend=False,
        hoverinfo="skip",
        **settings,
    )


def _range(start: float, end: float) -> str:
    return f"{start:.4g}" if start == end else f"{start:.4g} to {end:.4g}"


def _values(metric: str, low: float, high: float) -> str:
    first, last = metric_value(metric, low), metric_value(metric, high)
    return first if first == last else f"{first} to {last}"


def _mix_words(labels: Sequence[str], mix: Sequence[float], metric: str, value: float, k: int) -> str:
    shares = "<br>".join(f"{chart_text(label)} {share(weight, 0)}" for label, weight in zip(labels, mix, strict=True))
    return f"{shares}<br><b>{metric_label(metric, k)}: {metric_value(metric, value)}</b>"
