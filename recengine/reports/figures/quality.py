"""How good the lists are: metrics by scorer, and the same on slices of the catalogue."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from recengine.evaluation import Figure
from recengine.ranking import METRICS
from recengine.reports.figures.base import canvas, dots, from_zero, rows_axis, scatter
from recengine.reports.tables import FUSION
from recengine.reports.text import chart_text
from recengine.reports.theme import FUSION_STYLE, LIGHT, NEUTRAL, Theme, series_style
from recengine.reports.words import joined, metric_interval, metric_label, metric_value

if TYPE_CHECKING:
    import plotly.graph_objects as go

CHART_METRICS = ("ndcg", "recall", "precision", "map", "mrr", "hit_rate")
"""The metrics that share one axis: each in [0, 1] with an interval, one variant of each name."""
BASELINE = "popularity"
FUSION_LABEL = "Fusion"


def metrics_figure(
    scorer_tables: Mapping[str, Mapping[str, Figure]],
    table: Mapping[str, Figure],
    *,
    k: int,
    metrics: Sequence[str] = CHART_METRICS,
    labels: Mapping[str, str] | None = None,
    theme: Theme = LIGHT,
) -> go.Figure:
    """Each metric of each scorer and of the fusion as a dot with its interval; popularity's mean as a dashed line.

    scorer_tables[scorer][metric]; table[metric]: the fusion. Metrics that the table has not are left out.
    """
    shown = [metric for metric in metrics if metric in table]
    rows = {
        metric: {
            name: figures[metric] for name, figures in {**scorer_tables, FUSION: table}.items() if metric in figures
        }
        for metric in shown
    }
    return _interval_rows(
        {metric_label(metric, k): (metric, figures) for metric, figures in rows.items()},
        x_title="Mean over users",
        labels=labels,
        theme=theme,
    )


def metrics_alt(
    scorer_tables: Mapping[str, Mapping[str, Figure]],
    table: Mapping[str, Figure],
    *,
    k: int,
    metrics: Sequence[str] = CHART_METRICS,
    labels: Mapping[str, str] | None = None,
) -> str:
    """What `metrics_figure` shows, in one sentence: the first metric of every scorer."""
    metric = next((metric for metric in metrics if metric in table), None)
    if metric is None:
        return "No metric could be measured."
    values = [
        f"{_called(name, labels)} {metric_value(metric, figures[metric].mean)}"
        for name, figures in {**scorer_tables, FUSION: table}.items()
        if metric in figures
    ]
    return f"Dots with intervals for each scorer and metric; {metric_label(metric, k)}: {joined(values)}."


def slices_figure(
    slices: Mapping[str, Mapping[str, Figure]],
    *,
    metric: str,
    k: int,
    labels: Mapping[str, str] | None = None,
    theme: Theme = LIGHT,
) -> go.Figure:
    """One metric on parts of the catalogue: `slices[slice label][scorer or "fusion"]`, a row a slice."""
    return _interval_rows(
        {slice_label: (metric, figures) for slice_label, figures in slices.items()},
        x_title=f"{metric_label(metric, k)}, mean over users",
        labels=labels,
        theme=theme,
    )


def slices_alt(
    slices: Mapping[str, Mapping[str, Figure]], *, metric: str, k: int, labels: Mapping[str, str] | None = None
) -> str:
    """What `slices_figure` shows, in one sentence."""
    parts = [
        f"on {slice_label} "
        + joined([f"{_called(name, labels)} {metric_value(metric, figure.mean)}" for name, figure in figures.items()])
        for slice_label, figures in slices.items()
        if figures
    ]
    return f"{metric_label(metric, k)} with intervals: {'; '.join(parts)}." if parts else "No slice could be measured."


def _interval_rows(
    rows: Mapping[str, tuple[str, Mapping[str, Figure]]],
    *,
    x_title: str,
    labels: Mapping[str, str] | None,
    theme: Theme,
) -> go.Figure:
    """rows[label] = (metric, figure by series): in each row a lane a series, so that intervals do not overlap."""
    names = dict.fromkeys(name for _, figures in rows.values() for name in figures)
    scorers = [name for name in names if name != FUSION]
    series = [*scorers, FUSION] if FUSION in names else scorers
    lanes = {name: _lane(position, len(series)) for position, name in enumerate(series)}
    figure = canvas(
        theme,
        height=90 + len(rows) * max(40, 16 * len(series) + 12),
        x_title=x_title,
        x=from_zero(
            end for _, figures in rows.values() for one in figures.values() for end in (one.mean, one.low, one.high)
        ),
        y=rows_axis([chart_text(label) for label in rows]),
    )
    for name in series:
        called = _called(name, labels)
        present = [
            (position, label, metric, figures[name])
            for position, (label, (metric, figures)) in enumerate(rows.items())
            if name in figures and not math.isnan(figures[name].mean)
        ]
        figure.add_trace(
            dots(
                called,
                x=[value.mean for *_, value in present],
                y=[position + lanes[name] for position, *_ in present],
                low=[value.low for *_, value in present],
                high=[value.high for *_, value in present],
                hover=[_hover(called, label, metric, value) for _, label, metric, value in present],
                style=FUSION_STYLE if name == FUSION else series_style(scorers.index(name)),
                size=12 if name == FUSION else 9,
            )
        )
    _mark_baseline(figure, rows)
    return figure


def _mark_baseline(figure: go.Figure, rows: Mapping[str, tuple[str, Mapping[str, Figure]]]) -> None:
    x: list[float | None] = []
    y: list[float | None] = []
    for position, (_, figures) in enumerate(rows.values()):
        if BASELINE in figures and not math.isnan(figures[BASELINE].mean):
            # None ends the stroke, so that rows are not joined
            x += [figures[BASELINE].mean, figures[BASELINE].mean, None]
            y += [position - 0.45, position + 0.45, None]
    if x:
        figure.add_trace(
            scatter(
                name="Level of popularity",
                x=x,
                y=y,
                mode="lines",
                line={"color": NEUTRAL, "dash": "dot", "width": 2},
                hoverinfo="skip",
            )
        )


def _hover(called: str, label: str, metric: str, value: Figure) -> str:
    variant = f"<br>{chart_text(value.variant, None)}" if metric in METRICS else ""
    return (
        f"<b>{chart_text(called, None)}</b><br>{chart_text(label, None)}: {metric_value(metric, value.mean)}"
        f"<br>95 % interval: {metric_interval(metric, value)}<br>n = {value.n:,} users{variant}"
    )


def _called(name: str, labels: Mapping[str, str] | None) -> str:
    return FUSION_LABEL if name == FUSION else (labels or {}).get(name, name)


def _lane(position: int, n: int) -> float:
    """Offset of lane `position` of `n` inside a row, in (-0.5, 0.5)."""
    return 0.0 if n == 1 else -0.34 + 0.68 * position / (n - 1)
