"""Verb: import."""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Mapping
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import polars as pl

from recengine.cli.datasets import column_mapping
from recengine.cli.output import MAX_CELL, emit, progress_lines, table
from recengine.data import SAMPLES, Dataset, ImportReport, PositiveFrom, load_sample
from recengine.data.cleaning import Applied, Step
from recengine.data.importing.plan import ImportPlan, TableSource
from recengine.data.importing.planned import query_database
from recengine.data.importing.proposing import ProposedPlan, propose_plan
from recengine.data.importing.running import checked_positive_from, open_path, run_plan
from recengine.data.sources import TABLE_KINDS, Source, TableKind
from recengine.device import device_kind
from recengine.errors import DataError
from recengine.reports.text import shorten
from recengine.storage import read_document, write_document
from recengine.workspace import DatasetEntry, Workspace
from recengine.workspace.plans import UPLOADED, named_paths

PREVIEW_ROWS = 5
SAMPLE_ROWS = 10
"""Rows that a step touches, in a preview."""
_FROM_FILES = ("files", "interactions", "items", "users", "interactions_sql", "items_sql", "users_sql", "connection")


def import_dataset(asked: argparse.Namespace) -> None:
    """Read, map, clean, check and store."""
    workspace = Workspace.open()
    _check_one_way(asked)
    if asked.sample:
        _sample(workspace, asked)
        return
    positive_from = _positive_from(asked.positive_from)
    if asked.plan:
        plan, trusted = _planned(workspace, asked)
        proposed = None
        if positive_from is not None:
            plan = replace(plan, positive_from=positive_from)
    else:
        proposed = _proposed(asked, "auto" if positive_from is None else positive_from)
        plan, trusted = proposed.plan, named_paths(proposed.plan)
    workspace.name_path(plan.name)
    if asked.save_plan:
        write_document(Path(asked.save_plan), plan.to_json())
    if asked.dry_run:
        _dry_run(workspace, plan, trusted, proposed, as_json=asked.json)
        return
    dataset, entry = workspace.import_plan(plan, trusted=trusted, query=query_database, progress=progress_lines())
    document = {"dataset": entry.name, "fingerprint": dataset.fingerprint, **_guesses(proposed), **entry.report}
    emit(document, as_json=asked.json, text=lambda: _stored(dataset, entry), device=device_kind())


def _check_one_way(asked: argparse.Namespace) -> None:
    """A sample, a plan, or files and statements."""
    ways = [[name] if getattr(asked, name) else [] for name in ("sample", "plan")]
    ways.append([name for name in _FROM_FILES if getattr(asked, name)])
    options = [_option(way[0]) for way in ways if way]
    if not options:
        raise DataError("files: none is named. Name FILES, or --connection NAME, --plan FILE or --sample NAME.")
    if len(options) > 1:
        raise DataError(f"{options[0]}: cannot go together with {options[1]}. Leave one of them out.")


def _option(name: str) -> str:
    return "FILE" if name == "files" else f"--{name.replace('_', '-')}"


def _sample(workspace: Workspace, asked: argparse.Namespace) -> None:
    for option in ("map", "clean", "save_plan", "dry_run"):
        if getattr(asked, option):
            raise DataError(f"--sample: takes no {_option(option)}. Leave it out.")
    if asked.sample not in SAMPLES:
        raise DataError(f"--sample: there is no {asked.sample!r}. Choose one of: {', '.join(SAMPLES)}.")
    name = asked.name or asked.sample
    workspace.name_path(name)
    chosen = _positive_from(asked.positive_from)
    positive_from: PositiveFrom = "auto" if chosen is None else checked_positive_from(chosen)
    dataset, report = load_sample(asked.sample, positive_from=positive_from, progress=progress_lines())
    entry = workspace.save_dataset(dataset, report, name)
    document = {"dataset": name, "fingerprint": dataset.fingerprint, **entry.report}
    emit(document, as_json=asked.json, text=lambda: _stored(dataset, entry), device=device_kind())


def _positive_from(text: str | None) -> float | str | None:
    """None where nothing was said."""
    if text is None or text == "auto":
        return text
    try:
        return float(text)
    except ValueError:
        raise DataError(f'--positive-from must be a number or "auto", got {text!r}. Write for example 4.') from None


def _planned(workspace: Workspace, asked: argparse.Namespace) -> tuple[ImportPlan, frozenset[str]]:
    """The plan of --plan, and the paths that it may read beside uploads and allowed folders.

    A plan of the workspace may have been made on a page, by somebody who may not read every file; any other file was
    written by whoever runs the command.
    """
    path = Path(asked.plan)
    plan = ImportPlan.from_json(read_document(path, "the plan", "Save it again with --save-plan."), str(path))
    plan = replace(
        plan,
        name=asked.name or plan.name,
        mapping={**plan.mapping, **column_mapping(asked.map)},
        cleaning=(*plan.cleaning, *asked.clean),
    )
    if path.resolve().is_relative_to(workspace.root.resolve()):
        return plan, workspace.trusted_paths(plan.name)
    tables = {
        kind: tuple(replace(one, path=_absolute(path.parent, one.path)) for one in sources)
        for kind, sources in plan.tables.items()
    }
    plan = replace(plan, tables=tables)
    return plan, named_paths(plan)


def _absolute(folder: Path, path: str | None) -> str | None:
    """Relative paths of a plan start where its file is; those of uploads stay."""
    return path if path is None or UPLOADED.fullmatch(path) else str((folder / path).absolute())


def _proposed(asked: argparse.Namespace, positive_from: float | str) -> ProposedPlan:
    said = {kind: [_source(text) for text in getattr(asked, kind) or ()] for kind in TABLE_KINDS}
    for kind in TABLE_KINDS:
        statement = getattr(asked, f"{kind}_sql")
        if statement is not None:
            if not asked.connection:
                raise DataError(f"--{kind}-sql: needs --connection NAME. Name the connection it is for.")
            said[kind].append(TableSource(connection=asked.connection, statement=statement))
    if asked.connection and not any(getattr(asked, f"{kind}_sql") for kind in TABLE_KINDS):
        raise DataError("--connection: needs a statement, --interactions-sql SQL. Write one that reads the table.")
    loose = [_source(text) for text in asked.files]
    tables: dict[TableKind, list[TableSource]] = {kind: sources for kind, sources in said.items() if sources}
    return propose_plan(
        asked.name or _name_of(asked, [*tables.get("interactions", []), *loose]),
        tables,
        loose,
        resolve=open_path,
        query=query_database,
        mapping=column_mapping(asked.map),
        cleaning=asked.clean,
        positive_from=positive_from,
    )


def _source(text: str) -> TableSource:
    """FILE, or FILE#PART for one table of an archive or a workbook."""
    name, hash_, part = text.rpartition("#")
    if hash_ and not Path(text).exists() and Path(name).exists():
        return TableSource(path=str(Path(name).absolute()), part=part)
    return TableSource(path=str(Path(text).absolute()))


def _name_of(asked: argparse.Namespace, sources: Iterable[TableSource]) -> str:
    for source in sources:
        if source.path is not None:
            return Path(source.path).name.split(".")[0]
        if source.connection is not None:
            return source.connection
    raise DataError("files: there is no table of interactions. Name a file.")


def _dry_run(
    workspace: Workspace,
    plan: ImportPlan,
    trusted: frozenset[str],
    proposed: ProposedPlan | None,
    *,
    as_json: bool,
) -> None:
    """Do all but store, and show what would come of it."""
    touched: list[pl.DataFrame] = []

    def seen(_: Step, done: Applied) -> None:
        touched.append(done.sample.head(SAMPLE_ROWS))

    def resolve(source: TableSource) -> Source:
        return workspace.resolve(source, trusted)

    dataset, report = run_plan(plan, resolve=resolve, query=query_database, seen=seen, progress=progress_lines())
    preview = {
        "interactions": _first_interactions(dataset),
        "items": dataset.items.head(PREVIEW_ROWS),
        "users": dataset.users.head(PREVIEW_ROWS),
    }
    document = {
        "dataset": plan.name,
        "stored": False,
        "plan": plan.to_json(),
        **_guesses(proposed),
        "preview": {name: _rows(frame) for name, frame in preview.items()},
        "touched": [_rows(frame) for frame in touched],
        **report.to_json(),
    }
    emit(
        document,
        as_json=as_json,
        text=lambda: _previewed(plan, proposed, preview, touched, report),
        device=device_kind(),
    )


def _first_interactions(dataset: Dataset) -> pl.DataFrame:
    rows = dataset.interactions.head(PREVIEW_ROWS)
    return pl.DataFrame(
        {
            "user": dataset.users["id"].gather(rows["user"]),
            "item": dataset.items["id"].gather(rows["item"]),
            "weight": rows["weight"],
            "time": pl.from_epoch(rows["time"], time_unit="s"),
            "positive": rows["positive"],
        }
    )


def _rows(frame: pl.DataFrame) -> list[dict[str, Any]]:
    """As JSON values; moments as text."""
    temporal = [name for name, kind in frame.schema.items() if kind.is_temporal()]
    return frame.with_columns(pl.col(temporal).cast(pl.String)).to_dicts() if temporal else frame.to_dicts()


def _guesses(proposed: ProposedPlan | None) -> dict[str, Any]:
    if proposed is None:
        return {}
    tables = [
        {
            "name": one.found.name,
            "kind": one.kind,
            "reason": one.reason,
            "sure": one.sure,
            "columns": [*one.found.columns],
        }
        for one in proposed.tables
    ]
    guesses = {kind: [asdict(guess) for guess in made] for kind, made in proposed.guesses.items()}
    return {"tables": tables, "guesses": guesses}


def _previewed(
    plan: ImportPlan,
    proposed: ProposedPlan | None,
    preview: Mapping[str, pl.DataFrame],
    touched: list[pl.DataFrame],
    report: ImportReport,
) -> str:
    parts = []
    if proposed is not None:
        rows = [[one.found.name, one.kind, one.reason] for one in proposed.tables]
        parts.append(table(["table", "taken as", "because"], rows, words=3))
        guessed = [
            [f"{guess.role}={guess.column}", f"{guess.sure:.0%}", guess.reason]
            for made in proposed.guesses.values()
            for guess in made
        ]
        if guessed:
            parts.append(table(["guessed", "sure", "because"], guessed, words=3))
    for name, frame in preview.items():
        cells = [[_cell(cell) for cell in row] for row in frame.rows()]
        parts.append(f"First {name}:\n" + table(frame.columns, cells, words=frame.width, longest=40))
    for step, sample in zip(report.steps, touched, strict=False):
        cells = [[_cell(cell) for cell in row] for row in sample.rows()]
        shown = "\n" + table(sample.columns, cells, words=sample.width, longest=40) if cells else ""
        parts.append(f"{step.text}: {step.says}{shown}")
    parts += [f"{step.text}: {step.says}" for step in report.steps[len(touched) :]]
    counts = report.counts
    parts.append("\n".join([*_said(report.to_json()), *report.notes]))
    parts.append(
        f"Would store {plan.name}: {counts['users']:,} users, {counts['items']:,} items, "
        f"{counts['interactions']:,} interactions, {counts['positives']:,} of them positive. Nothing is stored."
    )
    return "\n\n".join(part for part in parts if part)


def _cell(cell: object) -> str:
    if cell is None:
        return ""
    return ", ".join(map(str, cell)) if isinstance(cell, list) else str(cell)


def _stored(dataset: Dataset, entry: DatasetEntry) -> str:
    report = entry.report
    steps = [f"{step['text']}: {step['says']}" for step in report["steps"]]
    return (
        f"Stored {entry.name}: {entry.n_users:,} users, {entry.n_items:,} items, "
        f"{entry.n_interactions:,} interactions, {entry.n_positives:,} of them positive.\n"
        f"Fingerprint {dataset.fingerprint}\n"
        + "\n".join([*_said(report), *steps, report["language"]["text"], *dataset.notes])
        + f"\nNext: python -m recengine quality --dataset {entry.name}, python -m recengine fit --dataset {entry.name}"
    )


def _said(report: Mapping[str, Any]) -> list[str]:
    """What was read and as what, what was left out, and what is another file now than when the plan was made."""
    pairs = (shorten(f"{role}={column}", 2 * MAX_CELL) for role, column in report["mapping"].items())
    lines = [f"Mapping: {' '.join(pairs)}"]
    if report["positive_reason"]:
        lines.append(f"Positive: {report['positive_reason']}")
    lines += [f"{count:,} {reason}" for reason, count in report["dropped"].items()]
    lines += [
        f"{source['name']}: is another file now than when the plan was made."
        for source in report["sources"]
        if source["changed"]
    ]
    return lines
