"""How good the lists of new users are, by how many of their items are known."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from recengine.coldstart import BLEND, BLEND_WITH, NewcomerQuality
from recengine.coldstart.measure import METRIC
from recengine.reports.figures.base import canvas, from_zero, scatter
from recengine.reports.text import chart_text
from recengine.reports.theme import FUSION_STYLE, LIGHT, NEUTRAL, Style, Theme, series_style
from recengine.reports.words import joined, metric_interval, metric_label, metric_value

if TYPE_CHECKING:
    import plotly.graph_objects as go

BASELINE = "popularity"
NAMES = {
    BLEND: "Blend of picks and popularity",
    BLEND_WITH["segment"]: "Blend with attributes too",
    BLEND_WITH["words"]: "Blend with words too",
    "segment": "Attributes alone",
    "words": "Words alone",
}
"""What the methods that are no scorers are called."""


def newcomer_quality_figure(
    quality: NewcomerQuality, *, labels: Mapping[str, str] | None = None, theme: Theme = LIGHT
) -> go.Figure:
    """A line a method over the number of items known, with intervals; popularity dotted, the blend bold.

    labels: of the scorers. Amounts stand side by side, each as far from the next.
    """
    amounts = sorted({amount for curve in quality.curves.values() for amount in curve})
    figure = canvas(
        theme,
        height=380,
        x_title="Items of the user that are known",
        x={
            "tickmode": "array",
            "tickvals": list(range(len(amounts))),
            "ticktext": [str(amount) for amount in amounts],
            "range": [-0.4, len(amounts) - 0.6],
            "showgrid": False,
            "zeroline": False,
        },
        y={
            **from_zero(
                end for curve in quality.curves.values() for one in curve.values() for end in (one.mean, one.high)
            ),
            "title": {"text": metric_label(METRIC, quality.k), "standoff": 16, "font": {"size": 13}},
        },
    )
    styles = _styles(quality)
    for at, (name, curve) in enumerate(quality.curves.items()):
        # a little apart, so that intervals do not hide each other
        shift = 0.24 * (at / max(len(quality.curves) - 1, 1) - 0.5)
        called = called_method(name, labels)
        style, width = styles[name], 4 if name == BLEND else 2
        figure.add_trace(
            scatter(
                name=chart_text(called),
                x=[amounts.index(amount) + shift for amount in curve],
                y=[one.mean for one in curve.values()],
                mode="lines+markers",
                line={"color": style.color, "dash": style.dash, "width": width},
                marker={"color": style.color, "symbol": style.symbol, "size": 11 if name == BLEND else 9},
                error_y={
                    "array": [0 if one.high is None else one.high - one.mean for one in curve.values()],
                    "arrayminus": [0 if one.low is None else one.mean - one.low for one in curve.values()],
                    "color": style.color,
                    "thickness": 1.5,
                    "width": 3,
                },
                customdata=[
                    f"<b>{chart_text(called, None)}</b><br>{amount} items known: {metric_value(METRIC, one.mean)}"
                    f"<br>95 % interval: {metric_interval(METRIC, one)}<br>n = {one.n:,} users"
                    for amount, one in curve.items()
                ],
                hovertemplate="%{customdata}<extra></extra>",
            )
        )
    return figure


def newcomer_quality_alt(quality: NewcomerQuality, *, labels: Mapping[str, str] | None = None) -> str:
    """What `newcomer_quality_figure` shows, in one sentence."""
    said = []
    for name, curve in quality.curves.items():
        (first, start), (last, end) = next(iter(curve.items())), list(curve.items())[-1]
        called = called_method(name, labels)
        if start.mean == end.mean:
            said.append(f"{called} {metric_value(METRIC, start.mean)} throughout")
        else:
            said.append(
                f"{called} from {metric_value(METRIC, start.mean)} with {first} to "
                f"{metric_value(METRIC, end.mean)} with {last}"
            )
    return f"{metric_label(METRIC, quality.k)} by the number of items known: {joined(said)}."


def called_method(name: str, labels: Mapping[str, str] | None) -> str:
    """What a method of `NewcomerQuality` is called."""
    return NAMES.get(name) or (labels or {}).get(name, name)


def _styles(quality: NewcomerQuality) -> dict[str, Style]:
    others = [name for name in quality.curves if name not in (BLEND, BASELINE)]
    styles = {name: series_style(at) for at, name in enumerate(others)}
    styles[BLEND] = FUSION_STYLE
    styles[BASELINE] = Style(NEUTRAL, "line-ew-open", "", "dot")
    return styles
