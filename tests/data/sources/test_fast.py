from __future__ import annotations

import csv
import io

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recengine.data import Source, find_table, read_found
from recengine.data.sources import delimited
from recengine.data.sources.block import Shape
from recengine.data.sources.dialect import Dialect
from recengine.data.sources.fast import FastReader
from recengine.errors import DataError

SMALL = 256
"""Bytes of a block, so that a short text has many, and is long enough for the compiled loops."""


@pytest.fixture
def small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(delimited, "BLOCK", SMALL)


def read(content: bytes, block: int) -> tuple[list[tuple[object, ...]], list[str], list[pl.DataType]] | str:
    """The cells as text, the place of every row, and the types; or the message."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(delimited, "BLOCK", block)
        try:
            table = read_found(find_table(Source.memory("x", content)))
        except DataError as error:
            return str(error)
    text = table.frame.select(pl.all().cast(pl.String).fill_null(""))
    return text.rows(), [table.place(row) for row in range(table.frame.height)], table.frame.dtypes


CELLS = st.sampled_from(
    [
        *("1", "0", "-5", "-0", "007", "+1", " 1", "", "4.0", "4", "é", "a b", "xyzxyzxyz", "-", "1e5", '"q"', '""'),
        *('"a,b"', '"a""b"', '"x\ny"', '"7"', '"007"', '1"2', "1234567890", "9999999999", "999999999999999999"),
        *("9" * 19, "-1234567890", '"\r\n"', "\N{DEVANAGARI LETTER A}" * 3),
    ]
)


@settings(max_examples=150)
@given(
    columns=st.lists(st.lists(CELLS, min_size=1, max_size=4), min_size=3, max_size=3),
    n_rows=st.integers(1, 150),
    line_end=st.sampled_from(["\n", "\r\n"]),
    last=st.booleans(),
    odd=st.sampled_from([None, None, "", "1,2", "1,2,3,4", '"x', "a\0,1,2", '"a"b,1,2']),
    place=st.integers(0, 149),
)
def test_long_texts_are_read_as_short_ones_are(
    columns: list[list[str]], n_rows: int, line_end: str, last: bool, odd: str | None, place: int
) -> None:
    rows = [",".join(column[row % len(column)] for column in columns) for row in range(n_rows)]
    if odd is not None:
        rows.insert(place % (n_rows + 1), odd)
    content = (line_end.join(["a,b,c", *rows]) + line_end * last).encode()
    slow, fast = read(content, delimited.BLOCK), read(content, SMALL)
    assert slow[:2] == fast[:2] if isinstance(slow, tuple) else slow == fast
    if isinstance(slow, tuple):
        # an oracle of its own: the csv module, whole
        expected = [tuple(row) for row in csv.reader(io.StringIO(content.decode(), newline="")) if row][1:]
        assert slow[0] == expected


@pytest.mark.usefixtures("small_blocks")
def test_integers_are_integers_only_where_their_text_is_the_cell() -> None:
    values = {
        "plain": ("1", "-20", "123456789"),
        "long": ("1", "999999999999999999", "5"),
        "seconds": ("1999999999", "1600000000", "0"),
        "empty": ("1", "", "3"),
        "zeros": ("1", "007", "3"),
        "minus": ("1", "-0", "3"),
        "half": ("4", "4.5", "4.0"),
        "huge": ("1", "9" * 19, "3"),
        "quoted": ('"1"', '"2"', "3"),
    }
    rows = [",".join(column[row % 3] for column in values.values()) for row in range(300)]
    frame = read_found(find_table(Source.memory("x", "\n".join([",".join(values), *rows]).encode()))).frame
    types = dict(zip(frame.columns, frame.dtypes, strict=True))
    assert types["plain"] == types["seconds"] == types["empty"] == types["quoted"] == pl.Int32
    assert types["long"] == pl.Int64
    # 2 to the power of 31 is 2,147,483,648: 1,999,999,999 fits below it
    assert frame["seconds"].max() == 1_999_999_999
    assert frame["empty"].to_list()[:3] == [1, None, 3]
    assert types["half"] == pl.Categorical
    for text in ("zeros", "minus", "half", "huge"):
        assert frame[text].cast(pl.String).to_list()[:3] == list(values[text])


@pytest.mark.usefixtures("small_blocks")
def test_a_column_that_turns_out_otherwise_is_read_right_from_its_start() -> None:
    rows = [f"{row},{row % 5},x" for row in range(200)] + ["u1,4.5,a longer text", "-0,12345678901,y"]
    content = "\n".join(["id,value,text", *rows]).encode()
    frame = read_found(find_table(Source.memory("x", content))).frame
    assert frame["id"].dtype == pl.String
    assert frame.cast(pl.String).rows() == [tuple(row.split(",")) for row in rows]


def test_a_cell_in_quotes_may_fill_many_blocks() -> None:
    long = "line\n" * 300
    content = f'a,b\n1,x\n2,"{long}"\n'.encode() + b"3,y\n" * 200
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(delimited, "BLOCK", SMALL)
        table = read_found(find_table(Source.memory("x", content)))
    assert table.frame["b"].cast(pl.String).to_list() == ["x", long, *["y"] * 200]
    # the row of the long cell begins on line 3 and fills 301 lines
    assert [table.line(row) for row in (0, 1, 2, 3)] == [2, 3, 304, 305]
    open_quote = b'a,b\n1,"x\n' + b"3,y\n" * 200
    message = read(open_quote, SMALL)
    assert message == read(open_quote, delimited.BLOCK)
    assert isinstance(message, str)
    assert message.startswith("x, row 2: its cells cannot be told apart (a quote that is never closed)")


def test_the_separator_of_two_characters_is_cut_right_at_the_edge_of_a_block() -> None:
    rows = [(str(row), "a:b" * (1 + row % 7), str(row % 3)) for row in range(300)]
    content = "".join("::".join(row) + "\n" for row in rows).encode()
    dialect = Dialect("::", quoting=False, header=False)
    found = find_table(Source.memory("x", content))
    assert found.dialect == dialect
    for block in range(SMALL, SMALL + 8):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(delimited, "BLOCK", block)
            table = read_found(found)
        assert table.frame.cast(pl.String).rows() == rows
        assert table.line(299) == 300


def test_short_texts_are_kept_as_codes_and_too_many_of_them_as_text() -> None:
    shape = Shape("x", Dialect(","), 2, (0, 1))
    few = b"".join(b"a%d,%d.5\n" % (row % 3, row % 9) for row in range(5000))
    reader = FastReader(shape)
    reader.prepare(few)
    block = reader.cut(few, 1, 5000).block
    assert block is not None
    assert block.frame.dtypes == [pl.Categorical, pl.Categorical]
    assert block.frame.cast(pl.String).rows()[:4] == [("a0", "0.5"), ("a1", "1.5"), ("a2", "2.5"), ("a0", "3.5")]
    many = b"".join(b"%x,1.5\n" % row for row in range(0xA000, 0xA000 + 2000))
    block = reader.cut(many, 1, 2000).block
    assert block is not None
    # 2,000 different texts, where codes go up to 1,024
    assert block.frame.dtypes == [pl.String, pl.Categorical]
    assert block.frame["0"].to_list() == [f"{row:x}" for row in range(0xA000, 0xA000 + 2000)]


def test_kept_rows_of_a_long_table_know_their_line() -> None:
    content = b"a,b\n" + b"".join(b"%d,x\n" % row for row in range(1000))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(delimited, "BLOCK", SMALL)
        table = read_found(find_table(Source.memory("x", content)))
    odd = table.keep(np.arange(1000) % 2 == 1)
    # the second row that is kept is row 3 from 0, after the header and three rows: line 5
    assert odd.line(1) == 5
    assert odd.keep(np.arange(500) >= 499).place(0) == "x, row 1001"
