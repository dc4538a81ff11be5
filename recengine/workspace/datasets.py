"""A dataset as tables and settings of an entry, and back; the report of its import."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import polars as pl

from recengine.data import Attribute, Dataset, Finding, ImportReport
from recengine.errors import StoreError
from recengine.storage import Entry
from recengine.text import detect_languages


def dataset_parts(dataset: Dataset) -> tuple[dict[str, pl.DataFrame], dict[str, Any]]:
    """Tables and settings that `dataset_from_entry` reads."""
    tables = {"interactions": dataset.interactions, "items": dataset.items, "users": dataset.users}
    settings = {
        "fingerprint": dataset.fingerprint,
        "positive_from": dataset.positive_from,
        "item_attributes": [[attribute.name, attribute.kind] for attribute in dataset.item_attributes],
        "user_attributes": [[attribute.name, attribute.kind] for attribute in dataset.user_attributes],
        "notes": list(dataset.notes),
    }
    return tables, settings


def dataset_from_entry(name: str, entry: Entry, folder: Path) -> Dataset:
    """The dataset of a checked entry. Raises `StoreError` where tables or settings are missing."""
    try:
        settings: Mapping[str, Any] = entry.settings
        return Dataset(
            name=name,
            interactions=entry.tables["interactions"],
            items=entry.tables["items"],
            users=entry.tables["users"],
            item_attributes=tuple(Attribute(*attribute) for attribute in settings["item_attributes"]),
            user_attributes=tuple(Attribute(*attribute) for attribute in settings["user_attributes"]),
            fingerprint=settings["fingerprint"],
            positive_from=settings["positive_from"],
            notes=tuple(settings["notes"]),
        )
    except (KeyError, TypeError) as error:
        raise StoreError(f"{folder}: not a whole dataset ({error}). Import {name} again.") from error


def report_document(dataset: Dataset, report: ImportReport) -> dict[str, Any]:
    """The report as JSON values with the `language` of the item texts, which is a finding too where it can be told.

    It decides which text model suits the dataset, and the layer that imports knows nothing of text models.
    """
    language = detect_languages(dataset.items["text"].to_list())
    if language.main is not None:
        found = Finding("language", language.shares[language.main], language.text)
        report = replace(report, findings=(*report.findings, found))
    return {**report.to_json(), "language": language.to_json()}
