"""Verbs: samples, import, datasets."""

from __future__ import annotations

import argparse
from pathlib import Path

from recengine.cli.output import emit, progress_lines, table
from recengine.data import SAMPLES, PositiveFrom, import_files, load_sample
from recengine.device import device_kind
from recengine.errors import DataError
from recengine.workspace import Workspace


def samples(asked: argparse.Namespace) -> None:
    """List the built-in samples."""
    rows = [
        {
            "name": sample.name,
            "label": sample.label,
            "description": sample.description,
            "download_bytes": sample.download,
            "terms": sample.terms,
        }
        for sample in SAMPLES.values()
    ]

    def text() -> str:
        return "\n".join(
            f"{sample.name}: {sample.description} ({_size(sample.download)})" for sample in SAMPLES.values()
        )

    emit({"samples": rows}, as_json=asked.json, text=text, device=device_kind())


def import_dataset(asked: argparse.Namespace) -> None:
    """Check, clean and store."""
    workspace = Workspace.open()
    positive_from: PositiveFrom = "auto" if asked.positive_from is None else asked.positive_from
    if asked.sample:
        if asked.items or asked.users or asked.map:
            raise DataError("--sample: takes no --items, --users or --map. Leave them out.")
        name = asked.name or asked.sample
        workspace.name_path(name)
        dataset, report = load_sample(asked.sample, positive_from=positive_from, progress=progress_lines())
    else:
        path = Path(asked.interactions)
        name = asked.name or path.name.split(".")[0]
        workspace.name_path(name)
        dataset, report = import_files(
            path,
            items=Path(asked.items) if asked.items else None,
            users=Path(asked.users) if asked.users else None,
            mapping=column_mapping(asked.map),
            name=name,
            positive_from=positive_from,
        )
    entry = workspace.save_dataset(dataset, report, name)
    document = {"dataset": name, "fingerprint": dataset.fingerprint, **entry.report}

    def text() -> str:
        return (
            f"Stored {name}: {entry.n_users:,} users, {entry.n_items:,} items, {entry.n_interactions:,} interactions, "
            f"{entry.n_positives:,} of them positive.\nFingerprint {dataset.fingerprint}\n"
            + "\n".join([entry.report["language"]["text"], *dataset.notes])
            + f"\nNext: python -m recengine fit --dataset {name}"
        )

    emit(document, as_json=asked.json, text=text, device=device_kind())


def datasets(asked: argparse.Namespace) -> None:
    """List what the workspace holds."""
    entries = Workspace.open().datasets()

    def text() -> str:
        if not entries:
            return "The workspace is empty. Import a sample: python -m recengine import --sample movielens-100k"
        rows = [
            [
                entry.name,
                f"{entry.n_users:,}",
                f"{entry.n_items:,}",
                f"{entry.n_interactions:,}",
                entry.language or "?",
                entry.fingerprint[:12],
            ]
            for entry in entries
        ]
        return table(["name", "users", "items", "interactions", "language", "fingerprint"], rows)

    documents = [{**vars(entry), "language": entry.language} for entry in entries]
    emit({"datasets": documents}, as_json=asked.json, text=text, device=device_kind())


def _size(download_bytes: int | None) -> str:
    return f"{download_bytes / 1e6:.1f} MB to download" if download_bytes else "nothing to download"


def column_mapping(pairs: list[str]) -> dict[str, str]:
    """ROLE=COLUMN pairs as a mapping. Raises `DataError`."""
    mapping: dict[str, str] = {}
    for pair in pairs:
        role, equals, column = pair.partition("=")
        if not equals or not role or not column:
            raise DataError(f"--map: {pair!r} is not ROLE=COLUMN. Write for example user=customer_id.")
        if role in mapping:
            raise DataError(f"--map: the role {role!r} is given twice. Give each role once.")
        mapping[role] = column
    return mapping
