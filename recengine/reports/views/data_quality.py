"""Data quality: what was found in the data itself, before anything was fitted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from recengine.data.quality import QualityFinding, Severity, quality_report
from recengine.data.quality.wording import counted
from recengine.reports.charts import Chart
from recengine.reports.figures.data_quality import (
    histogram_alt,
    histogram_figure,
    missing_alt,
    missing_figure,
    ranks_alt,
    ranks_figure,
    timeline_alt,
    timeline_figure,
)
from recengine.reports.text import one_line
from recengine.reports.views.context import Context

LABELS: Mapping[Severity, str] = MappingProxyType(
    {"problem": "▲ Problem", "warning": "◆ Warning", "note": "● Note", "good": "✓ Good"}
)


@dataclass(frozen=True)
class FindingRow:
    """One finding, written out. fix: what its button says, empty where there is none."""

    severity: str
    figure: str
    text: str
    why: str
    fix: str


@dataclass(frozen=True)
class DataQualityView:
    """findings: what is worth knowing, the worst first; good: what was checked and is fine. charts: with captions.

    looked_at: the split that was looked at, in words. sampled: what was looked at only in part.
    """

    summary: str
    findings: list[FindingRow]
    good: list[str]
    charts: list[tuple[Chart, str]]
    looked_at: str
    sampled: tuple[str, ...]


def data_quality_view(context: Context) -> DataQualityView:
    """What a look through the data behind `context` finds; a time after the report was written lies in the future."""
    all_data = context.outcome.scenario.all_data
    report = quality_report(
        context.workbench.dataset,
        split=None if all_data else context.workbench.split,
        plan_report=context.imported,
        now=int(context.generated_at.timestamp()),
    )
    charts = [
        (
            context.charts.add(ranks_figure(spreads), ranks_alt(spreads)),
            "Interactions by rank, both in logarithms. The dotted line describes the curve; it is no test for a power "
            "law.",
        )
        for spreads in [{"Items": report.popularity, "Users": report.activity}]
    ]
    if report.timeline is not None:
        charts.append(
            (
                context.charts.add(timeline_figure(report.timeline), timeline_alt(report.timeline)),
                "When the interactions happened, impossible times left out; gaps and days with far more than usual are "
                "marked.",
            )
        )
    if report.values is not None and len(report.values.counts) > 1:
        charts.append(
            (
                context.charts.add(
                    histogram_figure(report.values, x_title="Value", y_title="Interactions"),
                    histogram_alt(report.values, x_title="Value", y_title="Interactions"),
                ),
                "How often each value was given.",
            )
        )
    if (report.columns["missing"] > 0).any():
        charts.append(
            (
                context.charts.add(missing_figure(report.columns), missing_alt(report.columns)),
                "The share of rows in which a column is empty.",
            )
        )
    counts = report.by_severity
    worth = [finding for finding in report.findings if finding.severity != "good"]
    return DataQualityView(
        summary=f"{counted(counts['problem'], 'problem')}, {counted(counts['warning'], 'warning')}, "
        f"{counted(counts['note'], 'note')}; {counted(counts['good'], 'check')} found nothing.",
        findings=[_row(finding) for finding in worth],
        good=[one_line(finding.text) for finding in report.findings if finding.severity == "good"],
        charts=charts,
        looked_at="" if report.split is None else f"the split {report.split}, seed {report.seed}",
        sampled=report.sampled,
    )


def _row(finding: QualityFinding) -> FindingRow:
    return FindingRow(
        severity=LABELS[finding.severity],
        figure=finding.figure.replace("%", "\u00a0%"),
        text=one_line(finding.text),
        why=one_line(finding.why),
        fix="" if finding.fix is None else finding.fix.label,
    )
