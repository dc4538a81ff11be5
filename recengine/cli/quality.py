"""Verb: quality."""

from __future__ import annotations

import argparse

from recengine.cli.output import emit
from recengine.data.quality import QualityFinding
from recengine.data.quality.wording import counted
from recengine.device import device_kind
from recengine.reports.text import one_line
from recengine.workspace import Workspace, dataset_quality

_MARKS = {"problem": "PROBLEM", "warning": "Warning", "note": "Note", "good": "Good"}


def quality(asked: argparse.Namespace) -> None:
    """What is worth knowing of a dataset before its figures are believed."""
    report = dataset_quality(Workspace.open(), asked.dataset, split=asked.split, seed=asked.seed)

    def text() -> str:
        counts = report.by_severity
        bad = ", ".join(counted(counts[severity], severity) for severity in ("problem", "warning", "note"))
        found = f"{bad}; {counts['good']} checked and fine"
        lines = [line for finding in report.findings for line in _lines(finding)]
        return "\n".join([f"{report.dataset}: {found}", *lines, *report.sampled])

    emit(report.to_json(), as_json=asked.json, text=text, device=device_kind())


def _lines(finding: QualityFinding) -> list[str]:
    lines = [f"{_MARKS[finding.severity]}: {one_line(finding.text)}"]
    if finding.severity in ("problem", "warning"):
        lines.append(f"    {one_line(finding.why)}")
    if finding.fix is not None and finding.severity != "good":
        pairs = [f"{role}={column}" for role, column in finding.fix.mapping.items()]
        what = " ".join([*(f"--clean {step}" for step in finding.fix.cleaning), *(f"--map {pair}" for pair in pairs)])
        lines.append(f"    {finding.fix.label}: import with {one_line(what)}")
    return lines
