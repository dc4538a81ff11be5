"""Files as they come in real life and from people who mean harm, each with what must become of it."""

from __future__ import annotations

import gzip
import io
import os
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

HEAD = b"user_id,item_id,rating,timestamp\n"
ROWS = b"u1,i1,4,1700000000\nu2,i2,5,1700000100\nu1,i2,3,1700000200\n"
GOOD = HEAD + ROWS
SOUND = HEAD + b"".join(b"u%d,i%d,%d,%d\n" % (n % 7, n % 9, n % 5 + 1, 1_700_000_000 + 60 * n) for n in range(60))
"""60 sound rows: the next one is row 62 of the file."""


@dataclass(frozen=True)
class Nasty:
    """name: of the case. write: makes the file in a folder and gives the arguments of `import`.

    Exactly one of these says what must come of it: reads (n_users, n_items, n_interactions), or refuses, a pattern that
    the one line must match. users, items: ids that the stored dataset must have, verbatim.
    """

    name: str
    write: Callable[[Path], list[str]]
    reads: tuple[int, int, int] | None = None
    refuses: str | None = None
    users: tuple[str, ...] = ()
    items: tuple[str, ...] = ()


Given = bytes | str | Callable[[], bytes]
"""Content, or how it is made: what takes long is made when it is written, not when tests are collected."""


def content(name: str, given: Given, *options: str) -> Callable[[Path], list[str]]:
    """A file with this content."""

    def write(folder: Path) -> list[str]:
        path, made = folder / name, given() if callable(given) else given
        path.write_bytes(made.encode() if isinstance(made, str) else made)
        return [str(path), *options]

    return write


def refused(name: str, given: Given, pattern: str, file: str = "log.csv", *options: str) -> Nasty:
    return Nasty(name, content(file, given, *options), refuses=pattern)


def read(
    name: str,
    given: bytes | str,
    reads: tuple[int, int, int],
    file: str = "log.csv",
    *options: str,
    users: tuple[str, ...] = (),
    items: tuple[str, ...] = (),
) -> Nasty:
    return Nasty(name, content(file, given, *options), reads=reads, users=users, items=items)


def zipped(**members: bytes) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, inner in members.items():
            archive.writestr(name.replace("__", "/"), inner)
    return packed.getvalue()


def climbing_zip() -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("../../escaped.csv", GOOD)
    return packed.getvalue()


def zip_bomb() -> bytes:
    """256 MiB of zeros in 256 kB."""
    packed = io.BytesIO()
    with (
        zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive,
        archive.open("big.csv", "w", force_zip64=True) as member,
    ):
        member.write(HEAD)
        block = b"0" * (1 << 24)
        for _ in range(16):
            member.write(block)
    return packed.getvalue()


def gzip_bomb() -> bytes:
    """256 MiB of one row in 256 kB, packed once more to next to nothing."""
    once = io.BytesIO()
    with gzip.GzipFile(fileobj=once, mode="wb", compresslevel=6) as stream:
        stream.write(HEAD)
        block = b"a" * (1 << 24)
        for _ in range(16):
            stream.write(block)
    return gzip.compress(once.getvalue(), 6)


def workbook(fill: Callable[[Any], object]) -> bytes:
    import xlsxwriter

    made = io.BytesIO()
    book = xlsxwriter.Workbook(made, {"in_memory": True})
    fill(book)
    book.close()
    return made.getvalue()


def _sheet(book: Any, name: str, rows: list[list[object]]) -> Any:
    sheet = book.add_worksheet(name)
    for number, row in enumerate(rows):
        for column, cell in enumerate(row):
            sheet.write(number, column, cell)
    return sheet


def far_cell(row: str, cell: str, member: str = "xl/worksheets/sheet1.xml") -> bytes:
    """A workbook whose sheet has one more row: a few bytes that say they are the last of 17 thousand million cells."""
    made = workbook(lambda book: _sheet(book, "log", TABLE))
    packed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(made)) as sound, zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in sound.namelist():
            text = sound.read(name).decode()
            if name == "xl/worksheets/sheet1.xml":
                far = f"<row {row}><c {cell}><v>1</v></c></row></sheetData>"
                archive.writestr(member, text.replace("</sheetData>", far))
            else:
                archive.writestr(name, text.replace("worksheets/sheet1.xml", member.removeprefix("xl/")))
    return packed.getvalue()


def many_members() -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for number in range(3000):
            archive.writestr(f"{number}.txt", b"hello")
        archive.writestr("log.csv", GOOD)
    return packed.getvalue()


TABLE: list[list[object]] = [["user_id", "item_id", "rating"], ["u1", "i1", 4], ["u2", "i2", 5]]


def with_formulas(book: Any) -> None:
    sheet = _sheet(book, "log", TABLE)
    sheet.write_formula(1, 2, "=2+2", None, 4)
    sheet.write_formula(2, 2, '=HYPERLINK("http://127.0.0.1/x")', None, 5)


def with_hidden(book: Any) -> None:
    _sheet(book, "log", TABLE)
    hidden = _sheet(book, "secret", [["password"], ["hunter2"]])
    hidden.hide()


def with_merged(book: Any) -> None:
    sheet = _sheet(book, "log", TABLE)
    sheet.merge_range(1, 0, 2, 0, "u1")


def parquet(frame: pl.DataFrame) -> bytes:
    made = io.BytesIO()
    frame.write_parquet(made)
    return made.getvalue()


def arrow(frame: pl.DataFrame) -> bytes:
    made = io.BytesIO()
    frame.write_ipc(made)
    return made.getvalue()


FRAME = pl.DataFrame({"user_id": [1, 2, 1], "item_id": ["a", "b", "b"], "rating": [4.0, 5.0, 3.0]})


def _folder(folder: Path) -> list[str]:
    (folder / "log.csv").mkdir()
    return [str(folder / "log.csv")]


def _pipe(folder: Path) -> list[str]:
    os.mkfifo(folder / "log.csv")
    return [str(folder / "log.csv")]


def _locked(folder: Path) -> list[str]:
    path = folder / "log.csv"
    path.symlink_to(path)
    return [str(path)]


def _missing(folder: Path) -> list[str]:
    return [str(folder / "missing.csv")]


def _device(folder: Path) -> list[str]:
    return ["/dev/zero"]


def _with_items(log: bytes, items: bytes, *options: str) -> Callable[[Path], list[str]]:
    def write(folder: Path) -> list[str]:
        (folder / "log.csv").write_bytes(log)
        (folder / "items.csv").write_bytes(items)
        return ["--interactions", str(folder / "log.csv"), "--items", str(folder / "items.csv"), *options]

    return write


def _two_logs(first: bytes, second: bytes) -> Callable[[Path], list[str]]:
    def write(folder: Path) -> list[str]:
        (folder / "a.csv").write_bytes(first)
        (folder / "b.csv").write_bytes(second)
        return ["--interactions", str(folder / "a.csv"), str(folder / "b.csv")]

    return write


LONG_ID = "x" * 10_000
ARABIC, EMOJI, SPACED = "\u0645\u0633\u062a\u062e\u062f\u0645", "\U0001f468\u200d\U0001f469\u200d\U0001f467", " u 1 "

CORPUS: tuple[Nasty, ...] = (
    # nothing there
    refused("empty", b"", r"empty"),
    refused("blank lines alone", b"\n\n\n", r"empty"),
    refused("a mark alone", b"\xef\xbb\xbf", r"empty"),
    refused("header alone", HEAD, r"no rows"),
    refused("header and blank lines", HEAD + b"\n\n\n", r"no rows"),
    refused("one column", b"user_id\nu1\nu2\n", r"one column"),
    refused("one word", b"hello", r"log\.csv"),
    # encodings
    read("UTF-8 with a mark", b"\xef\xbb\xbf" + GOOD, (2, 2, 3), users=("u1", "u2")),
    read("two marks", b"\xef\xbb\xbf\xef\xbb\xbf" + GOOD, (2, 2, 3), users=("u1", "u2")),
    read("UTF-16 little end first", GOOD.decode().encode("utf-16"), (2, 2, 3), users=("u1", "u2")),
    read("UTF-16 big end first", b"\xfe\xff" + GOOD.decode().encode("utf-16-be"), (2, 2, 3), users=("u1", "u2")),
    refused("UTF-16 cut in a letter", GOOD.decode().encode("utf-16")[:-1], r"log\.csv.*(UTF-16|cut|odd|damaged)"),
    read(
        "GB18030",
        ("用户,商品,评分\n" + "张伟,笔记本电脑,5\n李娜,无线耳机和充电器,4\n王芳,智能手机保护壳,5\n" * 5).encode(
            "gb18030"
        ),
        (3, 3, 3),
        users=("张伟", "李娜", "王芳"),
    ),
    read(
        "Latin-1",
        ("user_id,item_id,rating\nJosé,café,4\nRenée,crème brûlée,5\nZoë,naïveté,3\n").encode("latin-1"),
        (3, 3, 3),
        users=("José", "Renée", "Zoë"),
        items=("café", "crème brûlée", "naïveté"),
    ),
    refused(
        "UTF-8 with a stray byte of another encoding",
        HEAD + "é,a,4,1700000000\n".encode() * 50 + b"caf\xe9,b,4,1700000000\n",
        r"log\.csv.*row 52",
    ),
    refused("NUL in a cell", HEAD + b"u1,i\0,4,1\n", r"log\.csv, row 2.*NUL"),
    refused("NULs alone", b"\0" * 4000, r"log\.csv.*NUL"),
    # how text is cut
    refused("unclosed quote", HEAD + b'u1,"i1,4,1\nu2,i2,5,2\n', r"log\.csv, row 2"),
    refused("stray quote", HEAD + b'u1,"i"1,4,1\n', r"log\.csv, row 2"),
    refused("short row", GOOD + b"u3,i3,4\n", r"log\.csv, row 5: has 3 cells where the header has 4"),
    refused("long row", GOOD + b"u3,i3,4,1,9\n", r"log\.csv, row 5: has 5 cells where the header has 4"),
    refused("short row after many", HEAD + ROWS * 30_000 + b"u3,i3\n", r"log\.csv, row 90002: has 2 cells"),
    read("a line break in quotes", HEAD + b'u1,"i\n1",4,1\nu2,"i,2",5,2\n', (2, 2, 2), items=("i\n1", "i,2")),
    read("semicolons", GOOD.replace(b",", b";"), (2, 2, 3)),
    read("pipes", GOOD.replace(b",", b"|"), (2, 2, 3)),
    read("tabs under the name of commas", GOOD.replace(b",", b"\t"), (2, 2, 3)),
    read(
        "double colons without a header",
        b"1::10::5::978300760\n1::11::3::978302109\n2::10::4::978301968\n",
        (2, 2, 3),
        "ratings.dat",
    ),
    read("line ends of Windows", GOOD.replace(b"\n", b"\r\n"), (2, 2, 3)),
    read("no last line end", GOOD.removesuffix(b"\n"), (2, 2, 3)),
    refused("two columns of one name", b"user_id,item_id,item_id\nu1,i1,i2\n", r"item_id.*twice"),
    read("a column without a name", b"user_id,,rating\nu1,i1,4\n", (1, 1, 1)),
    # cells
    refused("1e400", SOUND + b"u1,i1,1e400,1700000000\n", r'log\.csv, row 62: "rating".*"1e400"'),
    refused("NaN", SOUND + b"u1,i1,nan,1700000000\n", r'log\.csv, row 62: "rating".*"nan"'),
    refused("infinity", SOUND + b"u1,i1,inf,1700000000\n", r'log\.csv, row 62: "rating".*"inf"'),
    read("a negative rating", SOUND + b"u1,i1,-4,1700000000\n", (7, 9, 60)),
    refused("words for numbers", SOUND + b"u1,i1,good,1700000000\n", r'log\.csv, row 62: "rating".*"good"'),
    read(
        "words for numbers, left out",
        SOUND + b"u9,i1,good,1700000000\n",
        (7, 9, 60),
        "log.csv",
        "--clean",
        "unreadable",
    ),
    refused("mixed units of time", SOUND + b"u1,i1,4,1700000000000\n" * 20, r"log\.csv.*timestamp"),
    refused("a time that is none", SOUND + b"u1,i1,4,2023-13-45\n", r'log\.csv, row 62: "timestamp"'),
    refused("5,000 columns", ("user_id,item_id" + "".join(f",{n}" for n in range(5000)) + "\n"), r"5,002 columns"),
    read("a cell of 200,000 letters", "user_id,item_id,plot\nu1,i1," + "x" * 200_000 + "\n", (1, 1, 1)),
    read("ids with spaces", f"user_id,item_id\n{SPACED},i1\nu1,i1\n", (2, 1, 2), users=(SPACED, "u1")),
    read(
        "ids in other scripts",
        f"user_id,item_id\n{ARABIC},{EMOJI}\n{EMOJI},{ARABIC}\n",
        (2, 2, 2),
        users=(ARABIC, EMOJI),
        items=(EMOJI, ARABIC),
    ),
    read(
        "leading zeros", b"user_id,item_id\n007,1\n7,01\n07,1\n", (3, 2, 3), users=("007", "7", "07"), items=("1", "01")
    ),
    read("ids with a fraction", b"user_id,item_id\n1.0,a\n1,a\n1.00,a\n", (3, 1, 3), users=("1.0", "1", "1.00")),
    read(
        "ids beyond 64 bits",
        b"user_id,item_id\n99999999999999999999,1\n99999999999999999998,1\n",
        (2, 1, 2),
        users=("99999999999999999999", "99999999999999999998"),
    ),
    read("an id of 10,000 letters", f"user_id,item_id\n{LONG_ID},i1\nu2,i1\n", (2, 1, 2), users=(LONG_ID, "u2")),
    read(
        "ids that look like dates and formulas",
        b"user_id,item_id\n2024-01-02,=1+1\n1/2,@SUM(A1)\n",
        (2, 2, 2),
        users=("2024-01-02", "1/2"),
        items=("=1+1", "@SUM(A1)"),
    ),
    read(
        "ids that look like markup and paths",
        b"user_id,item_id\n<script>,../../etc\n$9 & $10,[x](http://y)\n",
        (2, 2, 2),
        items=("../../etc", "[x](http://y)"),
    ),
    read("rows without an id", b"user_id,item_id\n,i1\nu1,\nu1,i1\n", (1, 1, 1)),
    refused("no id anywhere", b"user_id,item_id\n,i1\nu1,\n", r"log\.csv: no row has both"),
    # too little to recommend anything from, but a dataset all the same
    read("one user", b"user_id,item_id\nu1,a\nu1,b\nu1,c\n", (1, 3, 3)),
    read("one item", b"user_id,item_id\nu1,a\nu2,a\nu3,a\n", (3, 1, 3)),
    read("everything once", b"user_id,item_id\nu1,a\nu2,b\nu3,c\n", (3, 3, 3)),
    read("the same row again and again", b"user_id,item_id\n" + b"u1,a\n" * 500, (1, 1, 1)),
    refused(
        "all ratings below the threshold",
        b"user_id,item_id,rating\nu1,a,1\nu2,b,2\n",
        r"reaches 4",
        "log.csv",
        "--positive-from",
        "4",
    ),
    # packed
    read("gzip", gzip.compress(GOOD), (2, 2, 3), "log.csv.gz"),
    read("gzip twice", gzip.compress(gzip.compress(GOOD)), (2, 2, 3), "log.csv.gz"),
    refused("gzip cut off", gzip.compress(GOOD * 2000)[:-30], r"log\.csv\.gz.*(damaged|cut)", "log.csv.gz"),
    refused("no gzip inside", b"\x1f\x8bnonsense", r"log\.csv\.gz.*(damaged|cut)", "log.csv.gz"),
    read("zip", zipped(log=GOOD), (2, 2, 3), "log.zip"),
    refused("zip of nothing", zipped(), r"log\.zip", "log.zip"),
    refused("zip of a text without a table", zipped(readme=b"Hello.\n"), r"log\.zip", "log.zip"),
    read("zip that climbs out", climbing_zip(), (2, 2, 3), "log.zip"),
    read("zip of 3,000 members", many_members(), (2, 2, 3), "log.zip"),
    refused("zip bomb", zip_bomb, r"log\.zip.*(unfold|unpack|large|times)", "log.zip"),
    refused("gzip bomb", gzip_bomb, r"log\.gz.*(unfold|unpack|large|times)", "log.gz"),
    refused("zip cut off", zipped(log=GOOD * 1000)[:-40], r"log\.zip", "log.zip"),
    # other forms
    read("XLSX with formulas", workbook(with_formulas), (2, 2, 2), "log.xlsx"),
    read("XLSX with a hidden sheet", workbook(with_hidden), (2, 2, 2), "log.xlsx"),
    read("XLSX with merged cells", workbook(with_merged), (1, 2, 2), "log.xlsx"),
    read("XLSX called CSV", workbook(lambda book: _sheet(book, "log", TABLE)), (2, 2, 2), "log.csv"),
    refused("XLSX of an empty sheet", workbook(lambda book: _sheet(book, "log", [])), r"log\.xlsx", "log.xlsx"),
    *(
        refused(
            f"XLSX of a far cell, {how}",
            far_cell(row, cell, *member),
            r"log\.xlsx: a sheet of .* too large",
            "log.xlsx",
        )
        for how, row, cell, *member in (
            ("as written mostly", 'r="1048576"', 'r="XFD1048576"'),
            ("in single quotes", "r='1048576'", "r='XFD1048576'"),
            ("with blanks", 'r = "1048576"', 'r = "XFD1048576"'),
            ("in small letters", 'r="1048576"', 'r="xfd1048576"'),
            ("beyond all numbers", 'r="99999999999"', 'r="ZZZZZZ99999999999"'),
            ("in another member", 'r="1048576"', 'r="XFD1048576"', "xl/other/one.xml"),
            ("of 49 million", 'r="3000"', 'r="XFD3000"'),
        )
    ),
    refused("XLSX cut off", workbook(with_formulas)[:-200], r"log\.xlsx", "log.xlsx"),
    read("Parquet called CSV", parquet(FRAME), (2, 2, 3)),
    refused("Parquet cut off", parquet(FRAME)[:-20], r"log\.parquet", "log.parquet"),
    refused(
        "Parquet with ids that have a fraction",
        parquet(FRAME.with_columns(user_id=pl.Series([1.5, 2.5, 1.5]))),
        r"user_id",
        "log.parquet",
    ),
    read(
        "Parquet with whole ids stored as floats",
        parquet(FRAME.with_columns(user_id=pl.Series([1.0, 2.0, float("nan")]))),
        (2, 2, 2),
        "log.parquet",
        users=("1", "2"),
    ),
    refused("Parquet without rows", parquet(FRAME.clear()), r"log\.parquet.*no rows", "log.parquet"),
    read("Arrow", arrow(FRAME), (2, 2, 3), "log.arrow"),
    refused("Arrow cut off", arrow(FRAME)[:-30], r"log\.arrow", "log.arrow"),
    read(
        "JSON Lines",
        b'{"user_id":"u1","item_id":"a","rating":4}\n{"user_id":"u2","item_id":"b","rating":5}\n',
        (2, 2, 2),
        "log.jsonl",
    ),
    refused(
        "JSON Lines with a broken line",
        b'{"user_id":"u1","item_id":"a"}\n{"user_id":"u2","item\n',
        r"log\.jsonl, row 2",
        "log.jsonl",
    ),
    read(
        "JSON, a list", b'[{"user_id":"u1","item_id":"a"} ,\n{"user_id":"u2","item_id":"b"}]\n', (2, 2, 2), "log.json"
    ),
    refused("JSON, a list cut off", b'[{"user_id":"u1","item_id":"a"},{"user_id":"u2","it', r"object 2", "log.json"),
    refused("JSON, a list without a comma", b'[{"user_id":"u1","item_id":"a"} {"user_id":"u2"}]', r"comma", "log.json"),
    refused("JSON, more behind a list", b'[{"user_id":"u1","item_id":"a"}] [{"user_id":"u2"}]', r"behind", "log.json"),
    refused("JSON of bottomless depth", b'{"user_id":' * 3000 + b"1" + b"}" * 3000, r"log\.json", "log.json"),
    refused("a picture", b"\x89PNG\r\n\x1a\n" + b"\0" * 200, r"picture"),
    refused("a web page", b"<!DOCTYPE html><html><body>Sign in</body></html>", r"web page"),
    refused("an SQLite database", b"SQLite format 3\0" + b"\0" * 400, r"SQLite"),
    refused(
        "a pickle",
        b"\x80\x04\x95\x10\x00\x00\x00\x00\x00\x00\x00\x8c\x05posix\x94\x8c\x06system\x94\x93\x94.",
        r"log\.pkl",
        "log.pkl",
    ),
    # what is no file
    Nasty("a folder", _folder, refuses=r"log\.csv"),
    Nasty("a pipe", _pipe, refuses=r"log\.csv"),
    Nasty("a link to itself", _locked, refuses=r"log\.csv"),
    Nasty("no file", _missing, refuses=r"missing\.csv"),
    Nasty("an endless device", _device, refuses=r"zero"),
    # several tables
    Nasty(
        "a catalogue that repeats an id",
        _with_items(GOOD, b"item_id,title\ni1,A\ni1,B\n"),
        refuses=r"items\.csv, row 3: the id \"i1\"",
    ),
    Nasty(
        "a catalogue that repeats an id, cleaned",
        _with_items(GOOD, b"item_id,title\ni1,A\ni1,B\n", "--clean", "repeated-items"),
        reads=(2, 2, 3),
    ),
    Nasty("a catalogue of other items", _with_items(GOOD, b"item_id,title\nx,A\ny,B\n"), reads=(2, 4, 3)),
    Nasty(
        "two files of other columns",
        _two_logs(GOOD, b"customer,sku\nu9,i9\n"),
        refuses=r"b\.csv.*user_id|a\.csv.*customer",
    ),
    Nasty(
        "two files of one table",
        _two_logs(GOOD, HEAD + b"u9,i9,4,1700000300\n"),
        reads=(3, 3, 4),
        users=("u1", "u2", "u9"),
    ),
    Nasty("a bad cell in the second file", _two_logs(GOOD, HEAD + b"u9,i9,bad,1700000300\n"), refuses=r"b\.csv, row 2"),
)
