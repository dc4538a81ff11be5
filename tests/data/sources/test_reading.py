from __future__ import annotations

import bz2
import gzip
import io
import json
import lzma
import os
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import IO

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recengine.data import Source, Table, find_table, find_tables, read_found
from recengine.data.importing.joining import read_as_one
from recengine.data.sources import DEFAULT_LIMITS, Limits
from recengine.errors import DataError

PLAIN = b"user_id,item_id,rating\nu1,007,4\nu2,a b,3\n"
ROWS = [("u1", "007", "4"), ("u2", "a b", "3")]


def zipped(members: dict[str, bytes]) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return content.getvalue()


def zstd(data: bytes) -> bytes:
    import pyarrow

    return bytes(pyarrow.compress(data, "zstd", asbytes=True))


def words(value: bytes | str) -> str:
    """The id of a case: what is packed holds the time of day, and all workers must call a case the same."""
    return value if isinstance(value, str) else ""


@pytest.mark.parametrize(
    ("content", "packed"),
    [
        (gzip.compress(PLAIN), "gzip"),
        (gzip.compress(PLAIN[:30]) + gzip.compress(PLAIN[30:]), "gzip"),
        (zstd(PLAIN), "zstd"),
        (bz2.compress(PLAIN), "bzip2"),
        (lzma.compress(PLAIN), "xz"),
        (gzip.compress(zstd(PLAIN)), "gzip, zstd"),
        (zipped({"log.csv": PLAIN}), "zip"),
    ],
    ids=words,
)
def test_what_is_packed_reads_as_what_is_not(content: bytes, packed: str) -> None:
    # the name says nothing of it: the bytes decide
    found = find_table(Source.memory("log.parquet", content))
    assert found.facts["packed"] == packed
    assert read_found(found).frame.rows() == ROWS


def test_members_of_an_archive_are_tables_and_their_names_lead_nowhere(tmp_path: Path) -> None:
    content = zipped(
        {
            "../../escaped.csv": PLAIN,
            "in/log.tsv.gz": gzip.compress(PLAIN.replace(b",", b"\t")),
            "README": b"Read me first\n",
            "__MACOSX/._log.csv": b"junk",
            "in/inner.zip": zipped({"a.csv": PLAIN}),
        }
    )
    path = tmp_path / "in" / "data.zip"
    path.parent.mkdir()
    path.write_bytes(content)
    found = find_tables(Source.file(path))
    assert [one.part for one in found] == ["../../escaped.csv", "in/log.tsv.gz", "in/inner.zip, a.csv"]
    assert found[0].name == "data.zip, ../../escaped.csv"
    assert found[0].facts["left out"] == "README"
    assert all(read_found(one).frame.rows() == ROWS for one in found)
    assert read_found(found[1]).place(1) == "data.zip, in/log.tsv.gz, row 3"
    assert sorted(one.name for one in tmp_path.rglob("*")) == ["data.zip", "in"]
    with pytest.raises(DataError, match=r'^data\.zip: holds 3 tables, "\.\./\.\./escaped\.csv", '):
        find_table(Source.file(path))


def test_two_members_of_one_name_are_two_tables() -> None:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("a.csv", PLAIN)
        with pytest.warns(UserWarning, match="Duplicate name"):
            archive.writestr("a.csv", PLAIN.replace(b"u1", b"u9"))
    first, second = find_tables(Source.memory("x.zip", content.getvalue()))
    assert (first.part, second.part) == ("a.csv", "a.csv (2)")
    assert read_found(second).frame.row(0) == ("u9", "007", "4")


def encrypted() -> bytes:
    content = bytearray(zipped({"a.csv": PLAIN}))
    for mark, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        content[content.index(mark) + place] |= 1
    return bytes(content)


# little more than what is unfolded at most, as it is packed whenever tests are collected
BOMB = b"a,b\n" + b"1,2\n" * 9_000_000
NESTED = zipped({"a.zip": zipped({"b.zip": zipped({"c.zip": zipped({"d.zip": zipped({"e.csv": PLAIN})})})})})


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (zipped({}), r"^x: no table in the archive, which holds nothing"),
        (zipped({"README": b"Hi\n"}), r'^x: README: the header has one column, "Hi"'),
        (zipped({"README": b"Hi\n", "b": b""}), r'^x: no table in the archive, which holds "README", "b"'),
        (zipped({"log.csv": PLAIN})[:-30], r"^x: the file is damaged or cut off"),
        (encrypted(), r"^x: the archive needs a password"),
        (NESTED, r"archives lie in one another more than 3 deep"),
        (zipped({f"{number}.csv": b"" for number in range(10_001)}), r"^x: the archive has 10,001 entries"),
        (gzip.compress(BOMB), r"^x: unfolds to more than 33 MB"),
        (zipped({"a": BOMB}), r"^x, a: unfolds to more than 33 MB"),
        (gzip.compress(gzip.compress(gzip.compress(gzip.compress(PLAIN)))), r"^x: is packed more than 3 times"),
        (zstd(PLAIN * 1000)[:-5], r"^x: the file is damaged or cut off"),
        (lzma.compress(PLAIN * 1000)[:-5], r"^x: the file is damaged or cut off"),
        (bz2.compress(PLAIN * 1000)[:-5], r"^x: the file is damaged or cut off"),
        (b"%PDF-1.7", r"^x: is a PDF document, no table"),
        (b"SQLite format 3\0" + bytes(100), r"^x: is an SQLite database, no table"),
        (bytes(8) + b"DUCK" + bytes(100), r"^x: is a DuckDB database"),
        (b"ORC" + bytes(100), r"^x: is an ORC file, no table"),
        (b"\n <!DOCTYPE html><html>", r"^x: is a web page or XML"),
        (b"{}\n", r"^x: holds no object with a key"),
        (b'{"a": 1}\n{"a": \n', r"^x, row 2: no whole JSON value"),
        (b'{"a": 1}\n\n5\n', r'^x, row 3: must be an object such as \{\.\.\.\}, got "5"'),
        (b'{"a":' + b"[" * 100_000 + b"\n", r"^x, row 1: nested too deep"),
        (b'{"a": ' + b"1" * 5000 + b"}\n", r"^x, row 1: cannot be read"),
        (b'{"a": "\\ud800"}\n', r'^x: "a" holds half a character'),
        (b"PAR1" + bytes(100), r"^x: no whole Parquet file"),
        (b"ARROW1\0\0" + bytes(100), r"^x: no whole Arrow file"),
        (b"\xff\xff\xff\xff" + bytes(100), r"^x: (no whole Arrow stream file|the table has no columns)"),
    ],
    ids=words,
)  # fmt: skip
def test_what_is_no_table_is_one_clear_line(content: bytes, message: str) -> None:
    with pytest.raises(DataError, match=message) as caught:
        read_found(find_table(Source.memory("x", content)))
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 300


@pytest.mark.parametrize("header", ["ORCID,item_id", "user_id,DUCKS", "FEA1,item_id"])
def test_a_header_may_begin_as_another_format_does(header: str) -> None:
    found = find_table(Source.memory("x", f"{header}\nu1,a\n".encode()))
    assert found.columns == tuple(header.split(","))


TYPED = pl.DataFrame(
    {"user": [1, 2], "item": ["007", None], "rating": [1.5, None], "good": [True, False]}
).with_columns(
    day=pl.Series(["2024-01-31", None]).str.to_date(),
    tags=pl.Series([["a", "b"], []], dtype=pl.List(pl.String)),
    numbers=pl.Series([[1, 2], None]),
    nested=pl.Series([{"a": 1}, {"a": 2}]),
    price=pl.Series(["1.00", "2.50"]).cast(pl.Decimal(10, 2)),
    label=pl.Series(["x", "y"], dtype=pl.Categorical),
    bytes=pl.Series([b"a", b"\xff"]),
    nothing=pl.Series([None, None]),
)


def parquet(frame: pl.DataFrame) -> bytes:
    content = io.BytesIO()
    frame.write_parquet(content)
    return content.getvalue()


def arrow(frame: pl.DataFrame) -> bytes:
    content = io.BytesIO()
    frame.write_ipc(content)
    return content.getvalue()


def stream(frame: pl.DataFrame) -> bytes:
    content = io.BytesIO()
    frame.write_ipc_stream(content)
    return content.getvalue()


@pytest.mark.parametrize("write", [parquet, arrow, stream])
@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_typed_formats_keep_their_types(write: Callable[[pl.DataFrame], bytes], pack: Callable[[bytes], bytes]) -> None:
    found = find_table(Source.memory("table.csv", pack(write(TYPED))))
    assert found.columns == tuple(TYPED.columns)
    frame = read_found(found).frame
    same = ["user", "item", "rating", "good", "day", "tags"]
    assert frame.select(same).equals(TYPED.select(same))
    assert frame["numbers"].to_list() == [["1", "2"], None]
    assert frame["nested"].to_list() == ['{"a":1}', '{"a":2}']
    assert frame["price"].to_list() == ["1.00", "2.50"]
    assert frame["label"].cast(pl.String).to_list() == ["x", "y"]
    assert frame["bytes"].to_list() == ["61", "ff"]
    assert frame["nothing"].dtype == pl.String
    assert read_found(found, ["item", "user"], rows=1).frame.rows() == [("007", 1)]


@pytest.mark.parametrize("write", [parquet, arrow, stream])
@given(cut=st.floats(0, 1), flip=st.integers(0, 255))
def test_a_damaged_typed_file_is_a_table_or_one_clear_line(
    write: Callable[[pl.DataFrame], bytes], cut: float, flip: int
) -> None:
    whole = write(TYPED.select("user", "item", "tags"))
    place = int(cut * (len(whole) - 1))
    for content in (whole[:place], whole[:place] + bytes([flip]) + whole[place + 1 :]):
        try:
            table = read_found(find_table(Source.memory("x", content)))
        except DataError as error:
            assert "\n" not in str(error)  # noqa: PT017 - either outcome is right
        else:
            assert isinstance(table, Table)


def test_json_lines_keep_the_types_of_their_values() -> None:
    objects: list[dict[str, object]] = [
        {"id": "007", "n": 1, "stars": 5, "tags": ["a", "b"], "mixed": 1, "deep": {"x": [1]}, "big": 1 << 70},
        {"id": "8", "n": 2, "stars": 4.5, "tags": [], "mixed": "x", "good": True},
        {"id": "9", "n": None, "stars": 4, "tags": [7], "mixed": 2.5},
    ]
    text = "\n\n".join(json.dumps(one) for one in objects)
    for content in (text.encode(), ("\ufeff" + text).encode("utf-16"), json.dumps(objects).encode()):
        found = find_table(Source.memory("x.txt", content))
        assert found.columns == ("id", "n", "stars", "tags", "mixed", "deep", "big", "good")
        frame = read_found(found).frame
        assert frame["id"].to_list() == ["007", "8", "9"]
        assert frame["n"].to_list() == [1, 2, None]
        assert frame["stars"].to_list() == [5.0, 4.5, 4.0]
        assert frame["tags"].to_list() == [["a", "b"], [], ["7"]]
        assert frame["mixed"].to_list() == ["1", "x", "2.5"]
        assert frame["deep"].to_list() == ['{"x": [1]}', None, None]
        assert frame["big"].to_list() == [str(1 << 70), None, None]
        assert frame["good"].to_list() == [None, True, None]
    table = read_found(find_table(Source.memory("x.txt", text.encode())))
    # every other line is empty
    assert [table.line(row) for row in range(3)] == [1, 3, 5]


def test_several_files_read_as_one_table_and_messages_name_the_right_one() -> None:
    first = find_table(Source.memory("a.csv", PLAIN))
    second = find_table(Source.memory("b.tsv", b"rating\tmore\titem_id\tuser_id\n5\t-\tx\tu3\n\n1\t-\ty\tu4\n"))
    typed = find_table(
        Source.memory("c.parquet", parquet(pl.DataFrame({"user_id": [7], "item_id": [8], "rating": [2.5]})))
    )
    table = read_as_one([first, second, typed], ["user_id", "item_id", "rating"])
    assert table.name == "a.csv and 2 more"
    assert table.frame.rows() == [*ROWS, ("u3", "x", "5"), ("u4", "y", "1"), ("7", "8", "2.5")]
    places = [table.place(row) for row in range(5)]
    assert places == ["a.csv, row 2", "a.csv, row 3", "b.tsv, row 2", "b.tsv, row 4", "c.parquet, row 1"]
    kept = table.keep((table.frame["item_id"] != "007").to_numpy())
    assert [kept.place(row) for row in range(4)] == places[1:]
    with pytest.raises(DataError, match=r'^a\.csv: no column "x"'):
        read_found(first, ["x"])


def test_what_is_no_file_is_one_clear_line_and_nobody_waits_for_it(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "locked").write_bytes(PLAIN)
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    for path, message in (
        (tmp_path, r": cannot be read \(Is a directory\)"),
        (tmp_path / "pipe", r"^pipe: cannot be read \(a pipe or a device\)"),
        (Path("/dev") / "zero", r"^zero: cannot be read \(a pipe or a device\)"),
        (tmp_path / "gone", r"^gone: cannot be read \(No such file or directory\)"),
        (tmp_path / "loop", r"^loop: cannot be read \(Too many levels of symbolic links\)"),
        (tmp_path / "a\0b", r"cannot be read \(ValueError\)"),
    ):
        with pytest.raises(DataError, match=message) as caught:
            find_tables(Source.file(path))
        assert "\n" not in str(caught.value)


def test_a_file_that_is_written_to_while_it_is_read_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "log.csv"
    path.write_bytes(PLAIN)

    def opened() -> IO[bytes]:
        stream = path.open("rb")
        with path.open("ab") as more:
            more.write(b"u3,x,1\n")
        return stream

    with pytest.raises(DataError, match=r"^log\.csv: the file was written to while it was read"):
        find_tables(Source("log.csv", opened, path))


def test_a_file_that_vanishes_while_it_is_read_is_read_whole_or_refused(tmp_path: Path) -> None:
    path = tmp_path / "log.csv"
    path.write_bytes(PLAIN)
    found = find_table(Source.file(path))

    def opened() -> IO[bytes]:
        stream = path.open("rb")
        path.unlink()
        return stream

    vanishing = find_table(Source.memory("log.csv", PLAIN))
    assert read_found(vanishing).frame.rows() == ROWS
    source = Source("log.csv", opened, path)
    with pytest.raises(DataError, match=r"^log\.csv: cannot be read \(No such file or directory\)"):
        find_tables(source)  # it is opened more than once
    with pytest.raises(DataError, match=r"^log\.csv: cannot be read \(No such file or directory\)"):
        read_found(found)


def test_a_name_from_outside_cannot_break_a_message() -> None:
    with pytest.raises(DataError) as caught:
        find_tables(Source.memory("a\nb\x1b[31m" + "x" * 500, b""))
    assert "\n" not in str(caught.value)
    assert "\x1b" not in str(caught.value)
    assert len(str(caught.value)) < 250


def test_limits_can_be_set() -> None:
    content = gzip.compress(PLAIN * 100)
    small = Limits(unpacked=100)
    with pytest.raises(DataError, match=r"^x: unfolds to more than"):
        find_tables(Source.memory("x", content), small)
    assert DEFAULT_LIMITS.ratio == 200
    wide = b"a,b\n" + b"x" * 3000 + b",1\n"
    long_row = Limits(row=1000)
    with pytest.raises(DataError, match=r"^x: has a row of more than 0 MB"):
        read_found(find_table(Source.memory("x", wide * 100)), rows=1, limits=long_row)


@given(
    st.binary(max_size=80),
    st.sampled_from([b"", b"PK\x03\x04", b"{", b"[{", b"a,b\n", b"\xff\xfe", b"\x28\xb5\x2f\xfd"]),
)
def test_any_bytes_are_tables_or_one_clear_line(content: bytes, start: bytes) -> None:
    try:
        for found in find_tables(Source.memory("x", start + content)):
            assert read_found(found).frame.height > 0
    except DataError as error:
        assert "\n" not in str(error)  # noqa: PT017 - either outcome is right
