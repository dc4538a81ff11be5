"""Quality: every metric of every scorer, and the parts of the catalogue that a mean hides."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from recengine.evaluation import SLICES, Figure
from recengine.ranking import METRICS
from recengine.reports.charts import Chart
from recengine.reports.figures.quality import (
    FUSION_LABEL,
    metrics_alt,
    metrics_figure,
    slices_alt,
    slices_figure,
)
from recengine.reports.tables import FUSION
from recengine.reports.views.context import Context
from recengine.reports.words import UNDEFINED, direction, exactness, metric_interval, metric_label, metric_value

SLICE_METRICS = ("ndcg", "recall", "hit_rate")
SLICE_CHART = "ndcg"
EVERYTHING = "All items"
FEW = 30


@dataclass(frozen=True)
class Cell:
    """A mean and its interval, written out."""

    value: str
    interval: str


@dataclass(frozen=True)
class MetricRow:
    """One metric: what it is, and a cell for each column."""

    label: str
    variant: str
    explanation: str
    direction: str
    n: int
    cells: list[Cell]


@dataclass(frozen=True)
class SliceRows:
    """A part of the catalogue: what it is, and its metrics."""

    label: str
    description: str
    rows: list[MetricRow]
    n: int

    @property
    def few(self) -> bool:
        """Whether so few users are measured that not even an interval says much."""
        return self.n < FEW


@dataclass(frozen=True)
class QualityView:
    """columns: the fusion, then the scorers. rows: one variant of each metric; variants: the others.

    exactness: for how many users the lists are proven, in words.
    """

    columns: list[str]
    rows: list[MetricRow]
    variants: list[MetricRow]
    chart: Chart | None
    slices: list[SliceRows]
    slice_chart: Chart | None
    exactness: str


def quality_view(context: Context) -> QualityView:
    """How good the lists of `context` are."""
    outcome, alone = context.outcome, context.alone
    scorer_tables = {name: other.table for name, other in alone.items()}
    # the fusion first: on a phone it is the one column in sight
    tables = {FUSION: outcome.table, **scorer_tables}
    measured = context.n_evaluated > 0
    slices = {
        name: {FUSION: table, **{scorer: other.slices[name] for scorer, other in alone.items() if name in other.slices}}
        for name, table in outcome.slices.items()
    }
    variants = _variants(outcome.table)
    chart = slice_chart = None
    if measured:
        chart = context.charts.add(
            metrics_figure(scorer_tables, outcome.table, k=context.k, labels=context.labels),
            metrics_alt(scorer_tables, outcome.table, k=context.k, labels=context.labels),
        )
        if slices:
            by_slice = {
                f"{label} (n = {found[FUSION][SLICE_CHART].n:,})": {
                    scorer: table[SLICE_CHART] for scorer, table in found.items() if SLICE_CHART in table
                }
                for label, found in {EVERYTHING: tables, **{_slice_label(key): slices[key] for key in slices}}.items()
                if SLICE_CHART in found[FUSION]
            }
            slice_chart = context.charts.add(
                slices_figure(by_slice, metric=SLICE_CHART, k=context.k, labels=context.labels),
                slices_alt(by_slice, metric=SLICE_CHART, k=context.k, labels=context.labels),
            )
    return QualityView(
        columns=[FUSION_LABEL, *(context.labels.get(name, name) for name in alone)],
        rows=[_row(key, tables, context.k) for key in outcome.table if key not in variants],
        variants=[_row(key, tables, context.k) for key in outcome.table if key in variants],
        chart=chart,
        slices=[
            SliceRows(
                _slice_label(name),
                SLICES[name].description if name in SLICES else "",
                [_row(key, found, context.k) for key in SLICE_METRICS if key in found[FUSION]],
                max((figure.n for figure in found[FUSION].values()), default=0),
            )
            for name, found in slices.items()
        ],
        slice_chart=slice_chart,
        exactness=exactness(outcome.lists),
    )


def _variants(table: Mapping[str, Figure]) -> set[str]:
    """Keys of the metrics of which the table has another variant under the same name before."""
    first: dict[str, str] = {}
    for key in table:
        first.setdefault(metric_label(key), key)
    return set(table) - set(first.values())


def _row(key: str, tables: Mapping[str, Mapping[str, Figure]], k: int) -> MetricRow:
    own = tables[FUSION][key]
    return MetricRow(
        label=metric_label(key, k),
        variant=own.variant,
        explanation=METRICS[key].explanation if key in METRICS else "",
        direction=direction(key),
        n=own.n,
        cells=[_cell(key, table.get(key)) for table in tables.values()],
    )


def _cell(key: str, figure: Figure | None) -> Cell:
    if figure is None:
        return Cell(UNDEFINED, "not computed")
    return Cell(metric_value(key, figure.mean), metric_interval(key, figure))


def _slice_label(name: str) -> str:
    return SLICES[name].label if name in SLICES else name
