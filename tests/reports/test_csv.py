import codecs
import csv
import io

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recengine.data import Dataset
from recengine.reports import csv_data, csv_for_reading
from recengine.reports.csv import FORMULA_STARTS


def read(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))


@pytest.mark.parametrize("start", FORMULA_STARTS)
def test_a_text_cell_that_could_act_as_a_formula_gets_an_apostrophe(start: str) -> None:
    frame = pl.DataFrame({"title": [f"{start}cmd|' /C calc'!A0", "plain = text"]})
    assert read(csv_for_reading(frame)) == [["title"], [f"'{start}cmd|' /C calc'!A0"], ["plain = text"]]


def test_a_heading_is_text_too() -> None:
    assert read(csv_for_reading(pl.DataFrame({"=1+1": ["a"]})))[0] == ["'=1+1"]


def test_numbers_are_untouched_and_undefined_ones_are_empty() -> None:
    frame = pl.DataFrame({"n": [-1, 2], "score": [-0.1, float("nan")], "low": [None, 1e-9]})
    assert read(csv_for_reading(frame)) == [["n", "score", "low"], ["-1", "-0.1", ""], ["2", "", "1e-9"]]


def test_spreadsheets_are_told_the_encoding() -> None:
    assert csv_for_reading(pl.DataFrame({"a": ["שלום"]})).startswith(codecs.BOM_UTF8)
    assert not csv_data(pl.DataFrame({"a": ["שלום"]})).startswith(codecs.BOM_UTF8)


def test_titles_that_do_harm_come_back_as_they_were(dataset: Dataset) -> None:
    titles = dataset.titles
    assert [row[0] for row in read(csv_data(pl.DataFrame({"title": titles})))[1:]] == titles
    shown = [row[0] for row in read(csv_for_reading(pl.DataFrame({"title": titles})))[1:]]
    assert shown == [f"'{title}" if title.startswith("=") else title for title in titles]


# a lone carriage return is quoted, but Python's reader needs newline="" to keep it; surrogates are no text
texts = st.lists(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")), min_size=1)


@given(texts)
def test_data_reads_back_the_same(cells: list[str]) -> None:
    frame = pl.DataFrame({"n": range(len(cells)), "text": cells})
    assert [row[1] for row in read(csv_data(frame))[1:]] == cells


@given(texts)
def test_reading_never_leaves_a_formula_and_changes_nothing_else(cells: list[str]) -> None:
    frame = pl.DataFrame({"n": range(len(cells)), "text": cells})
    shown = [row[1] for row in read(csv_for_reading(frame))[1:]]
    assert not any(cell.startswith(FORMULA_STARTS) for cell in shown)
    assert [
        cell[1:] if was.startswith(FORMULA_STARTS) else cell for was, cell in zip(cells, shown, strict=True)
    ] == cells


@given(st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=1))
def test_floats_read_back_the_same(numbers: list[float]) -> None:
    rows = read(csv_data(pl.DataFrame({"score": numbers}, schema={"score": pl.Float64})))[1:]
    assert [float(row[0]) for row in rows] == numbers
