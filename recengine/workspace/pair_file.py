"""Scores of pairs on disk: one file a fitted scorer, to which processes add while others read it."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from recengine.arrays import Mask, Scores
from recengine.errors import StoreError
from recengine.fusion.pair_scores import Keys
from recengine.storage import locked

FOLDER = "pairs"
CHUNK = 2**19
"""Records that are read at once, some megabytes."""
_MAGIC = b"pairs 1\n"
_HEAD = 16
"""Bytes of the magic and of a number drawn when the file was begun, by which it is told from one begun later."""
_MADE = 16
"""Digits of the digest in the name of a file."""
_RECORD = np.dtype([("key", "<i8"), ("score", "<f4"), ("check", "<u4")])


class PairFile:
    """The `KeepsPairs` of a workspace: a head of 16 bytes, then records in the order of their coming, a key (8 bytes),
    a score (4) and a check of both (4).

    Records that are damaged are passed over, a file whose head is damaged is begun anew. What cannot be written is not
    kept: a workspace that may only be read is read all the same. Nor is what comes after the scorer was deleted.
    """

    def __init__(self, root: Path, fit: Path, made: str, n_pairs: int) -> None:
        """fit: the folder of the stored scorer, its key. made: digest, hex, of what tells that fit from others that may
        come to stand there. n_pairs: users times items.
        """
        self._fit = fit
        self._path = root / FOLDER / f"{fit.name}.{made[:_MADE]}.bin"
        self._lock = _lock_of(root, fit.name)
        self._n_pairs = n_pairs
        self._head = b""
        self._read = _HEAD

    def latest(self) -> Iterator[tuple[Keys, Scores]]:
        """Keys and scores of the records that were not read yet, at most `CHUNK` at a time."""
        with suppress(OSError), self._path.open("rb") as file:
            head = _head_of(file)
            if not head:
                return
            if head != self._head or file.seek(0, 2) < self._read:
                # somebody began it anew
                self._head, self._read = head, _HEAD
            for keys, scores, end in self._records(file, self._read):
                self._read = end
                yield keys, scores

    def everything(self) -> Iterator[tuple[Keys, Scores]]:
        """Keys and scores of all records, at most `CHUNK` at a time."""
        with suppress(OSError), self._path.open("rb") as file:
            if _head_of(file):
                for keys, scores, _ in self._records(file, _HEAD):
                    yield keys, scores

    def keep(self, keys: Keys, scores: Scores) -> None:
        """Add these at the end; half a record that a killed process left there goes."""
        rows = np.empty(len(keys), dtype=_RECORD)
        rows["key"], rows["score"] = keys, scores
        rows["check"] = _check(rows["key"], rows["score"])
        with suppress(OSError, StoreError), locked(self._lock):
            if not self._fit.is_dir():
                return
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with self._path.open("a+b") as file:
                if _head_of(file):
                    size = file.seek(0, 2)
                    file.truncate(size - (size - _HEAD) % _RECORD.itemsize)
                else:
                    file.truncate(0)
                    file.write(_MAGIC + secrets.token_bytes(_HEAD - len(_MAGIC)))
                file.write(rows.tobytes())

    def _records(self, file: BinaryIO, start: int) -> Iterator[tuple[Keys, Scores, int]]:
        """Keys and scores from the byte `start` on, and the byte at which their chunk ends."""
        file.seek(start)
        while content := file.read(CHUNK * _RECORD.itemsize):
            # another process may be in the middle of a record
            rows = np.frombuffer(content, dtype=_RECORD, count=len(content) // _RECORD.itemsize)
            start += len(rows) * _RECORD.itemsize
            whole = self._whole(rows)
            yield rows["key"][whole].astype(np.int64), rows["score"][whole].astype(np.float32), start

    def _whole(self, rows: NDArray[np.void]) -> Mask:
        keys, scores = rows["key"], rows["score"]
        possible = (keys >= 0) & (keys < self._n_pairs) & ~np.isinf(scores)
        whole: Mask = possible & (rows["check"] == _check(keys, scores))
        return whole


def delete_pairs(root: Path, key: str) -> None:
    """Forget what is known of the pairs of every scorer that stood under `key`; its folder is gone by now."""
    # nobody is between looking for that folder and writing
    with suppress(OSError, StoreError), locked(_lock_of(root, key)):
        for path in (root / FOLDER).glob(f"{key}.*"):
            path.unlink(missing_ok=True)


def _lock_of(root: Path, key: str) -> Path:
    return root / "locks" / f"{key}.pairs.lock"


def _head_of(file: BinaryIO) -> bytes:
    """The head of a file, empty where it is damaged or not written yet."""
    file.seek(0)
    head = file.read(_HEAD)
    return head if len(head) == _HEAD and head.startswith(_MAGIC) else b""


def _check(keys: NDArray[np.int64], scores: NDArray[np.float32]) -> NDArray[np.uint32]:
    """32 bits of each key and score, such as no run of equal bytes has.

    Source of the mixing: Steele, Lea & Flood (2014), OOPSLA, "Fast splittable pseudorandom number generators".
    """
    bits = np.ascontiguousarray(scores).view(np.uint32).astype(np.uint64)
    mixed = keys.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15) + bits + np.uint64(0x9E3779B97F4A7C15)
    mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return (mixed >> np.uint64(32)).astype(np.uint32)
