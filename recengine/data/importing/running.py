"""From files and statements to a dataset: read, map, clean, check, build."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

from recengine.data.build import PositiveFrom, dataset_of, record_of
from recengine.data.cleaning import Applied, Seen, Step, apply_steps, parse_steps
from recengine.data.dataset import Dataset
from recengine.data.importing.plan import ImportPlan, TableSource
from recengine.data.importing.planned import (
    PlannedTable,
    Query,
    Resolve,
    content_of,
    find_planned,
    map_planned,
    query_database,
    read_planned,
)
from recengine.data.mapping import ROLES
from recengine.data.material import Material, make_material
from recengine.data.report import CleaningRecord, ImportReport, SourceRecord
from recengine.data.sources import TABLE_KINDS, Source, TableKind
from recengine.data.table import quoted
from recengine.errors import DataError
from recengine.progress import Cancel, Progress, never, silent, stop_if_asked, within


@dataclass(frozen=True)
class Prepared:
    """The tables of a plan as mapped and cleaned, and what the report of the import will say of it."""

    material: Material
    steps: tuple[CleaningRecord, ...]
    sources: tuple[SourceRecord, ...]


def prepare_plan(
    plan: ImportPlan,
    *,
    resolve: Resolve,
    query: Query = query_database,
    seen: Seen | None = None,
    progress: Progress = silent,
    cancel: Cancel = never,
) -> Prepared:
    """Read, map and clean. Raises `DataError` or `CancelledError`."""
    steps = parse_steps(plan.cleaning)
    progress(0.0, "Looking at the files")
    planned = find_planned(plan, resolve=resolve, query=query, cancel=cancel)
    mapping = map_planned(plan, planned)
    with ThreadPoolExecutor(max_workers=1, thread_name_prefix="content") as pool:
        # the bytes are in memory anyway while they are read, and hashing leaves the other threads alone
        contents = [(kind, one, pool.submit(content_of, one)) for kind, each in planned.items() for one in each]
        tables = read_planned(planned, mapping, progress=within(progress, 0.0, 0.6), cancel=cancel)
        stop_if_asked(cancel)
        progress(0.6, "Mapping")
        # what is given on is not held here: each of these is as large as the data
        mapped = [make_material(tables, mapping)]
        tables.clear()
        records: list[CleaningRecord] = []

        def record(step: Step, done: Applied) -> None:
            records.append(record_of(step, done))
            if seen is not None:
                seen(step, done)

        material = apply_steps(mapped.pop(), steps, seen=record, progress=within(progress, 0.8, 1.0), cancel=cancel)
        sources = tuple(_source_record(kind, one, content.result()) for kind, one, content in contents)
    return Prepared(material, tuple(records), sources)


def run_plan(
    plan: ImportPlan,
    *,
    resolve: Resolve,
    query: Query = query_database,
    seen: Seen | None = None,
    progress: Progress = silent,
    cancel: Cancel = never,
) -> tuple[Dataset, ImportReport]:
    """The dataset that a plan makes and what was done. Nothing is stored.

    resolve, query: how its sources are read. seen: told of every step of cleaning. Raises `DataError`, one line for
    whatever is not as it must be, or `CancelledError`.
    """
    positive_from = checked_positive_from(plan.positive_from)
    prepared = prepare_plan(
        plan, resolve=resolve, query=query, seen=seen, progress=within(progress, 0.0, 0.6), cancel=cancel
    )
    made = dataset_of(
        plan.name,
        prepared.material,
        positive_from,
        steps=prepared.steps,
        sources=prepared.sources,
        progress=within(progress, 0.6, 1.0),
        cancel=cancel,
    )
    progress(1.0, f"Imported {plan.name}")
    return made


def plan_as_run(plan: ImportPlan, report: ImportReport) -> ImportPlan:
    """The plan with what the run has settled: the whole mapping, guesses included, and what each file was."""
    contents = iter([one.content for one in report.sources])
    tables = {
        kind: tuple(replace(one, content=next(contents, None)) for one in plan.tables.get(kind, ()))
        for kind in TABLE_KINDS
        if plan.tables.get(kind)
    }
    # a role that no column plays is said too, so that nothing is guessed another time
    played = {_role(key) for key in report.mapping}
    none = {role: "" for role in ROLES if role not in played}
    return replace(plan, tables=tables, mapping={**report.mapping, **none})


def _role(key: str) -> str:
    """`item.category` of `item.category.brand`."""
    role = ".".join(key.split(".")[:2])
    return role if role in ROLES else key


def import_files(
    interactions: Path,
    items: Path | None = None,
    users: Path | None = None,
    mapping: Mapping[str, str] | None = None,
    name: str = "dataset",
    positive_from: PositiveFrom = "auto",
    progress: Progress = silent,
) -> tuple[Dataset, ImportReport]:
    """One file a table, of any form that `find_tables` knows, mapped by `map_columns`, checked and built.

    Raises `DataError`, naming file, line, column and value, for whatever is not as it must be.
    """
    paths: dict[TableKind, Path | None] = {"interactions": interactions, "items": items, "users": users}
    tables = {kind: (TableSource(path=str(path)),) for kind, path in paths.items() if path is not None}
    plan = ImportPlan(name, tables, mapping or {}, positive_from=positive_from)
    return run_plan(plan, resolve=open_path, progress=progress)


def open_path(source: TableSource) -> Source:
    """A `Resolve` for callers who may read whatever they name."""
    return Source.file(Path(source.path or ""))


def checked_positive_from(value: float | str | None) -> PositiveFrom:
    """Raises `DataError` for a text other than "auto"."""
    if value == "auto":
        return "auto"
    if isinstance(value, str):
        raise DataError(f'positive-from must be a number or "auto", got {quoted(value)}. Give a number such as 4.')
    return value


def _source_record(kind: TableKind, one: PlannedTable, content: str | None) -> SourceRecord:
    facts = {} if one.found is None else {"format": one.found.format, **one.found.facts}
    if one.found is not None and one.found.layout is not None:
        facts["layout"] = one.found.layout
    before = one.source.content
    return SourceRecord(kind, one.name, facts, content, changed=before is not None and before != content)
