"""What a search for weights found: the front, the weights as good as the best, and what each scorer is worth."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from recengine.arrays import Values
from recengine.ranking import METRICS
from recengine.reports.figures.base import bar as bar_trace
from recengine.reports.figures.base import canvas, rows_axis, scatter
from recengine.reports.figures.weights import RISE, TRIANGLE_HEIGHT, corner_coordinates, tile_paths
from recengine.reports.text import chart_text
from recengine.reports.theme import FUSION_STYLE, LIGHT, NEUTRAL, Theme, series_style
from recengine.reports.words import measure_label, metric_value, share
from recengine.tuning import FoundWeights, Points, Region, Worth, find_measure

if TYPE_CHECKING:
    import plotly.graph_objects as go

FRONT_HEIGHT = 380
ROW_HEIGHT = 34
ALIKE = "#7a63d8"
UNLIKE = "rgba(125,133,144,0.22)"


def front_figure(
    found: FoundWeights, *, labels: Mapping[str, str], chosen: int | None = None, theme: Theme = LIGHT
) -> go.Figure:
    """Everything that was looked at by the first two measures of the front, and the front itself.

    Colour: the third measure, where there is one. labels: of the scorers. chosen: a place on the front. The last trace
    holds the front, which is what is hovered and clicked.
    """
    points, goal = found.points, found.goal
    first, second, *third = goal.front
    x, y = points.values[first], points.values[second]
    front = list(found.front)
    chart = canvas(
        theme,
        height=FRONT_HEIGHT,
        x_title=_axis(first, goal.k),
        x={"zeroline": False, "tickformat": METRICS[find_measure(first).metric].format, "nticks": 6},
        y={
            "zeroline": False,
            "title": {"text": _axis(second, goal.k)},
            "tickformat": METRICS[find_measure(second).metric].format,
        },
    )
    chart.add_trace(_dots("Looked at", x, y, NEUTRAL, size=4, symbol="circle", opacity=0.35))
    for number, name, symbol in ((found.start, "Before", "square-open"), (found.best, "Best", "star")):
        chart.add_trace(_dots(name, x[[number]], y[[number]], "#d55e00", size=13, symbol=symbol))
    if chosen is not None:
        at = [front[chosen]]
        chart.add_trace(_dots("Chosen", x[at], y[at], "#d55e00", size=17, symbol="circle-open"))
    marker = {"size": 9, "color": FUSION_STYLE.color, "symbol": "diamond"}
    if third:
        values = points.values[third[0]][front]
        marker |= {
            "color": values.tolist(),
            "colorscale": "Cividis",
            "showscale": True,
            "colorbar": {
                "title": {"text": chart_text(_axis(third[0], goal.k), None), "side": "right"},
                "thickness": 12,
                "outlinewidth": 0,
                "tickfont": {"color": theme.text},
            },
        }
    chart.add_trace(
        scatter(
            name="Front",
            x=x[front].tolist(),
            y=y[front].tolist(),
            mode="markers" if third else "lines+markers",
            line={"color": FUSION_STYLE.color, "width": 1, "shape": "hv"},
            marker=marker,
            unselected={"marker": {"opacity": 1}},
            customdata=[_words(points, number, labels, goal.front, goal.k) for number in front],
            hovertemplate="%{customdata}<extra></extra>",
        )
    )
    return chart.update_layout(clickmode="event+select", dragmode=False, hovermode="closest")


def front_alt(found: FoundWeights) -> str:
    """What `front_figure` shows, in one sentence."""
    goal, points = found.goal, found.points
    ends = [points.at(number) for number in (found.front[0], found.front[-1])]
    said = [
        " and ".join(
            f"{measure_label(text, goal.k)} {metric_value(find_measure(text).metric, end[text])}" for text in goal.front
        )
        for end in ends
    ]
    return f"A front of {len(found.front)} settings among {len(points):,}, from {said[0]} to {said[1]}."


def region_figure(
    region: Region, *, labels: Sequence[str], chosen: int | None = None, k: int, theme: Theme = LIGHT
) -> go.Figure:
    """The mixes of three scorers that cannot be told from the best, shaded. labels: top, left and right.

    The last trace holds a point a mix of the grid, which is what is hovered and clicked.
    """
    if len(region.among) != 3 or region.step is None:
        raise ValueError("region: only one of three scorers can be drawn as a triangle")
    columns = [region.points.scorers.index(name) for name in region.among]
    shares = region.points.weights[:, columns]
    x, y = corner_coordinates(shares)
    chart = canvas(
        theme,
        height=TRIANGLE_HEIGHT,
        x_title="",
        x={"visible": False, "range": [-0.16, 1.16]},
        y={"visible": False, "range": [-0.16, RISE + 0.14], "scaleanchor": "x"},
    )
    grid = slice(0, region.gridded)
    paths = tile_paths(x[grid], y[grid], round(1 / region.step))
    chart.update_layout(
        shapes=[
            {
                "type": "path",
                "path": path,
                "fillcolor": ALIKE if alike else UNLIKE,
                "opacity": 0.75 if alike else 1,
                "line": {"width": 0},
                "layer": "below",
            }
            for path, alike in zip(paths, region.alike[grid].tolist(), strict=True)
        ]
    )
    corners = ((labels[0], 0.5, RISE, 18), (labels[1], 0.0, 0.0, -18), (labels[2], 1.0, 0.0, -18))
    for label, at_x, at_y, shift in corners:
        chart.add_annotation(x=at_x, y=at_y, text=chart_text(label, 20), showarrow=False, yshift=shift)
    symbols = ("diamond", "square", "triangle-up", "cross", "pentagon")
    marks = [("Best", region.best, "star")]
    marks += [
        (f"{'Least' if not find_measure(text).higher_is_better else 'Most'} {find_measure(text).label}", number, symbol)
        for (text, number), symbol in zip(region.picks.items(), symbols, strict=False)
    ]
    marks += [] if chosen is None else [("Chosen", chosen, "circle-open")]
    for name, number, symbol in marks:
        chart.add_trace(_dots(name, x[[number]], y[[number]], "#d55e00", size=14, symbol=symbol, edge="#ffffff"))
    measures = list(region.points.values)
    called = dict(zip(region.among, labels, strict=True))
    chart.add_trace(
        scatter(
            x=x[grid].tolist(),
            y=y[grid].tolist(),
            mode="markers",
            showlegend=False,
            marker={"size": 16, "opacity": 0},
            selected={"marker": {"opacity": 0}},
            unselected={"marker": {"opacity": 0}},
            customdata=[
                f"{_words(region.points, number, called, measures, k)}<br>{_difference(region, number)}"
                for number in range(region.gridded)
            ],
            hovertemplate="%{customdata}<extra></extra>",
        )
    )
    return chart.update_layout(clickmode="event+select", dragmode=False, hovermode="closest")


def region_alt(region: Region, *, labels: Sequence[str]) -> str:
    """What `region_figure` shows, in one sentence."""
    alike = int(region.alike.sum())
    return (
        f"{alike} of {len(region.points)} mixes of {', '.join(labels)} cannot be told from the best by "
        f"{find_measure(region.metric).label}; they are shaded."
    )


def worth_figure(worth: Worth, measure: str, *, labels: Mapping[str, str], k: int, theme: Theme = LIGHT) -> go.Figure:
    """What each scorer is worth by one measure, as bars, the most first."""
    values = worth.shapley[measure]
    order = np.argsort(-values, kind="stable").tolist()
    names = [worth.scorers[place] for place in order]
    low, high = min(0.0, float(values.min())), max(0.0, float(values.max()))
    # for the values that stand beside the bars
    room = 0.35 * (high - low) or 1.0
    chart = canvas(
        theme,
        height=80 + ROW_HEIGHT * len(names),
        x_title=f"Worth in {_axis(measure, k)}",
        x={"zeroline": True, "range": [low - (room if low < 0 else 0), high + (room if high > 0 else 0)]},
        y=rows_axis([chart_text(labels.get(name, name)) for name in names]),
    )
    errors = worth.error[measure][order]
    chart.add_trace(
        bar_trace(
            x=values[order].tolist(),
            y=list(range(len(order))),
            orientation="h",
            width=0.55,
            marker={"color": [series_style(0).color if values[place] >= 0 else "#d55e00" for place in order]},
            error_x={"array": (1.96 * errors).tolist(), "color": theme.muted} if errors.any() else None,
            text=[f"{values[place]:+.4f}" for place in order],
            textposition="outside",
            cliponaxis=False,
            showlegend=False,
            customdata=[
                f"<b>{chart_text(labels.get(worth.scorers[place], worth.scorers[place]), None)}</b><br>worth "
                f"{values[place]:+.4f}<br>alone {worth.alone[measure][place]:.4f}<br>all but it "
                f"{worth.without[measure][place]:.4f}"
                for place in order
            ],
            hovertemplate="%{customdata}<extra></extra>",
        )
    )
    return chart


def worth_alt(worth: Worth, measure: str, *, labels: Mapping[str, str], k: int) -> str:
    """What `worth_figure` shows, in one sentence."""
    said = ", ".join(
        f"{labels.get(name, name)} {value:+.4f}"
        for name, value in zip(worth.scorers, worth.shapley[measure].tolist(), strict=True)
    )
    return f"Worth of each scorer in {measure_label(measure, k)}, of {worth.whole[measure]:.4f} in all: {said}."


def _axis(text: str, k: int) -> str:
    return chart_text(measure_label(text, k), None)


def _dots(
    name: str,
    x: Values,
    y: Values,
    color: str,
    *,
    size: int,
    symbol: str,
    opacity: float = 1.0,
    edge: str | None = None,
) -> go.Scatter:
    marker = {"color": color, "size": size, "symbol": symbol, "opacity": opacity}
    marker |= {"line": {"width": 1.5, "color": edge or color}} if size > 6 else {}
    return scatter(name=chart_text(name), x=x.tolist(), y=y.tolist(), mode="markers", marker=marker, hoverinfo="skip")


def _words(points: Points, number: int, labels: Mapping[str, str], measures: Sequence[str], k: int) -> str:
    weights = ", ".join(
        f"{chart_text(labels.get(name, name))} {share(weight, 0)}"
        for name, weight in points.by_scorer(number).items()
        if weight
    )
    values = [
        f"<b>{_axis(text, k)}: {metric_value(find_measure(text).metric, float(points.values[text][number]))}</b>"
        for text in measures
    ]
    return "<br>".join([weights, *values])


def _difference(region: Region, number: int) -> str:
    if number == region.best:
        return "the best"
    said = "as good as the best" if region.alike[number] else "worse than the best"
    mean, low, high = (float(getattr(region, name)[number]) for name in ("difference", "low", "high"))
    if math.isnan(low):
        return said
    return f"{mean:+.4f} ({low:+.4f} to {high:+.4f}): {said}"
