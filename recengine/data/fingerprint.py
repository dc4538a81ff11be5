"""The SHA-256 of a dataset's content: the same bytes in, the same name for them, on every machine."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import numpy as np
import polars as pl

# changes when the bytes that are hashed change for the same content
_VERSION = "dataset 1"


class _Hash(Protocol):
    def update(self, data: bytes, /) -> None: ...


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
        _add(digest, _bytes(column.list.len().cast(pl.Int64).fill_null(-1), "<i8"))
        column = column.drop_nulls().explode()
    if column.dtype == pl.String:
        _add(digest, _bytes(column.str.len_bytes().cast(pl.Int64).fill_null(-1), "<i8"))
        _add(digest, "".join(column.drop_nulls().to_list()).encode())
        return
    _add(digest, _bytes(column.is_null(), "|u1"))
    present = column.drop_nulls()
    _add(digest, _bytes(present, "<f8" if column.dtype.is_float() else "<i8"))


def _bytes(column: pl.Series, layout: str) -> bytes:
    return column.to_numpy().astype(np.dtype(layout)).tobytes()


def _add(digest: _Hash, data: bytes) -> None:
    # the length first, so that two neighbours cannot trade bytes unnoticed
    digest.update(len(data).to_bytes(8, "little"))
    digest.update(data)
