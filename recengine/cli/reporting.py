"""Verb: report."""

from __future__ import annotations

import argparse
from datetime import UTC, datetime
from pathlib import Path

from recengine.cli.lists import cut_document
from recengine.cli.opening import open_workbench
from recengine.cli.output import emit, progress_lines
from recengine.errors import ScenarioError
from recengine.progress import within
from recengine.reports import SECTIONS, render_html
from recengine.scenario import run_scenario, scorer_outcomes, verdicts
from recengine.storage import write_bytes
from recengine.versions import versions
from recengine.workspace import Workspace


def report(asked: argparse.Namespace) -> None:
    """Everything about one scenario in one file that needs no network."""
    path = Path(asked.out)
    if path.suffix.lower() != ".html":
        raise ScenarioError(f"--out: {asked.out!r} must end with .html, the one form of report there is yet.")
    sections = list(SECTIONS) if asked.sections is None else [name.strip() for name in asked.sections.split(",")]
    unknown = [name for name in sections if name not in SECTIONS]
    if unknown:
        raise ScenarioError(f"--sections: {unknown[0]!r} is unknown. Choose among {', '.join(SECTIONS)}.")
    progress = progress_lines()
    workbench, scenario = open_workbench(asked, progress=within(progress, 0.0, 0.4))
    progress(0.4, "Measuring the lists")
    outcome = run_scenario(workbench, scenario, progress=within(progress, 0.4, 0.5))
    alone = scorer_outcomes(workbench, scenario, progress=within(progress, 0.5, 0.7))
    progress(0.7, "Writing the report")
    html = render_html(
        workbench,
        outcome,
        alone=alone,
        verdicts=verdicts(workbench, outcome, alone),
        generated_at=datetime.now(UTC),
        versions=versions(),
        sections=sections,
        imported=Workspace.open().dataset_entry(workbench.dataset.name).report,
    )
    content = html.encode("utf-8")
    write_bytes(path, content)
    progress(1.0, "Written")
    document = {
        "dataset": workbench.dataset.name,
        "fingerprint": workbench.dataset.fingerprint,
        **cut_document(scenario),
        "out": asked.out,
        "bytes": len(content),
        "sections": sections,
    }

    def text() -> str:
        return f"Wrote {asked.out}, {len(content) / 1e6:.1f} MB, to open in any browser; it needs no network."

    emit(document, as_json=asked.json, text=text, device=workbench.device)
