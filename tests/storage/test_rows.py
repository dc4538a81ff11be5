from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recengine.errors import StoreError
from recengine.storage import RowsInFile, RowsInMemory, rows, scratch_folder


@given(st.integers(0, 10_000))
def test_rows_come_back_padded_and_as_wide_as_the_widest(tmp_path_factory: pytest.TempPathFactory, seed: int) -> None:
    rng = np.random.default_rng(seed)
    layers, n, foreseen = int(rng.integers(1, 4)), int(rng.integers(1, 12)), int(rng.integers(1, 9))
    width = int(rng.integers(1, foreseen + 1))
    expected = np.full((layers, n, width), -1, dtype=np.int32)
    path = tmp_path_factory.mktemp("rows") / "array.npy"
    both = (
        RowsInMemory((layers, n), foreseen, np.int32, -1),
        RowsInFile(path, (layers, n), foreseen, np.int32, -1),
    )
    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setattr(rows, "CHUNK_BYTES", 3 * 4 * foreseen)  # three rows at once
        cut = int(rng.integers(0, n + 1))
        for start, stop in ((0, cut), (cut, n)):
            part = int(rng.integers(1, width + 1))
            expected[:, start:stop, :part] = rng.integers(0, 100, (layers, stop - start, part))
            for layer in range(layers):
                for one in both:
                    one.put(layer * n + start, expected[layer, start:stop, :part])
        for one in both:
            found = one.finish(width)
            one.close()
            np.testing.assert_array_equal(found, expected)
            assert not found.flags.writeable
    np.testing.assert_array_equal(np.load(path), expected)


def test_a_number_of_rows_with_fewer_digits_than_foreseen(tmp_path: Path) -> None:
    file = RowsInFile(tmp_path / "array.npy", (2,), 10**6, np.float32, np.nan)
    file.put(0, np.ones((2, 1), dtype=np.float32))
    assert file.finish(1).tolist() == [[1], [1]]
    assert (tmp_path / "array.npy").stat().st_size < 1000


def test_no_rows_at_all(tmp_path: Path) -> None:
    for one in (RowsInMemory((0,), 5, np.int32, -1), RowsInFile(tmp_path / "array.npy", (0,), 5, np.int32, -1)):
        assert one.finish(3).shape == (0, 3)


def test_a_file_that_is_there_is_not_written_over(tmp_path: Path) -> None:
    (tmp_path / "array.npy").write_text("x")
    with pytest.raises(StoreError, match="cannot be written"):
        RowsInFile(tmp_path / "array.npy", (1,), 5, np.int32, -1)


def test_a_scratch_folder_vanishes(tmp_path: Path) -> None:
    with scratch_folder(tmp_path / "new") as folder:
        (folder / "file").write_text("x")
    assert not list((tmp_path / "new").iterdir())
    (tmp_path / "file").write_text("x")
    with pytest.raises(StoreError, match="cannot be written"), scratch_folder(tmp_path / "file" / "inside"):
        pass
