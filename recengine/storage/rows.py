"""Arrays that are made block by block, as wide as their widest row, which is known only at the end."""

from __future__ import annotations

import os
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from recengine.arrays import read_only
from recengine.errors import StoreError

CHUNK_BYTES = 1 << 24
"""What is narrowed at once."""


class RowsInMemory:
    """An array (*leading, width) in memory; it takes no more than was foreseen, also while it is made narrower."""

    def __init__(self, leading: tuple[int, ...], width: int, dtype: DTypeLike, padding: float) -> None:
        self._leading, self._width, self._padding = leading, width, padding
        self._n = int(np.prod(leading))
        self._flat: NDArray[Any] = np.empty(self._n * width, dtype=dtype)

    def put(self, start: int, rows: NDArray[Any]) -> None:
        """Write `rows` (n, m) as those from `start` on in the order of memory, padded up to the width foreseen."""
        place = self._flat[start * self._width : (start + len(rows)) * self._width].reshape(len(rows), self._width)
        place[:, : rows.shape[1]] = rows
        place[:, rows.shape[1] :] = self._padding

    def finish(self, width: int) -> NDArray[Any]:
        """The array, read-only, `width` wide; every row was written, and none was wider."""
        for start, stop in _chunks(self._n, self._width * self._flat.itemsize):
            wide = self._flat[start * self._width : stop * self._width].reshape(-1, self._width)
            # it moves forward, over what was moved before it
            self._flat[start * width : stop * width] = wide[:, :width].copy().ravel()
            del wide
        flat, self._flat = self._flat, np.empty(0)
        flat.resize(self._n * width, refcheck=False)
        return read_only(flat.reshape(*self._leading, width))

    def close(self) -> None:
        """Nothing to close."""


class RowsInFile:
    """The same in a new .npy file, of which only what is being written is in memory; given back memory-mapped.

    Raises `StoreError` when it cannot be written.
    """

    def __init__(self, path: Path, leading: tuple[int, ...], width: int, dtype: DTypeLike, padding: float) -> None:
        self._path, self._leading, self._width, self._padding = path, leading, width, padding
        self._dtype = np.dtype(dtype)
        self._n = int(np.prod(leading))
        self._data_at = len(self._header(width))
        try:
            self._file = path.open("xb+")
        except OSError as error:
            raise self._cannot(error) from error

    def put(self, start: int, rows: NDArray[Any]) -> None:
        """As in memory."""
        wide = np.full((len(rows), self._width), self._padding, dtype=self._dtype)
        wide[:, : rows.shape[1]] = rows
        try:
            self._file.seek(self._data_at + start * self._width * self._dtype.itemsize)
            self._file.write(wide.data)
        except OSError as error:
            raise self._cannot(error) from error

    def finish(self, width: int) -> NDArray[Any]:
        """As in memory."""
        header = self._header(width)
        size = self._dtype.itemsize
        try:
            for start, stop in _chunks(self._n, self._width * size):
                self._file.seek(self._data_at + start * self._width * size)
                wide = np.frombuffer(self._file.read((stop - start) * self._width * size), dtype=self._dtype)
                self._file.seek(len(header) + start * width * size)
                self._file.write(np.ascontiguousarray(wide.reshape(-1, self._width)[:, :width]).data)
            self._file.seek(0)
            self._file.write(header)
            self._file.truncate(len(header) + self._n * width * size)
            self._file.flush()
            os.fsync(self._file.fileno())
            self._file.close()
            # nothing cannot be mapped
            array: NDArray[Any] = np.load(self._path, mmap_mode="r" if self._n else None, allow_pickle=False)
        except OSError as error:
            raise self._cannot(error) from error
        return read_only(array)

    def close(self) -> None:
        """Close the file, finished or not."""
        self._file.close()

    def _header(self, width: int) -> bytes:
        """Of a .npy file; a narrower array never has a longer one."""
        buffer = BytesIO()
        shape = (*self._leading, width)
        facts = {"descr": np.lib.format.dtype_to_descr(self._dtype), "fortran_order": False, "shape": shape}
        np.lib.format.write_array_header_1_0(buffer, facts)
        return buffer.getvalue()

    def _cannot(self, error: OSError) -> StoreError:
        reason = error.strerror or type(error).__name__
        return StoreError(f"{self._path}: cannot be written ({reason}). Choose another place, or free space.")


def _chunks(n_rows: int, row_bytes: int) -> list[tuple[int, int]]:
    step = max(1, CHUNK_BYTES // max(row_bytes, 1))
    return [(start, min(start + step, n_rows)) for start in range(0, n_rows, step)]
