"""Entries: a folder of arrays and tables with a manifest that says what it is and proves that it is whole."""

from __future__ import annotations

import re
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import polars as pl
from numpy.typing import NDArray

from recengine.arrays import read_only
from recengine.errors import StoreError
from recengine.storage.atomic import replace_folder
from recengine.storage.content import file_digest
from recengine.storage.documents import read_document, write_document

FORMAT = "recengine-entry"
VERSION = 1
MANIFEST = "manifest.json"
MAPPED_FROM_BYTES = 64 * 2**20
_NAME = re.compile(r"[a-z][a-z0-9_]*")
_SUFFIXES = ("npy", "parquet", "safetensors")


@dataclass(frozen=True)
class Entry:
    """What an entry holds: arrays read-only, large ones memory-mapped, tables, settings (JSON values)."""

    arrays: Mapping[str, NDArray[Any]]
    tables: Mapping[str, pl.DataFrame]
    settings: Mapping[str, Any]


def save_entry(
    folder: Path,
    *,
    kind: str,
    settings: Mapping[str, Any],
    arrays: Mapping[str, NDArray[Any]] | None = None,
    tables: Mapping[str, pl.DataFrame] | None = None,
    written: Mapping[str, Path] | None = None,
) -> None:
    """Write an entry whole, replacing what stood in `folder`. Raises `StoreError` when it cannot be written.

    arrays: one named GROUP.REST, REST being any text, is kept with the others of its group in one file of safetensors.
    written: arrays that are .npy files already; they are moved into the entry where the system lets them, else copied.
    """
    alone, groups = _grouped(arrays or {})
    with replace_folder(folder) as temporary:
        for name, path in (written or {}).items():
            target = temporary / f"{_checked(name)}.npy"
            try:
                path.replace(target)
            except OSError:  # on another disk, or on a system that moves no file that is mapped
                shutil.copyfile(path, target)
        for name, array in alone.items():
            with (temporary / f"{_checked(name)}.npy").open("wb") as file:
                np.save(_Sink(file), array, allow_pickle=False)
        for name, group in groups.items():
            (temporary / f"{_checked(name)}.safetensors").write_bytes(_packed(group))
        for name, table in (tables or {}).items():
            try:
                table.write_parquet(temporary / f"{_checked(name)}.parquet")
            except pl.exceptions.PolarsError as error:
                reason = str(error).splitlines()[0]
                raise StoreError(
                    f"{folder}: cannot be written ({reason}). Choose another place, or free space."
                ) from error
        files = {
            path.name: {"bytes": path.stat().st_size, "sha256": file_digest(path)}
            for path in sorted(temporary.iterdir())
        }
        write_document(
            temporary / MANIFEST,
            {"format": FORMAT, "version": VERSION, "kind": kind, "settings": dict(settings), "files": files},
        )


class _Sink:
    """A file as something that takes bytes: into a plain file NumPy writes by itself and hides why it could not."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file

    def write(self, content: bytes) -> int:
        """Write all of `content`, or raise the `OSError` that says why not."""
        return self._file.write(content)


def read_manifest(folder: Path, *, kind: str, mend: str) -> dict[str, Any]:
    """The manifest alone, checked for form. Raises `StoreError`, which ends with `mend`: what to do."""
    manifest = read_document(folder / MANIFEST, "the manifest", mend)
    if manifest.get("format") != FORMAT or manifest.get("kind") != kind:
        raise StoreError(f"{folder}: not a stored {kind}. {mend}")
    if manifest.get("version") != VERSION:
        raise StoreError(f"{folder}: stored in version {manifest.get('version')!r}, this is version {VERSION}. {mend}")
    if not isinstance(manifest.get("files"), dict) or not isinstance(manifest.get("settings"), dict):
        raise StoreError(f"{folder / MANIFEST}: the manifest is incomplete. {mend}")
    return manifest


def load_entry(folder: Path, *, kind: str, mend: str) -> Entry:
    """An entry whose every file has the size and SHA-256 of its manifest; else one `StoreError` ending with `mend`."""
    manifest = read_manifest(folder, kind=kind, mend=mend)
    arrays: dict[str, NDArray[Any]] = {}
    tables: dict[str, pl.DataFrame] = {}
    for file_name, facts in manifest["files"].items():
        name, _, suffix = str(file_name).partition(".")
        path = folder / str(file_name)
        if not _NAME.fullmatch(name) or suffix not in _SUFFIXES or not isinstance(facts, dict):
            raise StoreError(f"{folder / MANIFEST}: {file_name!r} is no file of an entry. {mend}")
        _check_whole(path, facts, mend)
        try:
            if suffix == "npy":
                arrays[name] = _array(path)
            elif suffix == "safetensors":
                arrays |= {f"{name}.{rest}": array for rest, array in _unpacked(path).items()}
            else:
                tables[name] = pl.read_parquet(path)
        except (OSError, ValueError, pl.exceptions.PolarsError) as error:
            raise StoreError(f"{path}: cannot be read ({str(error).splitlines()[0]}). {mend}") from error
    return Entry(arrays=arrays, tables=tables, settings=manifest["settings"])


def _grouped(
    arrays: Mapping[str, NDArray[Any]],
) -> tuple[dict[str, NDArray[Any]], dict[str, dict[str, NDArray[Any]]]]:
    """Arrays that have a file of their own, and the others by group."""
    alone: dict[str, NDArray[Any]] = {}
    groups: dict[str, dict[str, NDArray[Any]]] = {}
    for name, array in arrays.items():
        group, dot, rest = name.partition(".")
        if dot:
            groups.setdefault(group, {})[rest] = array
        else:
            alone[name] = array
    return alone, groups


def _packed(group: Mapping[str, NDArray[Any]]) -> bytes:
    from safetensors.numpy import save

    return save({name: np.asarray(array, order="C") for name, array in group.items()})


def _unpacked(path: Path) -> dict[str, NDArray[Any]]:
    from safetensors import SafetensorError
    from safetensors.numpy import load

    try:
        return {name: read_only(array) for name, array in load(path.read_bytes()).items()}
    except SafetensorError as error:
        raise ValueError(str(error)) from None


def _array(path: Path) -> NDArray[Any]:
    """Small arrays are read, large ones mapped: a mapped file that another program cuts short ends the process."""
    if path.stat().st_size > MAPPED_FROM_BYTES:
        mapped: NDArray[Any] = np.load(path, mmap_mode="r", allow_pickle=False)
        return mapped
    return read_only(np.load(path, allow_pickle=False))


def _check_whole(path: Path, facts: Mapping[str, Any], mend: str) -> None:
    try:
        size = path.stat().st_size
        if size != facts.get("bytes"):
            raise StoreError(f"{path}: damaged, {size:,} bytes instead of {facts.get('bytes')!r}. {mend}")
        if file_digest(path) != facts.get("sha256"):
            raise StoreError(f"{path}: damaged, its content is not what was stored. {mend}")
    except OSError as error:
        raise StoreError(f"{path}: missing or unreadable ({error.strerror}). {mend}") from error


def _checked(name: str) -> str:
    if not _NAME.fullmatch(name):
        raise ValueError(f"{name!r} is no name for a file of an entry")
    return name
