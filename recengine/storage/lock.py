"""One writer at a time where two processes share a folder."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from recengine.errors import StoreError

PATIENCE_SECONDS = 600.0


@contextmanager
def locked(path: Path, *, patience: float = PATIENCE_SECONDS) -> Iterator[None]:
    """Hold the lock file at `path`; wait up to `patience` seconds for another process, then raise `StoreError`.

    Raises `StoreError` too where the file cannot be made, as in a folder that may only be read.
    """
    lock = FileLock(path, timeout=patience)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        lock.acquire()
    except Timeout as error:
        raise StoreError(
            f"{path}: another process has held this for {patience:.0f} seconds. Wait for it, or end it, and try again."
        ) from error
    except OSError as error:
        raise StoreError(
            f"{path}: cannot be locked ({error.strerror}). Make the workspace's folder writable, or choose another."
        ) from error
    try:
        yield
    finally:
        lock.release()


def is_locked(path: Path) -> bool:
    """Whether somebody holds the lock file at `path`; False where that cannot be told."""
    if not path.exists():
        return False
    lock = FileLock(path, timeout=0)
    try:
        lock.acquire()
    except Timeout:
        return True
    except OSError:
        return False
    lock.release()
    return False
