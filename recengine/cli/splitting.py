"""Verb: split."""

from __future__ import annotations

import argparse

from recengine.cli.output import emit, table
from recengine.data import split_dataset, split_summary
from recengine.device import device_kind
from recengine.reports.figures.split import PART_LABELS, when
from recengine.workspace import Workspace


def split(asked: argparse.Namespace) -> None:
    """How a dataset would be cut, in counts; nothing is fitted or stored."""
    dataset = Workspace.open().load_dataset(asked.dataset)
    summary = split_summary(split_dataset(dataset, asked.split, seed=asked.seed))

    def text() -> str:
        rows = [
            [label, f"{part.positives:,}", f"{part.users:,}", f"{part.items:,}", when(part.first), when(part.last)]
            for label, part in zip(PART_LABELS, summary.parts, strict=True)
        ]
        return "\n".join(
            [
                f"{dataset.name}, split {summary.split}, seed {summary.seed}. {summary.sentence}",
                table(["part", "positives", "users", "items", "from", "to"], rows),
                f"Measured: {summary.users_measured:,} of {summary.users:,} users. Unknown in training: "
                f"{summary.cold_users:,} of these users, {summary.cold_items:,} items of the test with "
                f"{summary.cold_positives:,} of its positives.",
                f"Only seen, never a target: {summary.not_positive:,} rows. Positives without a time: "
                f"{summary.undated:,}.",
            ]
        )

    document = {"dataset": dataset.name, "fingerprint": dataset.fingerprint, **summary.to_json()}
    emit(document, as_json=asked.json, text=text, device=device_kind())
