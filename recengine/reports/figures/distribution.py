"""How unequally something is spread: the Lorenz curve."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from numpy.typing import NDArray

from recengine.data.quality.spread import lorenz_curve, top_share
from recengine.reports.figures.base import canvas, scatter
from recengine.reports.text import chart_text
from recengine.reports.theme import LIGHT, NEUTRAL, Theme, series_style
from recengine.reports.words import joined, share

if TYPE_CHECKING:
    import plotly.graph_objects as go

__all__ = ["lorenz_alt", "lorenz_curve", "lorenz_figure", "top_share"]


def lorenz_figure(counts: Mapping[str, NDArray[Any]], *, theme: Theme = LIGHT) -> go.Figure:
    """For each series of counts, one a user or an item: the share of the total that the least active hold together.

    counts[label] (n,), >= 0, such as interactions by item. The diagonal is perfect equality; the further below it a
    curve runs, the more a few hold. Drawn through at most 200 points.
    Source: Lorenz (1905), Publications of the American Statistical Association 9(70).
    """
    percent = {"tickformat": ".0%", "range": [0, 1], "zeroline": False}
    figure = canvas(
        theme,
        height=360,
        x_title="Share of users or items",
        x=percent,
        y={**percent, "title": {"text": "Share of interactions", "font": {"size": 13}}},
    )
    figure.add_trace(
        scatter(
            name="All equal",
            x=[0.0, 1.0],
            y=[0.0, 1.0],
            mode="lines",
            line={"color": NEUTRAL, "width": 1, "dash": "dot"},
            hoverinfo="skip",
        )
    )
    for position, (label, values) in enumerate(counts.items()):
        x, y = lorenz_curve(values)
        style = series_style(position)
        figure.add_trace(
            scatter(
                name=chart_text(label),
                x=x.tolist(),
                y=y.tolist(),
                mode="lines",
                line={"color": style.color, "width": 3, "dash": style.dash},
                hovertemplate="%{fullData.name}: the lowest %{x:.0%} hold %{y:.1%}<extra></extra>",
            )
        )
    return figure


def lorenz_alt(counts: Mapping[str, NDArray[Any]]) -> str:
    """What `lorenz_figure` shows, in one sentence: what the top tenth of each series holds."""
    tops = [f"of {label} the top tenth holds {share(top_share(values, 0.1), 0)}" for label, values in counts.items()]
    return f"Lorenz curves: {joined(tops)} of the total." if tops else "Nothing to show."
