"""Writes that happen whole or not at all: a temporary name beside the target, fsync, rename."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from recengine.errors import StoreError


def write_bytes(path: Path, content: bytes) -> None:
    """Put `content` at `path`, replacing what was there. Raises `StoreError` when the folder cannot be written.

    A device or a pipe, such as /dev/null or /dev/stdout, is written to and stays what it is.
    """
    try:
        if path.exists() and not path.is_file() and not path.is_dir():
            with path.open("wb", buffering=0) as special:
                special.write(content)
            return
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        temporary = Path(name)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            temporary.chmod(0o644)
            temporary.replace(path)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise
        _sync_folder(path.parent)
    except OSError as error:
        raise StoreError(_cannot_write(path, error)) from error


@contextmanager
def replace_folder(target: Path) -> Iterator[Path]:
    """A new empty folder that takes the place of `target` when the block ends well, and vanishes when it does not."""
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        temporary = Path(tempfile.mkdtemp(dir=target.parent, prefix=f".{target.name[:16]}."))
    except OSError as error:
        raise StoreError(_cannot_write(target, error)) from error
    try:
        yield temporary
        for path in temporary.rglob("*"):
            _sync_folder(path) if path.is_dir() else _sync_file(path)
        _sync_folder(temporary)
        temporary.chmod(0o755)
        if target.exists():
            # a rename onto a folder with content fails, so the old one steps aside first
            aside = Path(tempfile.mkdtemp(dir=target.parent, prefix=f".{target.name[:16]}."))
            target.replace(aside / "old")
            temporary.replace(target)
            shutil.rmtree(aside, ignore_errors=True)
        else:
            temporary.replace(target)
        _sync_folder(target.parent)
    except OSError as error:
        raise StoreError(_cannot_write(target, error)) from error
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


@contextmanager
def scratch_folder(parent: Path) -> Iterator[Path]:
    """A new empty folder in `parent`, for files that are to be moved from there; it vanishes when the block ends."""
    try:
        parent.mkdir(parents=True, exist_ok=True)
        folder = Path(tempfile.mkdtemp(dir=parent, prefix=".scratch."))
    except OSError as error:
        raise StoreError(_cannot_write(parent, error)) from error
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def remove_folder(folder: Path) -> None:
    """Remove `folder` with all in it, at once for every reader. Raises `StoreError` where it must stay."""
    try:
        # a rename is whole or not at all: nobody reads half of it
        aside = Path(tempfile.mkdtemp(dir=folder.parent, prefix=f".{folder.name[:16]}."))
        folder.replace(aside / "old")
    except OSError as error:
        raise StoreError(
            f"{folder}: cannot be deleted ({error.strerror}). Make the workspace's folder writable."
        ) from error
    shutil.rmtree(aside, ignore_errors=True)


def _sync_file(path: Path) -> None:
    with path.open("rb") as file:
        os.fsync(file.fileno())


def _sync_folder(path: Path) -> None:
    if os.name != "posix":
        return
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _cannot_write(path: Path, error: OSError) -> str:
    reason = error.strerror or type(error).__name__
    return f"{path}: cannot be written ({reason}). Choose another place, or free space."
