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


def test_what_one_keeps_the_other_finds_once(tmp_path: Path) -> None:
    mine, theirs = PairFile(tmp_path, "a", 10), PairFile(tmp_path, "a", 10)
    assert len(theirs.latest()[0]) == 0
    mine.keep(keys(3, 7), scores(0.5, float("nan")))
    found = theirs.latest()
    assert found[0].tolist() == [3, 7]
    assert found[1].tolist() == pytest.approx([0.5, float("nan")], nan_ok=True)
    mine.keep(keys(9), scores(1.0))
    assert theirs.latest()[0].tolist() == [9]
    assert theirs.latest()[0].tolist() == []
    assert PairFile(tmp_path, "b", 10).latest()[0].tolist() == []


def test_half_a_record_of_a_killed_process_does_no_harm(tmp_path: Path) -> None:
    file = PairFile(tmp_path, "a", 10)
    file.keep(keys(1), scores(1.0))
    path = tmp_path / "pairs" / "a.bin"
    path.write_bytes(path.read_bytes() + b"\x05\x00\x00")
    assert file.latest()[0].tolist() == [1]
    file.keep(keys(2), scores(2.0))
    assert path.stat().st_size == 2 * 12
    found = file.latest()
    assert (found[0].tolist(), found[1].tolist()) == ([2], [2.0])


def test_a_damaged_file_is_begun_anew(tmp_path: Path) -> None:
    file = PairFile(tmp_path, "a", 10)
    file.keep(keys(1, 2, 3), scores(1.0, 2.0, 3.0))
    path = tmp_path / "pairs" / "a.bin"
    path.write_bytes(b"\xff" * 24)
    assert file.latest()[0].tolist() == []
    assert not path.exists()
    file.keep(keys(4), scores(4.0))
    assert file.latest()[0].tolist() == [4]


def test_where_nothing_can_be_written_nothing_is_kept(tmp_path: Path) -> None:
    (tmp_path / "pairs").write_text("a file, not a folder")
    file = PairFile(tmp_path, "a", 10)
    file.keep(keys(1), scores(1.0))
    assert file.latest()[0].tolist() == []


def test_pairs_go_with_their_fit(tmp_path: Path) -> None:
    file = PairFile(tmp_path, "a", 10)
    file.keep(keys(1), scores(1.0))
    assert file.latest()[0].tolist() == [1]
    delete_pairs(tmp_path, "a")
    delete_pairs(tmp_path, "a")
    assert file.latest()[0].tolist() == []
