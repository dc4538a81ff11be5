"""Where bytes come from: a file on disk or what was handed in."""

from __future__ import annotations

import io
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from recengine.errors import DataError


@dataclass(frozen=True)
class Source:
    """name: how messages call it. open: its bytes from the start, as stored; the caller closes.

    path: where it lies on disk; None for what is only in memory.
    """

    name: str
    open: Callable[[], IO[bytes]]
    path: Path | None = None

    @classmethod
    def file(cls, path: Path) -> Source:
        """A file on disk."""
        return cls(one_line(path.name), lambda: path.open("rb"), path)

    @classmethod
    def memory(cls, name: str, content: bytes) -> Source:
        """Bytes at hand."""
        return cls(one_line(name), lambda: io.BytesIO(content))


@contextmanager
def opened(source: Source) -> Iterator[IO[bytes]]:
    """The bytes of `source`. Raises `DataError` where it cannot be opened or is no file.

    A pipe or a device is never opened: it would be waited for, or read, for ever.
    """
    try:
        if source.path is not None:
            mode = source.path.stat().st_mode
            if stat.S_ISDIR(mode):
                raise DataError(f"{source.name}: cannot be read (Is a directory). Choose a file in it.")
            if not stat.S_ISREG(mode):
                raise DataError(f"{source.name}: cannot be read (a pipe or a device). Choose a file.")
        stream = source.open()
    except (OSError, ValueError) as error:
        raise unreadable(source.name, error) from None
    with stream:
        yield stream


@contextmanager
def unchanged(source: Source) -> Iterator[None]:
    """Raises `DataError` at the end where the file on disk was written to meanwhile: what was read is then a mixture.

    A file that is gone by then was read whole, from what was opened.
    """
    before = _state(source)
    try:
        yield
    except DataError:
        if _is_other(before, _state(source)):
            raise DataError(_changed(source)) from None
        raise
    if _is_other(before, _state(source)):
        raise DataError(_changed(source))


def unreadable(name: str, error: Exception) -> DataError:
    """What to say where the operating system gives no bytes."""
    reason = (error.strerror if isinstance(error, OSError) else None) or type(error).__name__
    return DataError(f"{name}: cannot be read ({reason}). Check the path and its permissions.")


def one_line(text: str) -> str:
    """`text`, a name that came from outside, without line breaks and other characters that no line can show."""
    shown = "".join(character if character.isprintable() else "\N{REPLACEMENT CHARACTER}" for character in text)
    return shown if len(shown) <= 120 else f"{shown[:80]}…{shown[-39:]}"


def _state(source: Source) -> tuple[int, int, int] | None:
    if source.path is None:
        return None
    try:
        found = source.path.stat()
    except (OSError, ValueError):
        return None
    return found.st_size, found.st_mtime_ns, found.st_ino


def _is_other(before: tuple[int, int, int] | None, after: tuple[int, int, int] | None) -> bool:
    return before is not None and after is not None and before != after


def _changed(source: Source) -> str:
    return f"{source.name}: the file was written to while it was read. Try again when it is complete."
