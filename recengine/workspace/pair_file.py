"""Scores of pairs on disk: one file a scorer, to which processes add while others read it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import numpy as np

from recengine.arrays import Scores
from recengine.errors import StoreError
from recengine.fusion.pair_scores import Keys
from recengine.storage import locked

FOLDER = "pairs"
CHUNK = 2**19
"""Records that are read at once, some megabytes."""
_RECORD = np.dtype([("key", "<i8"), ("score", "<f4")])


class PairFile:
    """The `KeepsPairs` of a workspace: records of a key (8 bytes) and a score (4 bytes), in the order of their coming.

    A file that holds other keys than those below `n_pairs`, so is damaged, is not read and begun anew. What cannot be
    written is not kept: a workspace that may only be read is read all the same.
    """

    def __init__(self, root: Path, key: str, n_pairs: int) -> None:
        """key: that the scorer is stored under. n_pairs: users times items."""
        self._path = root / FOLDER / f"{key}.bin"
        self._lock = root / "locks" / f"{key}.pairs.lock"
        self._n_pairs = n_pairs
        self._read = 0

    def latest(self) -> Iterator[tuple[Keys, Scores]]:
        """Keys and scores of the records that were not read yet, at most `CHUNK` at a time."""
        try:
            if self._path.stat().st_size < self._read:
                # somebody began it anew
                self._read = 0
        except OSError:
            return
        for keys, scores, end in self._records(self._read):
            self._read = end
            yield keys, scores

    def everything(self) -> Iterator[tuple[Keys, Scores]]:
        """Keys and scores of all records, at most `CHUNK` at a time."""
        for keys, scores, _ in self._records(0):
            yield keys, scores

    def _records(self, start: int) -> Iterator[tuple[Keys, Scores, int]]:
        """Keys and scores from the byte `start` on, and the byte at which they end."""
        with suppress(OSError), self._path.open("rb") as file:
            file.seek(start)
            while content := file.read(CHUNK * _RECORD.itemsize):
                # another process may be in the middle of a record
                rows = np.frombuffer(content, dtype=_RECORD, count=len(content) // _RECORD.itemsize)
                if not len(rows):
                    return
                keys, scores = rows["key"].astype(np.int64), rows["score"].astype(np.float32)
                if ((keys < 0) | (keys >= self._n_pairs) | np.isinf(scores)).any():
                    with suppress(OSError, StoreError), locked(self._lock):
                        self._path.unlink(missing_ok=True)
                    self._read = 0
                    return
                start += len(rows) * _RECORD.itemsize
                yield keys, scores, start

    def keep(self, keys: Keys, scores: Scores) -> None:
        """Add these at the end; half a record that a killed process left there goes."""
        rows = np.empty(len(keys), dtype=_RECORD)
        rows["key"], rows["score"] = keys, scores
        with suppress(OSError, StoreError), locked(self._lock):
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with self._path.open("ab") as file:
                file.truncate(file.tell() // _RECORD.itemsize * _RECORD.itemsize)
                file.write(rows.tobytes())


def delete_pairs(root: Path, key: str) -> None:
    """Forget what is known of the pairs of the scorer stored under `key`."""
    with suppress(OSError):
        (root / FOLDER / f"{key}.bin").unlink(missing_ok=True)
