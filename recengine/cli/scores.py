"""Verb: import-scores."""

from __future__ import annotations

import argparse
from pathlib import Path

from recengine.cli.datasets import column_mapping
from recengine.cli.output import emit
from recengine.data import Source
from recengine.device import device_kind
from recengine.reports.coverage import UNSEEN, coverage_lines
from recengine.workspace import Workspace, import_scores, scores_name


def import_table(asked: argparse.Namespace) -> None:
    """Check and store scores of another system, and save the recipe that takes them."""
    workspace = Workspace.open()
    dataset = workspace.load_dataset(asked.dataset)
    path = Path(asked.scores)
    name = asked.name or scores_name(path.name)
    made = import_scores(workspace, dataset, Source.file(path), name, column_mapping(asked.map))
    table, coverage = made.table, made.coverage
    document = {
        "dataset": dataset.name,
        "scorer": made.scorer,
        "scores": made.key,
        "from_ranks": table.from_ranks,
        "rows_read": table.rows_read,
        "dropped": dict(table.dropped),
        "repeats": table.repeats,
        "coverage": coverage.to_json(),
    }

    def text() -> str:
        first, *more = coverage_lines(table, coverage, dataset)
        fit = f"python -m recengine fit --dataset {dataset.name} --models {made.scorer},popularity"
        return "\n".join([f"Stored {made.scorer}: {first}", *more, UNSEEN, f"Next: {fit}"])

    emit(document, as_json=asked.json, text=text, device=device_kind())
