"""The SHA-256 of a dataset's content: the same bytes in, the same name for them, on every machine."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Protocol

import numpy as np
import polars as pl

# changes when the bytes that are hashed change for the same content
_VERSION = "dataset 1"
_ROWS = 1 << 20
"""Hashed at a time."""


class _Hash(Protocol):
    def update(self, data: bytes | memoryview, /) -> None: ...


def content_fingerprint(
    interactions: pl.DataFrame, items: pl.DataFrame, users: pl.DataFrame, settings: Mapping[str, Any]
) -> str:
    """SHA-256 (hex) over the three tables, their column names and types, and `settings` as JSON.

    Independent of the dataset's name, of how Polars lays out memory and of the machine's byte order.
    """
    about = json.dumps(settings, sort_keys=True, ensure_ascii=True, allow_nan=False)
    return _fingerprint((_VERSION, about), (interactions, items, users))


def table_fingerprint(version: str, frame: pl.DataFrame) -> str:
    """SHA-256 (hex) over one table, likewise; `version` says what it is and how it is hashed."""
    return _fingerprint((version,), (frame,))


def _fingerprint(texts: Sequence[str], frames: Sequence[pl.DataFrame]) -> str:
    digest = hashlib.sha256()
    for text in texts:
        _add(digest, text.encode())
    for frame in frames:
        _add(digest, f"{frame.width} columns, {frame.height} rows".encode())
        for column in frame.iter_columns():
            _add_column(digest, column)
    return digest.hexdigest()


def _add_column(digest: _Hash, column: pl.Series) -> None:
    _add(digest, f"{column.name}: {column.dtype}".encode())
    if isinstance(column.dtype, pl.List):
        _add_numbers(digest, column.list.len().cast(pl.Int64).fill_null(-1), "<i8")
        column = column.drop_nulls().explode()
    if column.dtype == pl.String:
        _add_texts(digest, column)
        return
    _add_numbers(digest, column.is_null(), "|u1")
    present = column.drop_nulls() if column.null_count() else column
    _add_numbers(digest, present, "<f8" if column.dtype.is_float() else "<i8")


def _add_texts(digest: _Hash, column: pl.Series) -> None:
    sizes = column.str.len_bytes().cast(pl.Int64)
    _add_numbers(digest, sizes.fill_null(-1), "<i8")
    digest.update(int(sizes.sum()).to_bytes(8, "little"))
    for part in _parts(column):
        digest.update("".join(part.drop_nulls().to_list()).encode())


def _add_numbers(digest: _Hash, column: pl.Series, layout: str) -> None:
    form = np.dtype(layout)
    digest.update((column.len() * form.itemsize).to_bytes(8, "little"))
    for part in _parts(column):
        digest.update(np.ascontiguousarray(part.to_numpy(), dtype=form).data)


def _parts(column: pl.Series) -> Iterator[pl.Series]:
    """The column in pieces, so that no copy of all of it is made."""
    for start in range(0, column.len(), _ROWS):
        yield column.slice(start, _ROWS)


def _add(digest: _Hash, data: bytes) -> None:
    # the length first, so that two neighbours cannot trade bytes unnoticed
    digest.update(len(data).to_bytes(8, "little"))
    digest.update(data)
