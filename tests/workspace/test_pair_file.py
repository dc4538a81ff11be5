from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

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


def test_what_one_keeps_the_other_finds_once(tmp_path: Path) -> None:
    mine, theirs = PairFile(tmp_path, "a", 10), PairFile(tmp_path, "a", 10)
    assert len(latest(theirs)[0]) == 0
    mine.keep(keys(3, 7), scores(0.5, float("nan")))
    found = latest(theirs)
    assert found[0] == [3, 7]
    assert found[1] == pytest.approx([0.5, float("nan")], nan_ok=True)
    mine.keep(keys(9), scores(1.0))
    assert latest(theirs)[0] == [9]
    assert latest(theirs)[0] == []
    assert latest(PairFile(tmp_path, "b", 10))[0] == []


def test_half_a_record_of_a_killed_process_does_no_harm(tmp_path: Path) -> None:
    file = PairFile(tmp_path, "a", 10)
    file.keep(keys(1), scores(1.0))
    path = tmp_path / "pairs" / "a.bin"
    path.write_bytes(path.read_bytes() + b"\x05\x00\x00")
    assert latest(file)[0] == [1]
    file.keep(keys(2), scores(2.0))
    assert path.stat().st_size == 2 * 12
    found = latest(file)
    assert (found[0], found[1]) == ([2], [2.0])


def test_a_damaged_file_is_begun_anew(tmp_path: Path) -> None:
    file = PairFile(tmp_path, "a", 10)
    file.keep(keys(1, 2, 3), scores(1.0, 2.0, 3.0))
    path = tmp_path / "pairs" / "a.bin"
    path.write_bytes(b"\xff" * 24)
    assert latest(file)[0] == []
    assert not path.exists()
    file.keep(keys(4), scores(4.0))
    assert latest(file)[0] == [4]


def test_where_nothing_can_be_written_nothing_is_kept(tmp_path: Path) -> None:
    (tmp_path / "pairs").write_text("a file, not a folder")
    file = PairFile(tmp_path, "a", 10)
    file.keep(keys(1), scores(1.0))
    assert latest(file)[0] == []


def test_pairs_go_with_their_fit(tmp_path: Path) -> None:
    file = PairFile(tmp_path, "a", 10)
    file.keep(keys(1), scores(1.0))
    assert latest(file)[0] == [1]
    delete_pairs(tmp_path, "a")
    delete_pairs(tmp_path, "a")
    assert latest(file)[0] == []


def test_a_large_file_comes_in_parts_and_again_as_often_as_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("recengine.workspace.pair_file.CHUNK", 2)
    file = PairFile(tmp_path, "a", 10)
    file.keep(keys(1, 2, 3, 4, 5), scores(1.0, 2.0, 3.0, 4.0, 5.0))
    assert [some.tolist() for some, _ in file.latest()] == [[1, 2], [3, 4], [5]]
    assert list(file.latest()) == []
    for _ in range(2):
        assert [some.tolist() for some, _ in file.everything()] == [[1, 2], [3, 4], [5]]
    file.keep(keys(6), scores(6.0))
    assert latest(file) == ([6], [6.0])
