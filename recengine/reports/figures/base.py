"""What all charts share: a transparent canvas with the theme's axes, rows from top to bottom, dots with intervals."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from recengine.reports.text import chart_text
from recengine.reports.theme import Style, Theme

if TYPE_CHECKING:
    import plotly.graph_objects as go


def canvas(theme: Theme, *, height: int, x_title: str, x: dict[str, Any], y: dict[str, Any]) -> go.Figure:
    """An empty chart, transparent, in the font of its surroundings; `x` and `y` are settings of the two axes."""
    import plotly.graph_objects as go

    axis = {
        "gridcolor": theme.grid,
        "linecolor": theme.grid,
        "zerolinecolor": theme.grid,
        "tickfont": {"color": theme.text},
        "automargin": True,
        "fixedrange": True,
    }
    return go.Figure(
        layout={
            "template": "none",
            "height": height,
            "paper_bgcolor": "rgba(0,0,0,0)",
            "plot_bgcolor": "rgba(0,0,0,0)",
            "font": {"color": theme.text, "size": 13},
            "margin": {"l": 8, "r": 28, "t": 8, "b": 8},
            "xaxis": {**axis, "title": {"text": x_title, "standoff": 8, "font": {"size": 13}}, **x},
            "yaxis": {**axis, **y},
            "legend": {
                "orientation": "h",
                "x": 0,
                "xanchor": "left",
                "y": 1,
                "yanchor": "bottom",
                "font": {"color": theme.text},
                "itemclick": False,
                "itemdoubleclick": False,
            },
            "hoverlabel": {
                "bgcolor": theme.surface,
                "bordercolor": theme.muted,
                "font": {"color": theme.text, "size": 13},
                "align": "left",
            },
        }
    )


def from_zero(values: Iterable[float | None]) -> dict[str, Any]:
    """A horizontal axis from 0 to just beyond the highest of `values`; Plotly's own range where one is below 0."""
    known = [value for value in values if value is not None and not math.isnan(value)]
    # intervals resampled in float32 may end a hair below 0
    if not known or min(known) < -1e-6 or max(known) <= 0:
        return {"rangemode": "tozero", "zeroline": True}
    return {"range": [0, 1.04 * max(known)], "zeroline": True}


def rows_axis(labels: Sequence[str], *, grid: bool = False) -> dict[str, Any]:
    """A vertical axis with one row a label (already made fit for a chart), the first on top.

    Rows are at 0, 1, … so that two items of the same title keep a row each.
    """
    return {
        "tickmode": "array",
        "tickvals": list(range(len(labels))),
        "ticktext": list(labels),
        "range": [len(labels) - 0.5, -0.5],
        "showgrid": grid,
        "ticklabelstandoff": 8,
        "zeroline": False,
    }


def dots(
    name: str,
    x: Sequence[float],
    y: Sequence[float],
    low: Sequence[float | None],
    high: Sequence[float | None],
    hover: Sequence[str],
    style: Style,
    *,
    size: int = 10,
) -> go.Scatter:
    """Dots with their intervals as bars to both sides; no bar where an end is None. `hover` is escaped text."""
    above = [0.0 if end is None else end - value for value, end in zip(x, high, strict=True)]
    below = [0.0 if end is None else value - end for value, end in zip(x, low, strict=True)]
    return scatter(
        name=chart_text(name),
        x=list(x),
        y=list(y),
        mode="markers",
        marker={"color": style.color, "symbol": style.symbol, "size": size},
        error_x={"array": above, "arrayminus": below, "color": style.color, "thickness": 2, "width": 4},
        cliponaxis=False,
        customdata=list(hover),
        hovertemplate="%{customdata}<extra></extra>",
    )


def upright_line(name: str, x: float, rows: tuple[float, float], color: str, hover: str) -> go.Scatter:
    """A dashed line at `x` from the row `rows[0]` to `rows[1]`."""
    return scatter(
        name=chart_text(name, None),
        x=[x, x],
        y=list(rows),
        mode="lines",
        line={"color": color, "dash": "dash", "width": 2},
        customdata=[hover, hover],
        hovertemplate="%{customdata}<extra></extra>",
    )


def filled(color: str, pattern: str, theme: Theme) -> dict[str, Any]:
    """How a bar is filled: its colour, and a pattern that tells it apart without."""
    return {
        "color": color,
        # "overlay" keeps the colour under the pattern
        "pattern": {"shape": pattern, "fillmode": "overlay", "fgcolor": theme.surface, "size": 7, "solidity": 0.3},
        "line": {"color": color, "width": 1},
    }


def scatter(**settings: Any) -> go.Scatter:
    """A trace of dots or lines."""
    import plotly.graph_objects as go

    return go.Scatter(**settings)


def bar(**settings: Any) -> go.Bar:
    """A trace of bars."""
    import plotly.graph_objects as go

    return go.Bar(**settings)
