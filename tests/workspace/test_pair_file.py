from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recengine.workspace.pair_file import PairFile, delete_pairs


def keys(*values: int) -> Any:
    return np.array(values, dtype=np.int64)


def scores(*values: float) -> Any:
    return np.array(values, dtype=np.float32)


def latest(file: PairFile) -> tuple[list[int], list[float]]:
    """All that is new in it."""
    found = list(file.latest())
    return (
        [key for some, _ in found for key in some.tolist()],
        [score for _, some in found for score in some.tolist()],
    )


def pair_file(root: Path, n_pairs: int, made: str = "one") -> PairFile:
    """Of the scorer stored under "a"."""
    fit = root / "scorers" / "a"
    fit.mkdir(parents=True, exist_ok=True)
    return PairFile(root, fit, made, n_pairs)


def test_what_one_keeps_the_other_finds_once(tmp_path: Path) -> None:
    mine, theirs = pair_file(tmp_path, 10), pair_file(tmp_path, 10)
    assert len(latest(theirs)[0]) == 0
    mine.keep(keys(3, 7), scores(0.5, float("nan")))
    found = latest(theirs)
    assert found[0] == [3, 7]
    assert found[1] == pytest.approx([0.5, float("nan")], nan_ok=True)
    mine.keep(keys(9), scores(1.0))
    assert latest(theirs)[0] == [9]
    assert latest(theirs)[0] == []
    assert latest(pair_file(tmp_path, 10, made="another"))[0] == []


def test_half_a_record_of_a_killed_process_does_no_harm(tmp_path: Path) -> None:
    file = pair_file(tmp_path, 10)
    file.keep(keys(1), scores(1.0))
    path = tmp_path / "pairs" / "a.one.bin"
    path.write_bytes(path.read_bytes() + b"\x05\x00\x00")
    assert latest(file)[0] == [1]
    file.keep(keys(2), scores(2.0))
    assert path.stat().st_size == 16 + 2 * 16
    found = latest(file)
    assert (found[0], found[1]) == ([2], [2.0])


@pytest.mark.parametrize("damage", [b"\xff" * 48, b"\0" * 48, b"pairs", b""])
def test_a_file_with_a_damaged_head_is_begun_anew(tmp_path: Path, damage: bytes) -> None:
    file = pair_file(tmp_path, 10)
    file.keep(keys(1, 2, 3), scores(1.0, 2.0, 3.0))
    path = tmp_path / "pairs" / "a.one.bin"
    path.write_bytes(damage)
    assert latest(file) == ([], [])
    assert list(file.everything()) == []
    file.keep(keys(4), scores(4.0))
    assert latest(file) == ([4], [4.0])


@pytest.mark.parametrize("damage", [b"\0" * 16, b"\xff" * 16, b"\x01" * 16])
def test_damaged_records_are_passed_over(tmp_path: Path, damage: bytes) -> None:
    """As a power cut leaves a tail of zeros, which would say that user 0 and item 0 score 0.0."""
    file = pair_file(tmp_path, 2**62)
    file.keep(keys(1, 2, 3), scores(1.0, 2.0, 3.0))
    path = tmp_path / "pairs" / "a.one.bin"
    content = path.read_bytes()
    path.write_bytes(content[:32] + damage + content[48:] + damage + damage[:7])
    assert latest(file) == ([1, 3], [1.0, 3.0])
    file.keep(keys(4), scores(4.0))
    assert latest(file) == ([4], [4.0])
    assert latest(pair_file(tmp_path, 2**62)) == ([1, 3, 4], [1.0, 3.0, 4.0])


@settings(max_examples=60)
@given(key=st.integers(0, 2**40), score=st.floats(width=32, allow_infinity=False), bit=st.integers(0, 127))
def test_one_wrong_bit_is_noticed(key: int, score: float, bit: int) -> None:
    with TemporaryDirectory() as folder:
        file = pair_file(Path(folder), 2**62)
        file.keep(keys(key), scores(score))
        assert latest(file)[0] == [key]
        path = Path(folder) / "pairs" / "a.one.bin"
        content = bytearray(path.read_bytes())
        content[16 + bit // 8] ^= 1 << bit % 8
        path.write_bytes(content)
        assert latest(pair_file(Path(folder), 2**62)) == ([], [])


def test_a_file_begun_anew_is_read_from_its_beginning_however_long_it_is(tmp_path: Path) -> None:
    mine, theirs = pair_file(tmp_path, 10), pair_file(tmp_path, 10)
    mine.keep(keys(1, 2), scores(1.0, 2.0))
    assert latest(theirs)[0] == [1, 2]
    (tmp_path / "pairs" / "a.one.bin").unlink()
    mine.keep(keys(3, 4, 5), scores(3.0, 4.0, 5.0))
    assert latest(theirs) == ([3, 4, 5], [3.0, 4.0, 5.0])


def test_what_a_scorer_of_a_smaller_catalogue_cannot_have_said_is_passed_over(tmp_path: Path) -> None:
    pair_file(tmp_path, 10).keep(keys(9, 3), scores(9.0, float("inf")))
    assert latest(pair_file(tmp_path, 9)) == ([], [])
    assert latest(pair_file(tmp_path, 10)) == ([9], [9.0])


def test_where_nothing_can_be_written_nothing_is_kept(tmp_path: Path) -> None:
    (tmp_path / "pairs").write_text("a file, not a folder")
    file = pair_file(tmp_path, 10)
    file.keep(keys(1), scores(1.0))
    assert latest(file)[0] == []


def test_pairs_go_with_their_fit(tmp_path: Path) -> None:
    old, new = pair_file(tmp_path, 10, made="one"), pair_file(tmp_path, 10, made="two")
    for file in (old, new):
        file.keep(keys(1), scores(1.0))
    other = tmp_path / "pairs" / "ab.one.bin"
    other.touch()
    (tmp_path / "scorers" / "a").rmdir()
    delete_pairs(tmp_path, "a")
    delete_pairs(tmp_path, "a")
    # a server that still holds the scorer goes on reading
    old.keep(keys(2), scores(2.0))
    assert list((tmp_path / "pairs").iterdir()) == [other]
    assert latest(old) == ([], [])


def test_a_large_file_comes_in_parts_and_again_as_often_as_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("recengine.workspace.pair_file.CHUNK", 2)
    file = pair_file(tmp_path, 10)
    file.keep(keys(1, 2, 3, 4, 5), scores(1.0, 2.0, 3.0, 4.0, 5.0))
    assert [some.tolist() for some, _ in file.latest()] == [[1, 2], [3, 4], [5]]
    assert list(file.latest()) == []
    for _ in range(2):
        assert [some.tolist() for some, _ in file.everything()] == [[1, 2], [3, 4], [5]]
    file.keep(keys(6), scores(6.0))
    assert latest(file) == ([6], [6.0])
