"""How unequally something is spread: the Lorenz curve."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from recengine.arrays import Values
from recengine.reports.figures.base import canvas, scatter
from recengine.reports.text import chart_text
from recengine.reports.theme import LIGHT, NEUTRAL, Theme, series_style
from recengine.reports.words import joined, share

if TYPE_CHECKING:
    import plotly.graph_objects as go

MAX_POINTS = 200


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


def lorenz_curve(values: NDArray[Any]) -> tuple[Values, Values]:
    """Points (x, y) from (0, 0) to (1, 1): the lowest share x of `values` holds the share y of their sum."""
    held = np.concatenate([[0.0], np.cumsum(np.sort(np.asarray(values, dtype=np.float64)))])
    at = np.unique(np.linspace(0, len(held) - 1, min(len(held), MAX_POINTS)).round().astype(np.int64))
    total = held[-1] if held[-1] > 0 else np.nan
    return at / max(len(held) - 1, 1), held[at] / total


def top_share(values: NDArray[Any], part: float) -> float:
    """Share of the sum that the largest `part` of `values`, rounded up to whole ones, holds; NaN for a sum of 0."""
    ordered = np.sort(np.asarray(values, dtype=np.float64))[::-1]
    total = ordered.sum()
    return float(ordered[: int(np.ceil(part * len(ordered)))].sum() / total) if total > 0 else float("nan")
