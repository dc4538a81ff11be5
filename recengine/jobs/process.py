"""In the job's own process: wait for its turn, tell how far it is, say how it ended."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType
from typing import Literal, TypeAlias

from recengine.errors import StoreError
from recengine.jobs.alive import living
from recengine.jobs.files import CANCEL, PROGRESS, WHAT, write_json, write_outcome
from recengine.jobs.queue import turn
from recengine.jobs.remaining import thinned
from recengine.progress import Progress

SECONDS_BETWEEN_WRITES = 0.25
MAX_TEXT = 200


@dataclass(frozen=True)
class Ending:
    """How a job's work ended. error: one line, of a failure."""

    state: Literal["done", "failed", "cancelled"]
    error: str | None = None


Work: TypeAlias = Callable[[Progress], Ending]
"""The work of a job; it is called when its turn has come. KeyboardInterrupt means that it was asked to stop."""


def attend(folder: Path, work: Work) -> Ending:
    """Do the work of the job in `folder` as its process, and write there how it goes and how it ended.

    SIGTERM stops it as Ctrl-C does. Raises `StoreError` where `folder` is no folder of a job, or its process lives
    already, or nothing can be written there.
    """
    if not (folder / WHAT).is_file():
        raise StoreError(f"--progress: {folder} is no folder of a job, it has no {WHAT}. Submit a job.")
    with living(folder), _stoppable():
        try:
            ending = _in_turn(folder, work)
        except KeyboardInterrupt:
            ending = Ending("cancelled")
        signal.signal(signal.SIGTERM, signal.SIG_IGN)  # what is done now stays done
        outcome = {"state": ending.state, "error": ending.error, "ended": _now()}
        try:
            write_outcome(folder, outcome)
        except OSError as error:
            raise StoreError(f"{folder}: the outcome cannot be written ({error.strerror}). Free space.") from error
    return ending


def _in_turn(folder: Path, work: Work) -> Ending:
    with ExitStack() as stack:
        try:
            if (folder / CANCEL).exists():  # before there was a process to stop
                return Ending("cancelled")
            stack.enter_context(turn(folder))
        except StoreError as error:
            return Ending("failed", str(error))
        teller = _Teller(folder)
        stack.callback(teller.catch_up)
        return work(teller)


class _Teller:
    """A `Progress` that writes to the job's folder, at most `SECONDS_BETWEEN_WRITES` apart and never long late.

    What comes too soon after the last write is written by a timer: after it the work may be silent for minutes.
    """

    def __init__(self, folder: Path) -> None:
        self._path = folder / PROGRESS
        self._began, self._started = time.monotonic(), _now()
        self._history: list[tuple[float, float]] = []
        self._lock = threading.Lock()
        self._wrote = self._began
        self._waiting: tuple[float, str] | None = None
        self._timer: threading.Timer | None = None
        self._write(0.0, "Starting")

    def __call__(self, share: float, text: str) -> None:
        with self._lock:
            since = time.monotonic() - self._wrote
            self._waiting = min(max(share, 0.0), 1.0), text
            if self._timer is not None:
                return
            if since >= SECONDS_BETWEEN_WRITES:
                self._write_waiting()
                return
            timer = threading.Timer(SECONDS_BETWEEN_WRITES - since, self.catch_up)
            timer.daemon = True
            with suppress(RuntimeError):  # no thread to be had: the next report is written
                timer.start()
                self._timer = timer

    def catch_up(self) -> None:
        """Write what waits to be written."""
        with self._lock:
            self._timer = None
            self._write_waiting()

    def _write_waiting(self) -> None:
        if self._waiting is not None:
            (share, text), self._waiting = self._waiting, None
            self._write(share, text)

    def _write(self, share: float, text: str) -> None:
        self._wrote = time.monotonic()
        self._history = thinned([*self._history, (round(self._wrote - self._began, 3), round(share, 5))])
        with suppress(OSError):  # a full disk must not end work that may still succeed
            write_json(
                self._path,
                {
                    "share": share,
                    "text": " ".join(text.split())[:MAX_TEXT],
                    "started": self._started,
                    "when": _now(),
                    "history": self._history,
                },
                lasting=False,
            )


@contextmanager
def _stoppable() -> Iterator[None]:
    def interrupt(number: int, frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _now() -> str:
    return datetime.now(UTC).isoformat()
