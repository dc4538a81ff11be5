"""Work on a database in a thread of its own, so that time, a wish to stop and a dead line end it for who waits."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import suppress
from typing import Generic, TypeVar

from recengine.errors import DataError
from recengine.progress import Cancel, never, stop_if_asked

T = TypeVar("T")

_LOOK = 0.1
"""Seconds between two looks at the clock and at `cancel`."""
_GRACE = 3.0
"""Seconds that the database gets to stop by itself; after that its thread is left to its fate."""
_AHEAD = 2
"""Results that may wait to be taken, so that memory is bounded."""


class _End(Generic[T]):
    """What the thread hands over last."""

    def __init__(self, error: BaseException | None) -> None:
        self.error = error


def pumped(
    work: Callable[[], Iterator[T]], stop: Callable[[], None], seconds: float, cancel: Cancel = never
) -> Generator[T, None, None]:
    """What `work()` yields, made in another thread.

    After `seconds`, when `cancel` asks for it, and when the iterator is closed early, `stop` is called until the
    thread ends. Raises `DataError` for too long a time, `CancelledError`, and whatever `work` raises.
    """
    handed: queue.Queue[T | _End[T]] = queue.Queue(maxsize=_AHEAD)
    left = threading.Event()

    def put(thing: T | _End[T]) -> bool:
        while not left.is_set():
            try:
                handed.put(thing, timeout=_LOOK)
            except queue.Full:
                continue
            return True
        return False

    def run() -> None:
        error: BaseException | None = None
        try:
            made = work()
            try:
                for thing in made:
                    if not put(thing):
                        break
            finally:
                close = getattr(made, "close", None)
                if close is not None:
                    close()
        except BaseException as raised:
            error = raised
        put(_End(error))

    thread = threading.Thread(target=run, name="database", daemon=True)
    thread.start()
    deadline = time.monotonic() + seconds
    try:
        while True:
            stop_if_asked(cancel)
            if time.monotonic() > deadline:
                raise DataError(
                    f"SQL statement: ran for more than {seconds:g} seconds and was stopped. "
                    "Select less, or allow more time."
                )
            try:
                thing = handed.get(timeout=_LOOK)
            except queue.Empty:
                continue
            if isinstance(thing, _End):
                if thing.error is not None:
                    raise thing.error
                return
            yield thing
    finally:
        left.set()
        patience = time.monotonic() + _GRACE
        while thread.is_alive() and time.monotonic() < patience:
            with suppress(Exception):
                stop()
            thread.join(_LOOK)
