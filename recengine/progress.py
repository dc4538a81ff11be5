"""How long work reports where it is and learns that it should stop."""

from collections.abc import Callable
from typing import TypeAlias

from recengine.errors import CancelledError

Progress: TypeAlias = Callable[[float, str], None]
"""Called with the share done in [0, 1] and a short text in plain words."""
Cancel: TypeAlias = Callable[[], bool]
"""Called between steps; True asks the work to stop."""


def silent(share: float, text: str) -> None:
    """A `Progress` that says nothing."""


def never() -> bool:
    """A `Cancel` that never asks to stop."""
    return False


def within(progress: Progress, start: float, end: float) -> Progress:
    """`progress` for a part of the work: 0 to 1 there is `start` to `end` here."""

    def scaled(share: float, text: str) -> None:
        progress(start + (end - start) * share, text)

    return scaled


def named(progress: Progress, name: str) -> Progress:
    """`progress` for the work of one among several, whose `name` stands before each text."""

    def with_name(share: float, text: str) -> None:
        progress(share, f"{name}: {text}")

    return with_name


def stop_if_asked(cancel: Cancel) -> None:
    """Raise `CancelledError` when `cancel` asks for it."""
    if cancel():
        raise CancelledError("Stopped on request. What was stored before is unchanged.")
