"""Verbs: samples, datasets."""

from __future__ import annotations

import argparse

from recengine.cli.output import emit, table
from recengine.data import SAMPLES
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
