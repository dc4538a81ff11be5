from __future__ import annotations

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recengine.data import Source, find_table, read_found
from recengine.data.sources.encoding import Utf8Reader
from recengine.errors import DataError

CHINESE = "用户,电影,评分\n张三,霸王别姬,5\n李四,活着,4\n"
FRENCH = "user,film,rating\n1,Amélie,5\n2,Café Society,4\n"


@pytest.mark.parametrize(
    ("text", "codec", "label"),
    [
        (CHINESE, "utf-8", "UTF-8"),
        (CHINESE, "utf-8-sig", "UTF-8"),
        (CHINESE, "utf-16", "UTF-16"),
        (FRENCH, "utf-16-le", "UTF-16"),
        (FRENCH, "utf-16-be", "UTF-16, big-endian"),
        (FRENCH, "utf-32", "UTF-32"),
        (CHINESE, "gb18030", "GB18030"),
        ("user,film\n1,活着\n2,x\n", "gb18030", "GB18030"),
        (FRENCH, "latin-1", "Latin-1"),
        ("user,film\n1,“Café” “b”\n", "cp1252", "Windows-1252"),
        ("user,film\n1,Сталкер\n2,Солярис\n3,Зеркало и другие\n", "cp1251", "Windows-1251"),
        ("user,film\n1,千と千尋の神隠し\n2,となりのトトロ\n", "shift_jis", "Shift JIS"),
    ],
)
def test_the_encoding_is_found_and_shown(text: str, codec: str, label: str) -> None:
    source = Source.memory("log.csv", text.encode(codec))
    found = find_table(source)
    assert found.facts["encoding"] == label
    header, *rows = [tuple(line.split(",")) for line in text.splitlines()]
    assert found.columns == header
    assert read_found(found).frame.rows() == rows


def test_byte_order_marks_are_no_text_however_many_there_are() -> None:
    found = find_table(Source.memory("log.csv", b"\xef\xbb\xbf" * 2 + FRENCH.encode()))
    assert found.columns == ("user", "film", "rating")
    assert find_table(Source.memory("log.csv", ("\ufeff" + FRENCH).encode("utf-16"))).columns == (
        "user",
        "film",
        "rating",
    )


def test_a_file_of_two_encodings_is_one_clear_line() -> None:
    mixed = FRENCH.encode() + "3,Léon,5\n".encode("latin-1")
    with pytest.raises(DataError, match=r"^log\.csv, row 4: not UTF-8, as row 2 is: the file mixes encodings"):
        find_table(Source.memory("log.csv", mixed))
    chinese = CHINESE.encode() + "王五,霸王别姬,5\n".encode("gb18030")
    with pytest.raises(DataError, match=r"^log\.csv, row 4: not UTF-8, as row 1 is"):
        find_table(Source.memory("log.csv", chinese))


def test_what_comes_after_the_head_of_a_long_file_counts_too() -> None:
    plain = b"user,film\n" + b"1,x\n" * 400_000
    latin = Source.memory("log.csv", plain + "2,Café\n".encode("latin-1"))
    assert read_found(find_table(latin)).frame["film"].cast(str)[-1] == "Café"
    utf8_then_latin = "user,film\n1,é\n".encode() + b"1,x\n" * 400_000 + "2,Café\n".encode("latin-1")
    with pytest.raises(DataError, match=r"^log\.csv, row 400003: not UTF-8, as row 2 is"):
        read_found(find_table(Source.memory("log.csv", utf8_then_latin)))


def test_a_byte_that_the_encoding_does_not_know_is_named_with_its_row() -> None:
    text = Utf8Reader("log.csv", io.BytesIO("é\na\né\n".encode() + b"b\n\xe9\n"), "utf-8")
    with pytest.raises(DataError, match=r"^log\.csv, row 5: not UTF-8, got the byte 0xe9"):
        list(iter(lambda: text.read(4), b""))
    late = Utf8Reader("log.csv", io.BytesIO(b"a\nb\nc\n" + "Café\n".encode("latin-1")), "utf-8")
    assert b"".join(iter(lambda: late.read(6), b"")).decode() == "a\nb\nc\nCafé\n"


@given(
    st.lists(st.text(st.characters(codec="gb18030", categories=["Lo", "Lu", "Nd"]), min_size=1, max_size=4), min_size=1)
)
def test_utf8_is_never_taken_for_anything_else(cells: list[str]) -> None:
    text = "a,b\n" + "".join(f"{cell},1\n" for cell in cells)
    found = find_table(Source.memory("x", text.encode()))
    assert found.facts["encoding"] == "UTF-8"
    assert read_found(found).frame["a"].to_list() == cells
