"""Reports that are kept, each under a name that says all it depends on: there are never two of the same."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from recengine.scenario import Scenario, workbench_key
from recengine.storage import digest
from recengine.versions import program_digest, versions

KEPT = 20
"""Reports beyond this many are deleted, the oldest first, when another is asked for; one has about 5 MB."""
FOLDER = "reports"


def report_path(root: Path, dataset: str, scenario: Scenario, sections: Sequence[str], device: str) -> Path:
    """Where the report with these choices is kept, whether it is there or not.

    dataset: the name that it bears. sections: in the order of the report. device: the kind that it is fitted on.
    """
    made_from = {
        "dataset": dataset,
        "scenario": scenario.key,
        "fitted": workbench_key(scenario, device),
        "device": device,
        "sections": list(sections),
        "versions": versions(),
        "program": program_digest(),
    }
    return root.absolute() / FOLDER / f"{digest(made_from)}.html"


def prune_reports(root: Path) -> None:
    """Delete all but the latest `KEPT` reports. What cannot be deleted stays."""
    with suppress(OSError):
        paths = sorted((root / FOLDER).glob("*.html"), key=lambda path: path.stat().st_mtime_ns, reverse=True)
        for path in paths[KEPT:]:
            path.unlink(missing_ok=True)
