"""What is about to leave this machine: told, before it does, to whoever listens."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TypeAlias

Listener: TypeAlias = Callable[[Sequence[str]], None]
"""Called with a few lines of plain words."""


def _nobody(lines: Sequence[str]) -> None:
    """Nobody listens."""


_LISTENER: ContextVar[Listener] = ContextVar("outgoing", default=_nobody)


def tell(lines: Sequence[str]) -> None:
    """Say what will be sent; called before it is."""
    _LISTENER.get()(lines)


@contextmanager
def told_to(listener: Listener) -> Iterator[None]:
    """Inside, in this thread, `listener` hears of it."""
    token = _LISTENER.set(listener)
    try:
        yield
    finally:
        _LISTENER.reset(token)
