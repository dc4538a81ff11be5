"""What is about to leave this machine: told, before it does, to whoever may allow it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import TypeAlias

from recengine.errors import SendingError


@dataclass(frozen=True)
class Outgoing:
    """Messages of one piece of work.

    key: SHA-256 of every message and of where it goes. messages: that are new; 0 where all were answered before.
    said: how many, about whom and to whom, in a sentence. lines: that and more, for a terminal. example: the first
    message, JSON; empty where there is none.
    """

    key: str
    messages: int
    said: str
    lines: tuple[str, ...]
    example: str


Listener: TypeAlias = Callable[[Outgoing], None]
"""Called with what will be sent; raises `SendingError` where it must not be."""


def refused(outgoing: Outgoing, mend: str) -> SendingError:
    """That nobody has agreed to it. mend: what to do."""
    return SendingError(f"Nobody has agreed to what would be sent, so nothing was: {outgoing.said} {mend}")


def _nobody(outgoing: Outgoing) -> None:
    """Nobody listens, so nobody has seen it."""
    if outgoing.messages:
        raise refused(outgoing, "Listen to it with recengine.outgoing.told_to.")


_LISTENER: ContextVar[Listener] = ContextVar("outgoing", default=_nobody)


def tell(outgoing: Outgoing) -> None:
    """Say what will be sent; called before it is. Raises `SendingError` where it must not be, as where nobody hears."""
    _LISTENER.get()(outgoing)


@contextmanager
def told_to(listener: Listener) -> Iterator[None]:
    """Inside, in this thread, `listener` hears of it."""
    token = _LISTENER.set(listener)
    try:
        yield
    finally:
        _LISTENER.reset(token)
