"""Ending a job's process for good: asked first, then killed, and never a process that is not the job's."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable
from pathlib import Path

from recengine.errors import StoreError
from recengine.jobs.alive import holder, is_alive

SECONDS_TO_START = 10.0
"""In which a new process says who it is, or is gone."""
SECONDS_TO_TIDY = 1.0
"""Between asking a process to stop and killing it."""
SECONDS_TO_DIE = 5.0
_PAUSE_SECONDS = 0.02


def stop(folder: Path) -> None:
    """End the process of the job in `folder` and all that it started; return when their memory is free.

    Raises `StoreError` when that is not possible from here.
    """
    _wait(lambda: not is_alive(folder) or holder(folder) is not None, SECONDS_TO_START)
    for sign, seconds in ((signal.SIGTERM, SECONDS_TO_TIDY), (signal.SIGKILL, SECONDS_TO_DIE)):
        _signal(folder, sign)
        # the kernel frees a process's memory before its locks
        if _wait(lambda: not is_alive(folder), seconds):
            return
    raise StoreError(f"{folder.name}: its process does not end. End process {holder(folder)} by hand.")


def _signal(folder: Path, sign: signal.Signals) -> None:
    process = holder(folder)
    # the id is the job's as long as the lock is held; it is asked last, right before the signal
    if process is None or not is_alive(folder):
        return
    try:
        if os.getpgid(process) == process:
            os.killpg(process, sign)
        else:
            os.kill(process, sign)
    except ProcessLookupError:
        return
    except PermissionError as error:
        raise StoreError(f"{folder.name}: another user's job. Ask them to cancel it.") from error


def _wait(over: Callable[[], bool], seconds: float) -> bool:
    end = time.monotonic() + seconds
    while not over():
        if time.monotonic() > end:
            return False
        time.sleep(_PAUSE_SECONDS)
    return True
