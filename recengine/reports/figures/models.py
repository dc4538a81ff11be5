"""How recommenders compare, and how a search for the settings of one went."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING

from recengine.evaluation import Figure
from recengine.reports.figures.base import canvas, dots, from_zero, rows_axis, scatter, upright_line
from recengine.reports.text import chart_text
from recengine.reports.theme import FUSION_STYLE, LIGHT, NEUTRAL, Theme, series_style
from recengine.reports.words import joined, metric_interval, metric_label, metric_value
from recengine.tuning import Study, Trial

if TYPE_CHECKING:
    import plotly.graph_objects as go

ROW_HEIGHT = 34
TRIAL_SYMBOLS = {"complete": "circle", "pruned": "x-thin-open", "failed": "triangle-down"}
TRIAL_NAMES = {"complete": "Complete", "pruned": "Given up early", "failed": "Failed"}


def comparison_figure(
    figures: Mapping[str, Figure], *, metric: str, k: int, floor: str | None = None, theme: Theme = LIGHT
) -> go.Figure:
    """One metric of each scorer as a dot with its interval, a row a scorer, in the order given.

    figures[label]. floor: the label whose mean is a dashed line through all rows.
    """
    known = {label: figure for label, figure in figures.items() if not math.isnan(figure.mean)}
    chart = canvas(
        theme,
        height=80 + ROW_HEIGHT * max(len(known), 1),
        x_title=f"{metric_label(metric, k)}, mean over users",
        x=from_zero(end for figure in known.values() for end in (figure.mean, figure.low, figure.high)),
        y=rows_axis([chart_text(label) for label in known]),
    )
    if floor is not None and floor in known:
        level = known[floor].mean
        said = f"{chart_text(floor, None)}: {metric_value(metric, level)}"
        chart.add_trace(upright_line(f"Level of {floor}", level, (-0.5, len(known) - 0.5), NEUTRAL, said))
    for row, (label, figure) in enumerate(known.items()):
        hover = (
            f"<b>{chart_text(label, None)}</b><br>{metric_label(metric, k)}: {metric_value(metric, figure.mean)}"
            f"<br>95 % interval: {metric_interval(metric, figure)}<br>n = {figure.n:,} users"
        )
        trace = dots(label, [figure.mean], [row], [figure.low], [figure.high], [hover], series_style(row), size=10)
        chart.add_trace(trace.update(showlegend=False))
    return chart


def comparison_alt(figures: Mapping[str, Figure], *, metric: str, k: int) -> str:
    """What `comparison_figure` shows, in one sentence."""
    if not figures:
        return "Nothing is measured yet."
    values = [f"{label} {metric_value(metric, figure.mean)}" for label, figure in figures.items()]
    return f"{metric_label(metric, k)} on the validation part with intervals: {joined(values)}."


def trials_figure(study: Study, *, theme: Theme = LIGHT) -> go.Figure:
    """The objective by trial, and the best so far as a line; trials given up early and failed ones are marked.

    One given up early is shown at what it had on the part of the work that was measured; one that failed, on the axis.
    """
    question = study.question
    label = metric_label(question.objective, question.k)
    chart = canvas(
        theme,
        height=320,
        x_title="Trial",
        x={"range": [-0.7, max(len(study.trials), 10) - 0.3], "showgrid": False},
        y={"zeroline": False},
    )
    values = {trial.number: _shown(trial) for trial in study.trials}
    known = [value for value in values.values() if value is not None]
    bottom = min(known) if known else 0.0
    for position, (state, name) in enumerate(TRIAL_NAMES.items()):
        trials = [trial for trial in study.trials if trial.state == state]
        if not trials:
            continue
        style = series_style(position)
        shown = [values[trial.number] for trial in trials]
        chart.add_trace(
            scatter(
                name=name,
                x=[trial.number for trial in trials],
                y=[bottom if value is None else value for value in shown],
                mode="markers",
                marker={
                    "color": style.color,
                    "symbol": TRIAL_SYMBOLS[state],
                    "size": 10,
                    "line": {"width": 2, "color": style.color},
                },
                cliponaxis=False,
                customdata=[_hover(trial, label) for trial in trials],
                hovertemplate="%{customdata}<extra></extra>",
            )
        )
    best = best_so_far(study)
    if best:
        chart.add_trace(
            scatter(
                name="Best so far",
                x=[number for number, _ in best],
                y=[value for _, value in best],
                mode="lines",
                line={"color": FUSION_STYLE.color, "width": 2, "shape": "hv"},
                hoverinfo="skip",
            )
        )
    return chart


def trials_alt(study: Study) -> str:
    """What `trials_figure` shows, in one sentence."""
    counts = [
        f"{sum(trial.state == state for trial in study.trials)} {name.lower()}" for state, name in TRIAL_NAMES.items()
    ]
    if study.best is None or study.best.value is None:
        return f"{len(study.trials)} trials, none of them complete: {joined(counts)}."
    question = study.question
    return (
        f"{len(study.trials)} trials: {joined(counts)}. The best is trial {study.best.number} with "
        f"{metric_label(question.objective, question.k)} {metric_value(question.objective, study.best.value)}."
    )


def best_so_far(study: Study) -> list[tuple[int, float]]:
    """(number of the trial, best value until then), from the first complete trial to the last one."""
    better = max if study.question.higher_is_better else min
    steps: list[tuple[int, float]] = []
    for trial in study.trials:
        if trial.value is not None:
            steps.append((trial.number, better(trial.value, steps[-1][1]) if steps else trial.value))
        elif steps:
            steps.append((trial.number, steps[-1][1]))
    return steps


def _shown(trial: Trial) -> float | None:
    return trial.value if trial.value is not None else (trial.rungs[-1] if trial.rungs else None)


def _hover(trial: Trial, label: str) -> str:
    value = _shown(trial)
    lines = [f"<b>Trial {trial.number}: {TRIAL_NAMES[trial.state].lower()}</b>"]
    if value is not None:
        lines.append(f"{label}: {value:.4f}{'' if trial.value is not None else ' on a part'}")
    lines += [
        f"{chart_text(name.replace('_', ' '), None)}: {chart_text(_written(value), None)}"
        for name, value in trial.settings.items()
    ]
    if trial.reason:
        lines.append(chart_text(trial.reason, 90))
    return "<br>".join(lines)


def _written(value: object) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str(value)
