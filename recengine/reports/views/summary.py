"""Summary: the verdicts, four figures, the weights."""

from __future__ import annotations

from dataclasses import dataclass

from recengine.ranking import METRICS
from recengine.reports.views.context import Context
from recengine.reports.words import metric_interval, metric_label, metric_value
from recengine.scenario import Verdict

TONES = {
    "good": ("✓", "Good"),
    "mixed": ("≈", "Mixed"),
    "bad": ("!", "Needs attention"),
    "unknown": ("?", "Cannot be said"),
}
TILES = ("ndcg", "hit_rate", "coverage", "novelty")


@dataclass(frozen=True)
class Tile:
    """One figure in large print, with what it is over and what it means."""

    label: str
    value: str
    detail: str
    explanation: str


@dataclass(frozen=True)
class VerdictCard:
    """A verdict with the sign and the word for its tone."""

    verdict: Verdict
    answer: str
    sign: str
    word: str


@dataclass(frozen=True)
class WeightRow:
    """One scorer's weight as the analyst set it, and as a share of all weights."""

    label: str
    raw: float
    effective: float


@dataclass(frozen=True)
class SummaryView:
    """verdicts, tiles, weights; measured: whether any user could be evaluated."""

    verdicts: list[VerdictCard]
    tiles: list[Tile]
    weights: list[WeightRow]
    measured: bool


def summary_view(context: Context) -> SummaryView:
    """The summary of `context`."""
    scenario = context.outcome.scenario
    table = context.outcome.table
    tiles = [
        Tile(
            label=metric_label(key, context.k),
            value=metric_value(key, table[key].mean),
            detail=f"95 % interval: {metric_interval(key, table[key])}; n = {table[key].n:,} users"
            if table[key].low is not None
            else f"over the lists of {table[key].n:,} users; {table[key].variant}",
            explanation=METRICS[key].explanation,
        )
        for key in TILES
        if key in table
    ]
    return SummaryView(
        verdicts=[
            # no line ends between a number and its sign for per cent
            VerdictCard(verdict, verdict.answer.replace(" %", "\u00a0%"), *TONES[verdict.tone])
            for verdict in context.verdicts
        ],
        tiles=tiles,
        weights=[
            WeightRow(context.labels[name], raw, effective)
            for (name, raw), effective in zip(scenario.weights, scenario.fusion.effective, strict=True)
        ],
        measured=context.n_evaluated > 0,
    )
