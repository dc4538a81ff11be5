"""What the command line writes: JSON or text on stdout, progress on stderr."""

from __future__ import annotations

import codecs
import json
import math
import os
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from typing import Any

import numpy as np

from recengine.cli.terminal import harmless
from recengine.errors import StoreError
from recengine.progress import Progress, silent
from recengine.reports.text import shorten
from recengine.versions import versions

SECONDS_BETWEEN_LINES = 1.0
MAX_CELL = 80
"""Characters of the longest cell of a table."""
_LISTENER: ContextVar[Progress] = ContextVar("listener", default=silent)
"""Who hears of a verb's progress beside the terminal."""


def emit(document: Mapping[str, Any], *, as_json: bool, text: Callable[[], str], device: str) -> None:
    """Print `document` with device and versions as JSON, or `text()` for people.

    Raises `StoreError` where standard output takes nothing, `BrokenPipeError` where its reader went away.
    """
    if as_json:
        whole = {**document, "device": device, "versions": versions()}
        # what the terminal cannot write is escaped as JSON does it
        unicode = sys.stdout is not None and codecs.lookup(sys.stdout.encoding or "ascii").name == "utf-8"
        _print(json.dumps(plain(whole), ensure_ascii=not unicode, indent=2, allow_nan=False))
    else:
        _print(harmless(text().rstrip("\n")))


def _print(text: str) -> None:
    if sys.stdout is None:
        raise StoreError("stdout: is closed, so there is no place for the answer. Leave it open, or send it to a file.")
    encoding = sys.stdout.encoding or "utf-8"
    try:
        sys.stdout.write(text.encode(encoding, "backslashreplace").decode(encoding) + "\n")
        sys.stdout.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        mute()
        raise StoreError(f"stdout: cannot be written ({error.strerror}). Send the answer elsewhere.") from error


def mute() -> None:
    """Send what standard output still holds nowhere; else Python would complain once more when it flushes at exit."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def plain(value: Any) -> Any:
    """JSON values only: NaN and infinities become null, NumPy numbers Python ones."""
    if isinstance(value, Mapping):
        return {str(key): plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [plain(inner) for inner in value]
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value


def table(header: list[str], rows: list[list[str]], *, words: int = 1, longest: int = MAX_CELL) -> str:
    """Columns padded to their widest cell, two spaces between; those after the first `words` are right-aligned.

    Each cell is on one line, without control characters, which a terminal would obey, and cut at `longest`.
    """
    lines = [[shorten(cell, longest) for cell in line] for line in [header, *rows]]
    widths = [max(len(line[column]) for line in lines) for column in range(len(header))]
    return "\n".join(
        "  ".join(
            cell.ljust(width) if column < words else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(line, widths, strict=True))
        ).rstrip()
        for line in lines
    )


@contextmanager
def also_told(listener: Progress) -> Iterator[None]:
    """Inside, what `progress_lines` gives tells `listener` too."""
    token = _LISTENER.set(listener)
    try:
        yield
    finally:
        _LISTENER.reset(token)


def progress_lines() -> Progress:
    """A `Progress` on stderr: one line that moves on a terminal, else at most a line a second.

    Where stderr takes nothing, as on a full disk, the work goes on without it.
    """
    terminal = sys.stderr.isatty()
    listener = _LISTENER.get()
    said = 0.0

    def report(share: float, text: str) -> None:
        nonlocal said
        listener(share, text)
        with suppress(OSError):
            if terminal:
                sys.stderr.write(f"\r\x1b[2K[{share:4.0%}] {text}" + ("\n" if share >= 1 else ""))
            elif share >= 1 or time.monotonic() - said >= SECONDS_BETWEEN_LINES:
                said = time.monotonic()
                sys.stderr.write(f"[{share:4.0%}] {text}\n")
            sys.stderr.flush()

    return report
