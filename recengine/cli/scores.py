"""Verb: import-scores."""

from __future__ import annotations

import argparse
from pathlib import Path

from recengine.cli.datasets import column_mapping
from recengine.cli.output import emit
from recengine.data import Source
from recengine.device import device_kind
from recengine.workspace import Workspace, import_scores


def import_table(asked: argparse.Namespace) -> None:
    """Check and store scores of another system, and save the recipe that takes them."""
    workspace = Workspace.open()
    dataset = workspace.load_dataset(asked.dataset)
    path = Path(asked.scores)
    name = asked.name or path.name.split(".")[0]
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
        left_out = [f"{count:,} rows with {reason}" for reason, count in table.dropped.items()]
        if table.repeats:
            left_out.append(f"{table.repeats:,} rows of a pair that comes again")
        if coverage.unknown_pairs:
            left_out.append(
                f"{coverage.unknown_pairs:,} pairs of unknown ids ({coverage.unknown_users:,} users, "
                f"{coverage.unknown_items:,} items)"
            )
        return (
            f"Stored {made.scorer}: {coverage.pairs:,} scores{', the ranks turned round' if table.from_ranks else ''}."
            f"\nUsers with a score: {coverage.users:,} of {dataset.n_users:,} ({coverage.share_of_users:.1%}), "
            f"{coverage.items_a_user:,.1f} items each on average."
            f"\nItems with a score: {coverage.items:,} of {dataset.n_items:,} ({coverage.share_of_catalogue:.1%})."
            + (f"\nLeft out: {'; '.join(left_out)}." if left_out else "")
            + "\nFigures on the test part are fair only if that system has not seen it."
            f"\nNext: python -m recengine fit --dataset {dataset.name} --models {made.scorer},popularity"
        )

    emit(document, as_json=asked.json, text=text, device=device_kind())
