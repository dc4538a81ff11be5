"""Whether a job's process lives: it holds a lock for its whole life, which the kernel frees however it ends.

Process ids are used again by other programs; a lock is not. The process that submits a job takes the lock and hands it
to the job's process at birth, so that there is no moment in which a living job is not seen to live.
"""

from __future__ import annotations

import json
import os
import platform
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from recengine.errors import StoreError
from recengine.jobs.files import ALIVE

INHERITED = "RECENGINE_JOB_LOCK"
"""Environment variable: number of the open file that holds the lock, handed to the job's process."""
HOLDER_BYTES = 512
"""Written when the job is submitted, then overwritten in place: that needs no room on a full disk."""
_ATTEMPTS = 5
_PAUSE_SECONDS = 0.02


def take(path: Path) -> int | None:
    """An open file that holds the lock at `path`, or None when another holds it. Raises `OSError`."""
    import fcntl  # not on Windows, where jobs are refused when they are submitted

    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o644)
    for attempt in range(_ATTEMPTS):
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            # somebody who only looks has it for an instant
            if attempt < _ATTEMPTS - 1:
                time.sleep(_PAUSE_SECONDS)
        except OSError:
            os.close(handle)
            raise
        else:
            return handle
    os.close(handle)
    return None


def is_held(path: Path) -> bool:
    """Whether a process holds the lock at `path`. Raises `OSError` where that cannot be told."""
    import fcntl

    try:
        handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except (FileNotFoundError, NotADirectoryError):
        return False
    try:
        # shared, so that two who look at once do not take each other for the holder
        fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(handle)
    return False


def is_alive(folder: Path) -> bool:
    """Whether the process of the job in `folder` lives. Raises `OSError` where that cannot be told."""
    return is_held(folder / ALIVE)


def prepare_lock(folder: Path) -> int:
    """Make the lock of a new job and take it; the open file is for the job's process to inherit. Raises `OSError`."""
    handle = take(folder / ALIVE)
    if handle is None:
        raise FileExistsError(f"{folder / ALIVE} is held")
    os.pwrite(handle, b" " * HOLDER_BYTES, 0)
    return handle


@contextmanager
def living(folder: Path) -> Iterator[None]:
    """In the job's process: hold its lock, inherited where it was, and say in it who holds it.

    Raises `StoreError` where `folder` is no folder of a job, or its process lives already.
    """
    inherited = os.environ.pop(INHERITED, "")
    try:
        if inherited.isdecimal():
            handle: int | None = int(inherited)
            os.set_inheritable(int(inherited), False)
        else:
            handle = take(folder / ALIVE)
    except OSError as error:
        raise StoreError(f"--progress: {folder} is no folder of a job ({error.strerror}). Submit a job.") from error
    if handle is None:
        raise StoreError(f"--progress: the job of {folder} runs already. Wait for it, or cancel it.")
    try:
        with suppress(OSError):  # then the job cannot be cancelled, and still works
            os.pwrite(handle, json.dumps({"process": os.getpid(), **_here()}).encode().ljust(HOLDER_BYTES), 0)
        yield
    finally:
        os.close(handle)


def holder(folder: Path) -> int | None:
    """Process id of the job's living process; None while it has not said it. Ask `is_alive` first.

    Raises `StoreError` when the process is on another machine or in another container, so that the id means nothing.
    """
    try:
        said: Any = json.loads((folder / ALIVE).read_bytes())
        process, place = int(said["process"]), {"machine": said["machine"], "container": said["container"]}
    except (OSError, ValueError, KeyError, TypeError):
        return None
    if place != _here():
        raise StoreError(f"{folder.name}: runs on another machine or in another container. Cancel it there.")
    return process


def _here() -> dict[str, str]:
    """Where process ids of this process mean what they mean."""
    try:
        container = str(Path("/proc/self/ns/pid").readlink())
    except OSError:
        container = ""
    return {"machine": platform.node(), "container": container}
