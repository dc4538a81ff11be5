"""Whatever bytes a file holds, its tables are read or one clear line says why not; nothing else is raised."""

from __future__ import annotations

import gzip
from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from recengine.data.sources import Limits, Source, find_tables, read_found
from recengine.errors import DataError
from tests.data.corpus.nasty import FRAME, GOOD, TABLE, _sheet, arrow, parquet, workbook, zipped

SMALL = Limits(unpacked=1 << 22, free=1 << 20, members=20, cells=1_000_000, sheet=100_000, row=1 << 16, whole=1 << 20)
SEEDS: dict[str, bytes] = {
    "delimited": GOOD,
    "quoted": b'"user_id";"item_id"\n"u;1";"i ""1"""\n"u\n2";"i2"\n',
    "UTF-16": GOOD.decode().encode("utf-16"),
    "GB18030": "用户,商品,评分\n张伟,笔记本电脑,5\n李娜,无线耳机,4\n".encode("gb18030"),
    "double colons": b"1::10::5::978300760\n1::11::3::978302109\n",
    "JSON Lines": b'{"user_id":"u1","item_id":["a","b"],"n":{"x":1.5}}\n{"user_id":2,"item_id":null}\n',
    "JSON list": b'[{"user_id":"u1","item_id":"a"},{"user_id":"u2","item_id":"b"}]',
    "Parquet": parquet(FRAME),
    "Arrow": arrow(FRAME),
    "workbook": workbook(lambda book: _sheet(book, "log", TABLE)),
    "gzip": gzip.compress(GOOD),
    "zip": zipped(log=GOOD, more=parquet(FRAME)),
}
Change = Callable[[bytes], bytes]


def changes(size: int) -> st.SearchStrategy[Change]:
    """Bytes replaced, put in, taken out or doubled, the end cut off."""
    place = st.integers(0, size)
    few = st.binary(max_size=8)
    return st.one_of(
        st.builds(lambda at, new: lambda content: content[:at] + new + content[at + len(new) :], place, few),
        st.builds(lambda at, new: lambda content: content[:at] + new + content[at:], place, few),
        st.builds(lambda at, n: lambda content: content[:at] + content[at + n :], place, st.integers(1, 40)),
        st.builds(lambda at, n: lambda content: content[: at + n] + content[at:], place, st.integers(1, 40)),
        st.builds(lambda at: lambda content: content[:at], place),
    )


def read_all(content: bytes) -> None:
    """Every table, or a mistake of one line."""
    try:
        for found in find_tables(Source.memory("log.bin", content), SMALL):
            assert len(set(found.columns)) == len(found.columns) > 0
            table = read_found(found, limits=SMALL)
            assert tuple(table.frame.columns) == found.columns
            if table.frame.height:
                assert table.line(table.frame.height - 1) >= 1
    except DataError as mistake:
        line = str(mistake)
        assert line.startswith("log.bin")
        assert "\n" not in line
        assert len(line) < 600


@pytest.mark.parametrize("seed", SEEDS)
@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_a_file_that_was_tampered_with(seed: str, data: st.DataObject) -> None:
    content = SEEDS[seed]
    for change in data.draw(st.lists(changes(len(content)), min_size=1, max_size=4)):
        content = change(content)
    read_all(content)


@given(start=st.sampled_from([b"", *(content[:24] for content in SEEDS.values())]), rest=st.binary(max_size=200))
@example(start=b"", rest=b"a,b\n\x0b,\n")
def test_any_bytes_behind_any_beginning(start: bytes, rest: bytes) -> None:
    read_all(start + rest)


text = st.text(st.characters(codec="utf-8"), max_size=8)


@given(st.lists(st.lists(text, min_size=2, max_size=4), min_size=1, max_size=8), st.sampled_from(",;\t|"))
def test_any_rows_of_text(rows: list[list[str]], separator: str) -> None:
    read_all("\n".join(separator.join(row) for row in rows).encode())
