"""How a fit went, round by round."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from recengine.reports.figures.base import canvas, scatter
from recengine.reports.text import chart_text
from recengine.reports.theme import LIGHT, Theme, series_style

if TYPE_CHECKING:
    import plotly.graph_objects as go

DOTS = 60
"""Rounds up to which each has a dot."""
FEW = 10
"""Rounds up to which each has a tick."""


def rounds_figure(
    values: Sequence[float], *, name: str, best: int | None = None, place: int = 0, theme: Theme = LIGHT
) -> go.Figure:
    """A figure after each round as a line; the round `best` (from 1), where there is one, as a star with its value.

    NaN values, which were not measured, are gaps. place: tells curves beside each other apart by their colour.
    """
    style = series_style(place)
    # between rounds there is nothing, so no tick either
    ticks = {"dtick": 1} if len(values) <= FEW else {}
    # an axis of zeros alone would go below, where no NDCG is
    y = {"title": {"text": ""}, **({} if any(value < 0 for value in values) else {"rangemode": "nonnegative"})}
    chart = canvas(theme, height=260, x_title="Round", x={"rangemode": "tozero", **ticks}, y=y)
    chart.add_trace(
        scatter(
            name=chart_text(name, None),
            x=list(range(1, len(values) + 1)),
            y=[None if math.isnan(value) else value for value in values],
            mode="lines+markers" if len(values) <= DOTS else "lines",
            line={"color": style.color, "width": 2},
            showlegend=False,
            hovertemplate="Round %{x}: %{y:.5g}<extra></extra>",
        )
    )
    if best is not None:
        value = values[best - 1]
        chart.add_trace(
            scatter(
                name=f"Best round: {best:,}",
                x=[best],
                y=[value],
                mode="markers",
                marker={"color": style.color, "symbol": "star", "size": 15, "line": {"color": theme.text, "width": 1}},
                showlegend=True,
                hovertemplate="Best round: %{x}, %{y:.5g}<extra></extra>",
                cliponaxis=False,
            )
        )
    return chart


def rounds_alt(values: Sequence[float], *, name: str, best: int | None = None) -> str:
    """What `rounds_figure` shows, in one sentence."""
    measured = [value for value in values if not math.isnan(value)]
    if not measured:
        return f"{name}: not measured yet."
    rounds = "1 round" if len(values) == 1 else f"{len(values):,} rounds"
    said = f"{name} over {rounds}: from {measured[0]:.4g} to {measured[-1]:.4g}"
    return f"{said}; best in round {best:,} with {values[best - 1]:.4g}." if best is not None else f"{said}."
