from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest

from recengine.arrays import Scores
from recengine.device import DeviceKind
from recengine.errors import StoreError
from recengine.progress import Cancel, Progress, never, silent
from recengine.text import VectorCache
from recengine.text.device import Precision


@dataclass
class Counting:
    """An encoder whose vector of a text is its length and its number of a's; remembers what it was asked."""

    identity: str = "0" * 64
    asked: list[list[str]] = field(default_factory=list)
    computes_in: Precision = "float32"

    def device(self, device: str) -> DeviceKind:
        return "cpu"

    def precision(self, device: str) -> Precision:
        return self.computes_in

    def encode(
        self, texts: Sequence[str], *, device: str = "cpu", progress: Progress = silent, cancel: Cancel = never
    ) -> Scores:
        self.asked.append(list(texts))
        return np.array([[len(text), text.count("a")] for text in texts], dtype=np.float32).reshape(len(texts), 2)


def vectors(folder: Path, encoder: Counting, texts: list[str]) -> list[list[float]]:
    found = VectorCache(folder).vectors(encoder, texts, device="cpu")
    assert found.dtype == np.float32
    return [[float(value) for value in row] for row in found]


def test_only_new_texts_are_encoded_and_each_once(tmp_path: Path) -> None:
    encoder = Counting()
    assert vectors(tmp_path, encoder, ["aa", "b", "aa"]) == [[2, 2], [1, 0], [2, 2]]
    assert vectors(tmp_path, encoder, ["ccc", "aa"]) == [[3, 0], [2, 2]]
    assert vectors(tmp_path, encoder, ["b", "ccc"]) == [[1, 0], [3, 0]]
    assert encoder.asked == [["aa", "b"], ["ccc"]]


def test_blank_texts_have_no_vector_and_are_not_encoded(tmp_path: Path) -> None:
    encoder = Counting()
    found = VectorCache(tmp_path).vectors(encoder, ["", "a", " "], device="cpu")
    assert np.isnan(found[[0, 2]]).all()
    assert found[1].tolist() == [1, 1]
    assert encoder.asked == [["a"]]
    assert np.isnan(VectorCache(tmp_path / "other").vectors(encoder, ["", " "], device="cpu")).all()


def test_encoders_do_not_share_vectors(tmp_path: Path) -> None:
    first, second = Counting("1" * 64), Counting("2" * 64)
    vectors(tmp_path, first, ["a"])
    vectors(tmp_path, second, ["a"])
    assert second.asked == [["a"]]
    # a name that begins alike is no proof either
    third = Counting("1" * 63 + "2")
    vectors(tmp_path, third, ["a"])
    assert third.asked == [["a"]]


def test_precisions_do_not_share_vectors(tmp_path: Path) -> None:
    single, half = Counting(), Counting(computes_in="bfloat16")
    vectors(tmp_path, single, ["a"])
    vectors(tmp_path, half, ["a"])
    assert half.asked == [["a"]]
    vectors(tmp_path, half, ["a"])
    vectors(tmp_path, single, ["a"])
    assert (len(single.asked), len(half.asked)) == (1, 1)


@pytest.mark.parametrize("file", ["vectors.npy", "texts.parquet", "manifest.json"])
@pytest.mark.parametrize("harm", ["cut", "flip", "remove"])
def test_a_damaged_cache_is_never_trusted(tmp_path: Path, file: str, harm: str) -> None:
    encoder = Counting()
    vectors(tmp_path, encoder, ["aa", "b"])
    (path,) = tmp_path.glob(f"*/{file}")
    content = path.read_bytes()
    if harm == "cut":
        path.write_bytes(content[:-3])
    elif harm == "flip":
        path.write_bytes(content[:-9] + bytes([content[-9] ^ 1]) + content[-8:])
    else:
        path.unlink()
    assert vectors(tmp_path, encoder, ["aa", "b"]) == [[2, 2], [1, 0]]
    assert encoder.asked == [["aa", "b"], ["aa", "b"]]
    assert vectors(tmp_path, encoder, ["b"]) == [[1, 0]]
    assert len(encoder.asked) == 2, "it was written anew"


def test_what_another_process_stored_meanwhile_stays(tmp_path: Path) -> None:
    class Slow(Counting):
        def encode(
            self, texts: Sequence[str], *, device: str = "cpu", progress: Progress = silent, cancel: Cancel = never
        ) -> Scores:
            vectors(tmp_path, Counting(), ["from elsewhere"])
            return super().encode(texts)

    vectors(tmp_path, Slow(), ["here"])
    late = Counting()
    vectors(tmp_path, late, ["here", "from elsewhere"])
    assert late.asked == []


def test_a_folder_that_cannot_be_written_is_an_error(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("not a folder")
    with pytest.raises(StoreError, match=r"cannot be locked \(File exists\)"):
        vectors(blocked, Counting(), ["a"])
