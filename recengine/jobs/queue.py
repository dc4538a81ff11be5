"""One job at a time on a machine, first come first served, for all workspaces of a user.

A waiting or running job has a ticket: a file whose name sorts by submission and which names the job's folder. A ticket
counts while that job's process lives, so that nobody has to tidy up after a killed one.
"""

from __future__ import annotations

import os
import stat
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from recengine.errors import StoreError
from recengine.jobs.alive import is_alive, take

VARIABLE = "RECENGINE_QUEUE"
SECONDS_BETWEEN_LOOKS = 0.25
_TURN = "turn.lock"
_SUFFIX = ".ticket"


def queue_folder() -> Path:
    """The folder that RECENGINE_QUEUE names, else one of this user's own among the machine's temporary files.

    It is made where it is missing. Raises `StoreError` where it cannot be, or where it could be another user's.
    """
    folder = Path(os.environ.get(VARIABLE) or Path(tempfile.gettempdir()) / f"recengine-{os.getuid()}")
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        facts = folder.lstat()
    except OSError as error:
        raise StoreError(
            f"{folder}: the queue of jobs cannot be made ({error.strerror}). Name another folder with {VARIABLE}."
        ) from error
    # among the temporary files anybody may have put something in its place
    if not stat.S_ISDIR(facts.st_mode) or facts.st_uid != os.getuid() or facts.st_mode & 0o022:
        raise StoreError(
            f"{folder}: must be a folder that only you can write to, to queue jobs there. "
            f"Name another folder with {VARIABLE}."
        )
    return folder


def enter(job: Path) -> None:
    """Queue the job in the folder `job`, whose process holds its lock. Raises `StoreError`."""
    folder = queue_folder()
    ticket = folder / f"{job.name}{_SUFFIX}"
    temporary = folder / f".{ticket.name}"
    try:
        temporary.write_bytes(os.fsencode(job.absolute()))
        temporary.replace(ticket)
    except OSError as error:
        raise StoreError(f"{folder}: cannot be written ({error.strerror}). Free space there.") from error


def leave(job: Path) -> None:
    """Take the job out of the queue; nothing happens where it is not in it."""
    with suppress(OSError, StoreError):
        (queue_folder() / f"{job.name}{_SUFFIX}").unlink()


@contextmanager
def turn(job: Path) -> Iterator[None]:
    """Wait until no other job is ahead or running; inside, none runs. Raises `StoreError`."""
    folder = queue_folder()
    enter(job)
    handle = None
    try:
        while handle is None:
            try:
                if not any(_waits(ticket) for ticket in _tickets(folder) if ticket.stem < job.name):
                    # two may see nobody ahead, as when a ticket came late
                    handle = take(folder / _TURN)
            except OSError as error:
                raise StoreError(
                    f"{folder}: jobs cannot be queued there ({error.strerror}). Name another folder with {VARIABLE}."
                ) from error
            if handle is None:
                time.sleep(SECONDS_BETWEEN_LOOKS)
        yield
    finally:
        leave(job)
        if handle is not None:
            os.close(handle)


def _tickets(folder: Path) -> list[Path]:
    return sorted(path for path in folder.iterdir() if path.suffix == _SUFFIX and not path.name.startswith("."))


def _waits(ticket: Path) -> bool:
    """Whether the ticket's job lives. The ticket of one that does not is removed."""
    try:
        if is_alive(Path(os.fsdecode(ticket.read_bytes()))):
            return True
        ticket.unlink()
    except OSError:
        return False
    return False
