"""Vectors kept by the hash of their text, so that no text is encoded twice."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
import polars as pl

from recengine.arrays import Scores, read_only
from recengine.device import DeviceKind
from recengine.errors import StoreError
from recengine.progress import Cancel, Progress, never, silent
from recengine.storage import load_entry, locked, save_entry
from recengine.storage.entries import MANIFEST
from recengine.text.device import Precision

_KIND = "text-vectors"


class Encoder(Protocol):
    """What `TextEncoder` does, as far as the cache needs it."""

    @property
    def identity(self) -> str:
        """SHA-256 (hex) of everything that its vectors depend on."""

    def device(self, device: str) -> DeviceKind:
        """Where it computes when it is asked for `device`."""

    def precision(self, device: str) -> Precision:
        """What it computes in when it is asked for `device`."""

    def encode(self, texts: Sequence[str], *, device: str, progress: Progress, cancel: Cancel) -> Scores:
        """Vectors (len(texts), dimension) float32."""


@dataclass(frozen=True)
class VectorCache:
    """Vectors of earlier calls: in `folder` one entry an encoder, kind of device and precision.

    An entry is a matrix and the hashes of its texts; with new texts it is written anew, which is little beside encoding
    them. An entry that is damaged, or was not written by this encoder, counts as empty and is written anew.
    """

    folder: Path

    def vectors(
        self,
        encoder: Encoder,
        texts: Sequence[str],
        *,
        device: str = "auto",
        progress: Progress = silent,
        cancel: Cancel = never,
    ) -> Scores:
        """As `encoder.encode`, but only texts that are not stored are encoded; where none is, no model is loaded.

        Raises `StoreError` when `folder` cannot be written.
        """
        # devices and precisions round differently, and the same must give the same numbers again
        kind = encoder.device(device)
        entry = self.folder / f"{encoder.identity[:24]}-{kind}-{encoder.precision(kind)}"
        keys = [_key(text) if text.strip() else "" for text in texts]
        stored = _load(entry, encoder.identity)
        missing = {key: text for key, text in zip(keys, texts, strict=True) if key and key not in stored.rows}
        if missing or not stored.rows:
            encoded = encoder.encode(list(missing.values()), device=kind, progress=progress, cancel=cancel)
            with locked(self.folder / f".{entry.name}.lock"):
                # what another process stored meanwhile stays
                if _seal(entry) != stored.seal:
                    stored = _load(entry, encoder.identity)
                stored = stored.extended(list(missing), encoded)
                _save(entry, encoder.identity, stored)
        vectors = np.full((len(texts), stored.vectors.shape[1]), np.nan, dtype=np.float32)
        written = [position for position, key in enumerate(keys) if key]
        vectors[written] = stored.vectors[[stored.rows[keys[position]] for position in written]]
        progress(1.0, f"{len(written):,} texts have vectors")
        return read_only(vectors)


@dataclass(frozen=True)
class _Stored:
    """rows: of `vectors` (n, dimension), by the hash of the text. seal: changes whenever the entry is written."""

    rows: Mapping[str, int]
    vectors: Scores
    seal: bytes

    def extended(self, keys: Sequence[str], vectors: Scores) -> _Stored:
        """With the vectors of those `keys` that are not here yet."""
        new = [position for position, key in enumerate(keys) if key not in self.rows]
        rows = {**self.rows, **{keys[position]: len(self.rows) + place for place, position in enumerate(new)}}
        kept = self.vectors if self.rows else vectors[:0]
        return _Stored(rows, np.concatenate([kept, vectors[new]]), self.seal)


def _key(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _seal(entry: Path) -> bytes:
    """The entry's manifest, which holds the hashes of its files; empty where there is none."""
    try:
        return (entry / MANIFEST).read_bytes()
    except OSError:
        return b""


def _load(entry: Path, identity: str) -> _Stored:
    # read first: what is written between the two is then taken for news, not missed
    seal = _seal(entry)
    nothing = _Stored({}, np.empty((0, 0), dtype=np.float32), seal)
    try:
        content = load_entry(entry, kind=_KIND, mend="")
    except StoreError:
        return nothing
    if content.settings.get("encoder") != identity:
        return nothing
    hashes = content.tables["texts"]["sha256"].to_list()
    return _Stored({key: row for row, key in enumerate(hashes)}, content.arrays["vectors"], seal)


def _save(entry: Path, identity: str, stored: _Stored) -> None:
    save_entry(
        entry,
        kind=_KIND,
        settings={"encoder": identity},
        arrays={"vectors": stored.vectors},
        tables={"texts": pl.DataFrame({"sha256": list(stored.rows)}, schema={"sha256": pl.String})},
    )
