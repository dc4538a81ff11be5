from __future__ import annotations

import csv
import gzip
import io
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recengine.data import Source, find_table, import_files, read_found
from recengine.errors import DataError


def rows_of(content: bytes) -> tuple[list[tuple[str, ...]], list[int]]:
    source = Source.memory("log.csv", content)
    table = read_found(find_table(source))
    return table.frame.rows(), [table.line(row) for row in range(table.frame.height)]


PLAIN = b"user_id,item_id,rating\nu1,007,4\nu2,a b,3\n"


@pytest.mark.parametrize(
    "content",
    [
        PLAIN,
        PLAIN.removesuffix(b"\n"),
        b"\xef\xbb\xbf" + PLAIN,
        PLAIN.replace(b"\n", b"\r\n"),
        PLAIN.replace(b",", b"\t"),
        PLAIN.replace(b",", b";"),
        PLAIN.replace(b"u1", b'"u1"'),
        gzip.compress(PLAIN),
        b" user_id ,item_id,\trating\n" + PLAIN.partition(b"\n")[2],
    ],
    ids=["plain", "no last line end", "BOM", "CRLF", "tab", "semicolon", "quoted", "gzip", "blanks in header"],
)
def test_the_usual_forms_of_a_table_read_the_same(content: bytes) -> None:
    assert rows_of(content) == ([("u1", "007", "4"), ("u2", "a b", "3")], [2, 3])


def test_cells_are_verbatim_and_rows_know_their_line() -> None:
    content = b'id,title\n007,"a, ""b""\nsecond line"\n\n=1+1,<b>\n , x \n"",\xc3\xa9\n'
    rows, lines = rows_of(content)
    assert rows == [("007", 'a, "b"\nsecond line'), ("=1+1", "<b>"), (" ", " x "), ("", "é")]
    # the second row fills lines 2 and 3, line 4 is empty
    assert lines == [2, 5, 6, 7]


def test_a_separator_inside_quotes_does_not_count() -> None:
    assert find_table(Source.memory("x", b'"a;b;c",d\n')).columns == ("a;b;c", "d")
    assert find_table(Source.memory("x", b"name, full\tid\n")).columns == ("name, full", "id")


cells = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=6)


@given(
    rows=st.lists(st.tuples(cells, cells, cells), min_size=1, max_size=6),
    separator=st.sampled_from(",;\t"),
    line_end=st.sampled_from(["\n", "\r\n"]),
)
def test_what_the_csv_module_writes_is_read_back(
    rows: list[tuple[str, str, str]], separator: str, line_end: str
) -> None:
    text = io.StringIO()
    writer = csv.writer(text, delimiter=separator, lineterminator=line_end, quoting=csv.QUOTE_ALL)
    writer.writerows([("a", "b", "c"), *rows])
    assert rows_of(text.getvalue().encode())[0] == rows


HEADER = b"user_id,item_id,rating\n"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", r"^log\.csv: the file is empty"),
        (b"\n\n", r"^log\.csv: the file is empty"),
        (b"\xef\xbb\xbf", r"^log\.csv: the file is empty"),
        (gzip.compress(b""), r"^log\.csv: the file is empty"),
        (HEADER, r"^log\.csv: no rows below the header"),
        (HEADER + b"\n\n", r"^log\.csv: no rows below the header"),
        (b"user_id\nu1\n", r'^log\.csv: the header has one column, "user_id"'),
        (b"user_id/item_id\n1/2\n", r'one column, "user_id/item_id"\. Separate the columns by commas'),
        (b"user_id,item_id,user_id\n", r'^log\.csv: the header has the column "user_id" twice'),
        (b"user_id,item_id,item_id \n", r'^log\.csv: the header has the column "item_id" twice'),
        (HEADER + b"u,a\n", r"^log\.csv, row 2: has 2 cells where the header has 3"),
        (HEADER + b"u,a,1\nu,b,1,1\n", r"^log\.csv, row 3: has 4 cells where the header has 3"),
        (HEADER + b'u,"x\ny",1\nu,a\n', r"^log\.csv, row 4: has 2 cells"),
        (HEADER + b"u,a,1\nu,\0,1\n", r"^log\.csv, row 3: holds a NUL byte"),
        (b"\0" * 100, r"^log\.csv, row 1: holds a NUL byte"),
        (HEADER + "u,é,1\n".encode() + b"u,caf\xe9,1\n", r"^log\.csv, row 3: not UTF-8, as row 2 is: "),
        (HEADER + b'u,"a"b,1\n', r"^log\.csv, row 2: its cells cannot be told apart"),
        (HEADER + b'u,"a,1\nv,b,1\n', r"^log\.csv, row 2: its cells cannot be told apart"),
        (b'"user_id,item_id\nu,a\n', r"^log\.csv, row 1: its cells cannot be told apart"),
        (b"user_id,item_id\ru,a\r", r"^log\.csv, row 1: its cells cannot be told apart"),
        (HEADER + b"u,a\rb,1\n", r"^log\.csv, row 2: its cells cannot be told apart"),
        (gzip.compress(HEADER * 5000)[:-20], r"^log\.csv: the file is damaged or cut off"),
        (b"\x1f\x8bnonsense", r"^log\.csv: the file is damaged or cut off"),
    ],
    # what is packed holds the time of day, and all workers must call a case the same
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_hostile_file_is_one_clear_line(content: bytes, message: str) -> None:
    with pytest.raises(DataError, match=message) as caught:
        read_found(find_table(Source.memory("log.csv", content)))
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 400


@given(st.binary(max_size=60))
def test_any_bytes_are_a_table_or_a_clear_line(content: bytes) -> None:
    for start in (b"", HEADER):
        with suppress(DataError):
            rows, lines = rows_of(start + content)
            assert len(rows) == len(lines) > 0


def test_a_file_that_cannot_be_read_is_one_clear_line(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"^missing\.csv: cannot be read \(No such file or directory\)"):
        import_files(tmp_path / "missing.csv")
    with pytest.raises(DataError, match=r": cannot be read \(Is a directory\)"):
        import_files(tmp_path)


def test_three_files_make_a_dataset(tmp_path: Path) -> None:
    (tmp_path / "log.csv").write_text("who,what,rating,timestamp\nu1,007,5,10\nu1,8,2,11\nu2,007,4,12\n")
    (tmp_path / "films.tsv").write_text(
        'item_id\ttitle\tyear\tgenres\n007\t"Quiet, River"\t1995\tDrama|Crime\n8\tX\t\t\n'
    )
    (tmp_path / "people.csv").write_bytes(gzip.compress(b"user_id;age;gender\nu1;17;F\nu2;;M\n"))
    said: list[str] = []
    dataset, report = import_files(
        tmp_path / "log.csv",
        tmp_path / "films.tsv",
        tmp_path / "people.csv",
        {"user": "who", "item": "what"},
        name="films",
        progress=lambda _, text: said.append(text),
    )
    assert dataset.name == "films"
    assert dataset.titles == ["Quiet, River", "X"]
    assert dataset.items["text"].to_list() == ["Quiet, River (1995). Drama, Crime", "X"]
    assert dataset.users.rows() == [("u1", "F", 17.0, "Under 18"), ("u2", "M", None, None)]
    assert dataset.positive_from == 4
    assert dataset.interactions.rows() == [(0, 0, 5.0, 10, True), (0, 1, 2.0, 11, False), (1, 0, 4.0, 12, True)]
    assert report.mapping["user"] == "who"
    assert report.mapping["user.category.gender"] == "gender"
    reading = [text for text in said if text.startswith("Reading")]
    assert reading == ["Reading log.csv", "Reading films.tsv", "Reading people.csv"]
    assert said[-1] == "Imported films"


def test_the_fingerprint_does_not_depend_on_the_form_of_the_file(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(PLAIN)
    (tmp_path / "b.tsv.gz").write_bytes(gzip.compress(PLAIN.replace(b",", b"\t")))
    first, second = import_files(tmp_path / "a.csv")[0], import_files(tmp_path / "b.tsv.gz", name="b")[0]
    assert first.fingerprint == second.fingerprint
