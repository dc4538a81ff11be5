"""What a score is made of: the parts of a list, and one explanation down to history items."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from recengine.arrays import Values
from recengine.explanation import Explanation, Part
from recengine.reports.figures.base import bar, canvas, filled, rows_axis
from recengine.reports.text import chart_text, one_line
from recengine.reports.theme import FUSION_STYLE, LIGHT, Theme, series_style
from recengine.reports.words import joined

if TYPE_CHECKING:
    import plotly.graph_objects as go

ROW = 28
HISTORY_ITEMS = 3


def list_parts_figure(
    titles: Sequence[str],
    parts: Mapping[str, Values],
    *,
    labels: Mapping[str, str] | None = None,
    theme: Theme = LIGHT,
) -> go.Figure:
    """One list, best item on top, a bar an item: what each scorer adds to its score, side by side.

    titles (k,); parts[scorer] (k,): contributions, which sum to the score; negative ones go to the left.
    """
    figure = canvas(
        theme,
        height=100 + ROW * len(titles),
        x_title="Fused score",
        x={"zeroline": True},
        y=rows_axis([f"{rank}. {chart_text(title)}" for rank, title in enumerate(titles, 1)]),
    )
    figure.update_layout(barmode="relative", bargap=0.3)
    for position, (name, values) in enumerate(parts.items()):
        style = series_style(position)
        called = chart_text(_called(name, labels))
        figure.add_trace(
            bar(
                name=called,
                x=[float(value) for value in values],
                y=list(range(len(titles))),
                orientation="h",
                marker=filled(style.color, style.pattern, theme),
                customdata=[
                    f"<b>{rank}. {chart_text(title, None)}</b><br>{called}: {value:+.3f}"
                    for rank, (title, value) in enumerate(zip(titles, values, strict=True), 1)
                ],
                hovertemplate="%{customdata}<extra></extra>",
            )
        )
    return figure


def list_parts_alt(
    titles: Sequence[str], parts: Mapping[str, Values], *, labels: Mapping[str, str] | None = None
) -> str:
    """What `list_parts_figure` shows, in one sentence."""
    if not titles:
        return "The list is empty."
    means = [f"{_called(name, labels)} {float(np.mean(values)):.3f}" for name, values in parts.items()]
    return (
        f"A stacked bar for each of {len(titles)} items, first {one_line(titles[0])}; on average a place gets "
        f"{joined(means)}."
    )


def explanation_figure(
    explanation: Explanation,
    titles: Sequence[str],
    *,
    labels: Mapping[str, str] | None = None,
    history_items: int = HISTORY_ITEMS,
    theme: Theme = LIGHT,
) -> go.Figure:
    """From 0 to the score, a bar a step: each scorer's strongest history items, its other ones, its rest; then the sum.

    titles: of the whole catalogue, by position. history_items: shown by name for each scorer.
    """
    steps = explanation_steps(explanation, titles, labels, history_items)
    starts = np.cumsum([0.0, *(step.amount for step in steps)])
    rows = [chart_text(step.label) for step in steps] + ["<b>Fused score</b>"]
    figure = canvas(theme, height=110 + ROW * len(rows), x_title="Fused score", x={"zeroline": True}, y=rows_axis(rows))
    figure.update_layout(barmode="overlay", bargap=0.3)
    for position, part in enumerate(explanation.parts):
        own = [at for at, step in enumerate(steps) if step.scorer == part.scorer]
        style = series_style(position)
        called = _called(part.scorer, labels) + ("" if part.exact else " (approximate)")
        figure.add_trace(
            bar(
                name=chart_text(called),
                x=[steps[at].amount for at in own],
                base=[float(starts[at]) for at in own],
                y=own,
                orientation="h",
                marker=filled(style.color, style.pattern, theme),
                customdata=[
                    f"<b>{chart_text(steps[at].label, None)}</b><br>{chart_text(called)}: {steps[at].amount:+.4f}"
                    for at in own
                ],
                hovertemplate="%{customdata}<extra></extra>",
            )
        )
    figure.add_trace(
        bar(
            name="Fused score",
            x=[explanation.score],
            base=[0.0],
            y=[len(steps)],
            orientation="h",
            marker=filled(FUSION_STYLE.color, FUSION_STYLE.pattern, theme),
            customdata=[f"Fused score: {explanation.score:.4f}"],
            hovertemplate="%{customdata}<extra></extra>",
            showlegend=False,
        )
    )
    return figure


def explanation_alt(explanation: Explanation, titles: Sequence[str], *, labels: Mapping[str, str] | None = None) -> str:
    """What `explanation_figure` shows, in one sentence."""
    amounts = [f"{_called(part.scorer, labels)} {part.contribution:+.3f}" for part in explanation.parts]
    return (
        f"Steps from 0 to the fused score {explanation.score:.3f} of {one_line(titles[explanation.item])}: "
        f"{joined(amounts)}."
    )


@dataclass(frozen=True)
class Step:
    """One bar of an explanation: `amount` in units of the fused score; the label is plain text."""

    scorer: str
    label: str
    amount: float


def explanation_steps(
    explanation: Explanation,
    titles: Sequence[str],
    labels: Mapping[str, str] | None = None,
    history_items: int = HISTORY_ITEMS,
) -> list[Step]:
    """The bars in their order; their amounts sum to the score. A scorer that adds nothing has no bar."""
    steps: list[Step] = []
    for part in explanation.parts:
        steps += _steps_of(part, titles, _called(part.scorer, labels), history_items)
    return steps


def _steps_of(part: Part, titles: Sequence[str], called: str, history_items: int) -> list[Step]:
    strongest = np.argsort(-np.abs(part.shares), kind="stable")
    named, others = strongest[:history_items], strongest[history_items:]
    steps = [Step(part.scorer, one_line(titles[part.items[at]]), float(part.shares[at])) for at in named]
    if len(others):
        label = "1 other history item" if len(others) == 1 else f"{len(others):,} other history items"
        steps.append(Step(part.scorer, label, float(part.shares[others].sum())))
    if part.rest != 0:
        steps.append(Step(part.scorer, f"{called}: {_rest(part)}", part.rest))
    return [step for step in steps if step.amount != 0]


def _rest(part: Part) -> str:
    if np.isnan(part.raw):
        return "no opinion"
    if not part.divisible:
        return "not divided"
    return "whatever the history" if len(part.items) == 0 else "the rest"


def _called(name: str, labels: Mapping[str, str] | None) -> str:
    return (labels or {}).get(name, name)
