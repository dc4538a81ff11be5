from __future__ import annotations

import datetime as dt
import importlib.util
from pathlib import Path
from types import ModuleType

import polars as pl
import pytest

from recengine.data import Source, find_table, find_tables, read_found
from recengine.errors import DataError


def _load() -> ModuleType:
    """The writer beside this file: tests are no package."""
    spec = importlib.util.spec_from_file_location("workbook", Path(__file__).with_name("workbook.py"))
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


make = _load()
workbook, rows_of, cell = make.workbook, make.rows_of, make.cell


def book(content: bytes) -> Source:
    return Source.memory("book.xlsx", content)


def test_each_sheet_is_a_table_and_hidden_ones_say_so() -> None:
    source = book(
        workbook(
            {
                "Log": rows_of(
                    ("user_id", "item_id", "rating"), (1, "007", 4.5), (2, "x", 3), (None,) * 3, (3, "y", None)
                ),
                "Empty": "",
                "Items": rows_of(("item_id", "new"), ("x", True)),
                "Note": rows_of(("read me",)),
            },
            hidden=("Items",),
        )
    )
    log, items = find_tables(source)
    assert (log.name, log.part, log.columns) == ("book.xlsx, Log", "Log", ("user_id", "item_id", "rating"))
    assert log.facts == {"rows": "3", "left out": "Note"}
    assert items.facts["sheet"] == "hidden"
    table = read_found(log)
    # whole numbers are whole, a text is a text, and the empty fourth row is left out but counts as a line
    assert table.frame.rows() == [(1, "007", 4.5), (2, "x", 3.0), (3, "y", None)]
    assert table.frame.dtypes == [pl.Int64, pl.String, pl.Float64]
    assert table.place(2) == "book.xlsx, Log, row 5"
    assert read_found(log, ["rating"], rows=1).frame.rows() == [(4.5,)]
    assert read_found(items).frame.rows() == [("x", True)]


def test_formulas_give_what_they_came_to_and_dates_are_dates() -> None:
    row = cell("A2", 7, formula="3+4") + cell("B2", "x", formula="C1") + cell("C2", 45000, style=make.DATE_STYLE)
    row += cell("D2", 45000.75, style=make.DATE_STYLE)
    frame = read_found(
        find_table(book(workbook({"S": rows_of(("a", "b", "day", "moment")) + f'<row r="2">{row}</row>'})))
    ).frame
    # day 45,000 of Excel, which counts from 30 December 1899, is 15 March 2023; three quarters of a day are 18 hours
    day = dt.date(1899, 12, 30) + dt.timedelta(days=45000)
    assert day == dt.date(2023, 3, 15)
    assert frame["a"].to_list() == [7]
    assert frame["b"].to_list() == ["x"]
    assert frame["day"].cast(pl.Date).to_list() == [day]
    assert frame["moment"].to_list() == [dt.datetime(2023, 3, 15, 18)]


def test_every_cell_of_a_merged_range_holds_its_value() -> None:
    rows = rows_of(("user", "item"), ("u1", "a"), (None, "b"), ("u2", "c"))
    found = find_table(book(workbook({"S": rows}, merged={"S": "A2:A3"})))
    assert found.facts["merged cells"].startswith("1, ")
    assert read_found(found).frame.rows() == [("u1", "a"), ("u1", "b"), ("u2", "c")]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (workbook({"S": ""}), r"^book\.xlsx: no sheet has cells"),
        (workbook({"S": rows_of(("a", "b"))}), r"^book\.xlsx, S: no rows below the header"),
        (workbook({"S": rows_of(("a", "a"), (1, 2))}), r'^book\.xlsx, S: the header has the column "a" twice'),
        (
            workbook({"S": rows_of(("a", "b")) + f'<row r="1048576">{cell("XFD1048576", 1)}</row>'}),
            r"^book\.xlsx: a sheet of 1,048,576 rows and 16,384 columns is too large",
        ),
        (
            workbook({"S": rows_of(("a", "b")) + " " * (50 << 20)}),
            r"^book\.xlsx, xl/worksheets/sheet1\.xml: unfolds to",
        ),
        (workbook({"S": rows_of(("a", "b"), (1, 2))})[:-40], r"^book\.xlsx: the file is damaged or cut off"),
        (workbook({"S": "<row><c"}), r"^book\.xlsx.*: no whole Excel workbook"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), r"^book\.xlsx: no whole Excel workbook"),
    ],
    ids=["empty", "header only", "twice", "far out", "bomb", "cut off", "broken XML", "broken OLE"],
)
def test_a_hostile_workbook_is_one_clear_line(content: bytes, message: str) -> None:
    with pytest.raises(DataError, match=message) as caught:
        read_found(find_table(book(content)))
    assert "\n" not in str(caught.value)
