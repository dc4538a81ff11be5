"""From files on disk to a dataset: read, map, check, build."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from recengine.data.build import PositiveFrom, build_dataset
from recengine.data.dataset import Dataset
from recengine.data.mapping import map_columns
from recengine.data.report import ImportReport
from recengine.data.sources import Source, read_header, read_table
from recengine.progress import Progress, silent


def import_files(
    interactions: Path,
    items: Path | None = None,
    users: Path | None = None,
    mapping: Mapping[str, str] | None = None,
    name: str = "dataset",
    positive_from: PositiveFrom = "auto",
    progress: Progress = silent,
) -> tuple[Dataset, ImportReport]:
    """Read CSV or TSV files, map their columns (`map_columns`), check and build (`build_dataset`).

    Files are UTF-8, with or without a byte order mark, plain or gzip; the separator is a comma, a tab or a semicolon,
    whichever cuts the header most often; the first line names the columns. Ids are kept verbatim.

    Raises `DataError`, naming file, line, column and value, for whatever is not so.
    """
    sources = {"interactions": Source.file(interactions)}
    sources |= {table: Source.file(path) for table, path in (("items", items), ("users", users)) if path is not None}
    headers = {table: read_header(source) for table, source in sources.items()}
    columns = {table: header.columns for table, header in headers.items()}
    roles = map_columns(
        mapping or {},
        columns["interactions"],
        columns.get("items"),
        columns.get("users"),
        names={table: source.name for table, source in sources.items()},
    )
    tables = {}
    for step, (table, source) in enumerate(sources.items()):
        progress(step / (len(sources) + 1), f"Reading {source.name}")
        tables[table] = read_table(source, headers[table], roles.columns(table))
    progress(len(sources) / (len(sources) + 1), "Checking")
    made = build_dataset(name, tables["interactions"], tables.get("items"), tables.get("users"), roles, positive_from)
    progress(1.0, f"Imported {name}")
    return made
