"""A text that must not be shown, and messages that others wrote with it struck out."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

HIDDEN = "•••"
# a shorter one is struck out only where it stands alone: the password "a" is not every a of a message
_LONG = 4


class Secret:
    """Shows itself as `•••` wherever it is printed, formatted or logged; no attribute tells it."""

    __slots__ = ("_told",)

    _told: Callable[[], str]

    def __init__(self, text: str) -> None:
        def told() -> str:
            return text

        # in a closure, so that no listing of attributes tells it
        self._told = told

    def reveal(self) -> str:
        """The text, for the driver alone."""
        return self._told()

    def __eq__(self, other: object) -> bool:
        """Whether both hold the same text."""
        return isinstance(other, Secret) and self.reveal() == other.reveal()

    def __hash__(self) -> int:
        """Of the text."""
        return hash(self.reveal())

    def __repr__(self) -> str:
        """`•••`."""
        return HIDDEN

    def __reduce__(self) -> str:
        """Refuse to be copied into a file."""
        raise TypeError("a secret is not stored")


def without(message: str, secrets: Iterable[str]) -> str:
    """`message` on one line, what cannot be printed left out, every one of `secrets` as `•••`."""
    for secret in sorted(filter(None, secrets), key=len, reverse=True):
        pattern = re.escape(secret) if len(secret) >= _LONG else rf"(?<!\w){re.escape(secret)}(?!\w)"
        message = re.sub(pattern, HIDDEN, message)
    return " ".join("".join(mark if mark.isprintable() else " " for mark in message).split())
