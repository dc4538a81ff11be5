"""Excel workbooks: each sheet a table, its cells with the types they have."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from recengine.data.sources.archive import members_of
from recengine.data.sources.found import Found
from recengine.data.sources.layouts import layout_of, present
from recengine.data.sources.limits import Limits
from recengine.data.sources.packing import whole
from recengine.data.sources.sheet_size import exact, seen
from recengine.data.sources.source import Source, one_line, opened
from recengine.data.sources.text import named
from recengine.data.table import Table
from recengine.errors import DataError

if TYPE_CHECKING:
    from python_calamine import CalamineSheet, CalamineWorkbook

FORMAT = "Excel sheet"
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
"""How workbooks of Excel 97 begin, and those that need a password."""

_SHEETS = 255
_EMPTY = 5_000_000
_SPARSE = 20
"""Cells that a sheet may be large for, and as many more for each one that is there."""
_CHUNK = 1 << 22


def find_sheets(source: Source, content: Source, limits: Limits) -> tuple[Found, ...]:
    """A table for each sheet that has cells, in their order; hidden ones say so. Raises `DataError`."""
    with _Workbook(content, limits) as book:
        states = {sheet.name: sheet for sheet in book.sheets_metadata}
        if len(book.sheet_names) > _SHEETS:
            raise DataError(
                f"{content.name}: the workbook has {len(book.sheet_names):,} sheets, at most {_SHEETS} are read. "
                "Save those that hold the tables on their own."
            )
        found = []
        mistakes: dict[str, DataError] = {}
        for name in book.sheet_names:
            try:
                one = _found(source, content, book, name, visible=str(states[name].visible).endswith("Visible"))
            except DataError as mistake:
                mistakes[name] = mistake
                continue
            if one is not None:
                found.append(one)
    if not found:
        first = next(iter(mistakes.values()), None)
        raise first or DataError(f"{content.name}: no sheet has cells. Choose another file.")
    if not mistakes:
        return tuple(found)
    left_out = ", ".join(one_line(name) for name in mistakes)
    return tuple(replace(one, facts={**one.facts, "left out": left_out}) for one in found)


def read_sheet(found: Found, wanted: Sequence[str], limits: Limits, rows: int | None) -> Table:
    """The `wanted` columns of the first `rows` rows (None: all); rows without any cell are left out.

    Numbers that are whole are Int64; cells of a merged range all hold its value. Raises `DataError`.
    """
    with _Workbook(found.bytes, limits) as book:
        first, cells = _cells(found.name, book, found.sheet or "")
    picks = [found.columns.index(column) for column in wanted]
    body = [(first + number, row) for number, row in enumerate(cells) if number and any(cell != "" for cell in row)]
    body = body if rows is None else body[:rows]
    if not body:
        raise DataError(f"{found.name}: no rows below the header. Choose another sheet.")
    columns = [_series(column, [row[pick] for _, row in body]) for column, pick in zip(wanted, picks, strict=True)]
    return Table(found.name, pl.DataFrame(columns), np.array([line for line, _ in body], dtype=np.int64))


class _Workbook:
    """An open workbook. Raises `DataError` for a damaged one, one that needs a password, and one that is a bomb."""

    def __init__(self, content: Source, limits: Limits) -> None:
        from python_calamine import CalamineWorkbook

        self._name = content.name
        data = whole(content, limits)
        if not data.startswith(OLE):
            _check_members(Source.memory(content.name, data), limits)
        with _sound(content.name):
            self._book = CalamineWorkbook.from_filelike(io.BytesIO(data))

    def __enter__(self) -> CalamineWorkbook:
        return self._book

    def __exit__(self, *_: object) -> None:
        self._book.close()


class _sound:  # noqa: N801 - used as a statement
    """Whatever a reader says of a damaged workbook as one clear line."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __enter__(self) -> None:
        return

    def __exit__(self, _: object, error: BaseException | None, __: object) -> None:
        from python_calamine import PasswordError

        if error is None or isinstance(error, (DataError, KeyboardInterrupt, SystemExit)):
            return
        if isinstance(error, PasswordError) or "assword" in str(error):
            raise DataError(f"{self._name}: the workbook needs a password. Save it without one.") from None
        reason = (str(error).splitlines() or [type(error).__name__])[0][:100]
        raise DataError(f"{self._name}: no whole Excel workbook ({reason}). Save it as XLSX again.") from None


def _found(source: Source, content: Source, book: CalamineWorkbook, sheet: str, *, visible: bool) -> Found | None:
    name = f"{content.name}, {one_line(sheet)}"
    _, cells = _cells(name, book, sheet)
    if not cells:
        return None
    columns = named(name, [_text(cell).strip() for cell in cells[0]])
    if len(columns) < 2:
        raise DataError(f"{name}: has one column. Put the header in the first row and a column beside it.")
    n_rows = sum(any(cell != "" for cell in row) for row in cells[1:])
    facts = {"rows": f"{n_rows:,}"} | ({} if visible else {"sheet": "hidden"})
    merged = _merged(_sheet(name, book, sheet))
    if merged:
        facts["merged cells"] = f"{len(merged)}, every cell of a merged range holds its value"
    layout = layout_of(columns)
    return Found(
        source,
        FORMAT,
        columns,
        part=one_line(sheet),
        facts=facts,
        layout=layout.name if layout else None,
        kind=layout.kind if layout else None,
        roles=present(layout, columns) if layout else {},
        content=content,
        sheet=sheet,
    )


def _sheet(name: str, book: CalamineWorkbook, sheet: str) -> CalamineSheet:
    with _sound(name):
        return book.get_sheet_by_name(sheet)


def _cells(name: str, book: CalamineWorkbook, sheet: str) -> tuple[int, list[list[Any]]]:
    """The line of the first row that has a cell, and the rows from there on, all of one width."""
    found = _sheet(name, book, sheet)
    if found.start is None:
        return 1, []
    with _sound(name):
        rows = found.to_python(skip_empty_area=True)
    top, left = found.start
    for (first_row, first_column), (last_row, last_column) in _merged(found):
        value = _at(rows, first_row - top, first_column - left)
        for row in range(max(first_row - top, 1), min(last_row - top + 1, len(rows))):
            for column in range(max(first_column - left, 0), min(last_column - left + 1, len(rows[row]))):
                rows[row][column] = value
    return top + 1, rows


def _merged(sheet: CalamineSheet) -> list[tuple[tuple[int, int], tuple[int, int]]]:
    return list(sheet.merged_cell_ranges or [])


def _at(rows: list[list[Any]], row: int, column: int) -> Any:
    return rows[row][column] if 0 <= row < len(rows) and 0 <= column < len(rows[row]) else ""


def _series(name: str, cells: list[Any]) -> pl.Series:
    values = [None if cell == "" else int(cell) if isinstance(cell, float) and cell.is_integer() else cell
              for cell in cells]  # fmt: skip
    kinds = {type(value) for value in values if value is not None}
    if kinds == {bool}:
        return pl.Series(name, values, dtype=pl.Boolean)
    if kinds == {int} and all(value is None or abs(value) < 1 << 63 for value in values):
        return pl.Series(name, values, dtype=pl.Int64)
    if kinds and kinds <= {int, float}:
        return pl.Series(name, [None if value is None else float(value) for value in values], dtype=pl.Float64)
    if kinds == {dt.date}:
        return pl.Series(name, values, dtype=pl.Date)
    if kinds and kinds <= {dt.date, dt.datetime}:
        moments = [_moment(value) for value in values]
        return pl.Series(name, moments, dtype=pl.Datetime("us"))
    return pl.Series(name, [None if value is None else _text(value) for value in values], dtype=pl.String)


def _moment(value: Any) -> dt.datetime | None:
    if value is None or isinstance(value, dt.datetime):
        return value
    return dt.datetime(value.year, value.month, value.day)  # a sheet knows no time zone


def _text(cell: Any) -> str:
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell)


def _check_members(content: Source, limits: Limits) -> None:
    """A workbook is an archive, and a sheet may say that its one cell is the last of 17 thousand million."""
    for member in members_of(content, limits):
        # any member may be a sheet, whatever it is called
        size = seen(_chunks(member))
        if not size.is_sheet:
            continue
        if not size.usual:
            size = exact(content.name, _chunks(member))
        if size.rows * size.columns > min(limits.sheet, _EMPTY + _SPARSE * size.cells):
            raise DataError(
                f"{content.name}: a sheet of {size.rows:,} rows and {size.columns:,} columns is too large to be read. "
                "Delete what stands far out, or save it as CSV."
            )


def _chunks(member: Source) -> Iterator[bytes]:
    with opened(member) as stream:
        while chunk := stream.read(_CHUNK):
            yield chunk
