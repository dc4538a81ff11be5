"""The time of a fit, with that of the process that began it, where it went on after a stop."""

from __future__ import annotations

import time
from contextvars import ContextVar, Token
from types import TracebackType


class Stopwatch:
    """`seconds` from entering to leaving, and what fits inside say was spent on them before."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self._earlier = 0.0
        self._started = 0.0
        self._token: Token[Stopwatch | None] | None = None

    def __enter__(self) -> Stopwatch:
        """Started."""
        self._token = _RUNNING.set(self)
        self._started = time.perf_counter()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stopped."""
        self.seconds = time.perf_counter() - self._started + self._earlier
        if self._token is not None:
            _RUNNING.reset(self._token)

    def add(self, seconds: float) -> None:
        """Spent before, by another process perhaps."""
        self._earlier += seconds


_RUNNING: ContextVar[Stopwatch | None] = ContextVar("_RUNNING", default=None)


def spent_before(seconds: float) -> None:
    """Tell the stopwatch around this fit, if there is one, what was learnt of it before."""
    if (watch := _RUNNING.get()) is not None:
        watch.add(seconds)
