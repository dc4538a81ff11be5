"""Verbs: connections, query."""

from __future__ import annotations

import argparse
import json
from typing import Any

from recengine.cli.output import emit, table
from recengine.data.databases import connection, connections, preview, tables_of, why_unreachable
from recengine.data.databases.connections import FILE_VARIABLE, PREFIX
from recengine.device import device_kind

_SHOWN = ("host", "database", "file", "configured in")


def list_connections(asked: argparse.Namespace) -> None:
    """List the configured databases and whether they answer; or the tables of one."""
    if asked.tables:
        _list_tables(asked)
        return
    rows: list[dict[str, Any]] = []
    for one in connections().values():
        problem = why_unreachable(one)
        rows.append({"name": one.name, **one.facts, "reachable": not problem, "problem": problem})

    def text() -> str:
        if not rows:
            return (
                f"No connection is configured. Set {PREFIX}NAME to a URL such as postgresql://reader:password@host/shop,\n"
                f"or {FILE_VARIABLE} to a TOML file that has a table for each: [shop], then url = or url_env =."
            )
        cells = [
            [
                row["name"],
                row["kind"],
                ", ".join(row[fact] for fact in _SHOWN if fact in row),
                "answers" if row["reachable"] else "does not answer",
            ]
            for row in rows
        ]
        lines = [table(["name", "kind", "where", "state"], cells, words=4)]
        return "\n".join([*lines, *(row["problem"] for row in rows if row["problem"])])

    emit({"connections": rows}, as_json=asked.json, text=text, device=device_kind())


def _list_tables(asked: argparse.Namespace) -> None:
    found = tables_of(connection(asked.tables))
    rows = [
        {"name": one.name, "view": one.view, "columns": list(one.columns), "statement": one.statement} for one in found
    ]

    def text() -> str:
        if not found:
            return "There is no table that this connection may read."
        cells = [[one.name, "view" if one.view else "table", ", ".join(one.columns)] for one in found]
        return table(["name", "kind", "columns"], cells, words=3)

    emit({"connection": asked.tables.lower(), "tables": rows}, as_json=asked.json, text=text, device=device_kind())


def query(asked: argparse.Namespace) -> None:
    """Show the first rows that a statement gives; nothing is stored."""
    one = connection(asked.connection)
    frame = preview(one, asked.sql, asked.rows).frame
    document = {
        "connection": one.name,
        "columns": [{"name": name, "type": str(kind)} for name, kind in frame.schema.items()],
        "rows": json.loads(frame.write_json()),
    }

    def text() -> str:
        cells = [["" if cell is None else str(cell) for cell in row] for row in frame.iter_rows()]
        shown = table(frame.columns, cells, words=len(frame.columns))
        return f"{shown}\n{frame.height} rows shown, at most {asked.rows}." if cells else "The statement gives no rows."

    emit(document, as_json=asked.json, text=text, device=device_kind())
