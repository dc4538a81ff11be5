"""Ending a job's process for good: asked first, then killed, and never a process that is not the job's."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import psutil

from recengine.errors import StoreError
from recengine.jobs.alive import holder, is_alive

SECONDS_TO_START = 10.0
"""In which a new process says who it is, or is gone."""
SECONDS_TO_TIDY = 1.0
"""Between asking a process to stop and killing it."""
SECONDS_TO_DIE = 10.0
_PAUSE_SECONDS = 0.02


def stop(folder: Path) -> None:
    """End the process of the job in `folder` and all that it started; return when their memory is free.

    Raises `StoreError` when that is not possible from here.
    """
    _wait(lambda: not is_alive(folder) or holder(folder) is not None, SECONDS_TO_START)
    process = _process(folder)
    if process is None:
        return
    family = [process, *_children(process)]
    try:
        _ask(process)
        # it frees the lock when it has said how it ended; what Python still tidies up then may take seconds
        _wait(lambda: not is_alive(folder), SECONDS_TO_TIDY)
        family += [child for child in _children(process) if child not in family]
        for member in family:
            with suppress(psutil.NoSuchProcess):
                member.kill()
    except (psutil.AccessDenied, PermissionError) as error:
        raise StoreError(f"{folder.name}: another user's job. Ask them to cancel it.") from error
    if not _wait(lambda: all(_is_gone(member) for member in family), SECONDS_TO_DIE):
        raise StoreError(f"{folder.name}: its process does not end. End process {process.pid} by hand.")


def _process(folder: Path) -> psutil.Process | None:
    """The job's process while it lives. What is done with it is done to no later process with the same id."""
    pid = holder(folder) if is_alive(folder) else None
    if pid is None:
        return None
    try:
        process = psutil.Process(pid)
    except psutil.NoSuchProcess:
        return None
    # asked once more: as the lock is still held, its holder was still there when the process was looked up
    return process if is_alive(folder) else None


def _ask(process: psutil.Process) -> None:
    with suppress(psutil.NoSuchProcess, ProcessLookupError):
        if os.getpgid(process.pid) == process.pid:
            os.killpg(process.pid, signal.SIGTERM)
        else:
            process.terminate()


def _children(process: psutil.Process) -> list[psutil.Process]:
    try:
        return process.children(recursive=True)
    except psutil.NoSuchProcess:
        return []


def _is_gone(process: psutil.Process) -> bool:
    try:
        # one whose parent has not yet asked how it ended has no memory any more
        return not process.is_running() or process.status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def _wait(over: Callable[[], bool], seconds: float) -> bool:
    end = time.monotonic() + seconds
    while not over():
        if time.monotonic() > end:
            return False
        time.sleep(_PAUSE_SECONDS)
    return True
