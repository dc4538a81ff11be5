"""What the command line writes: JSON or text on stdout, progress on stderr."""

from __future__ import annotations

import json
import math
import sys
import time
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from recengine.progress import Progress
from recengine.versions import versions

SECONDS_BETWEEN_LINES = 1.0


def emit(document: Mapping[str, Any], *, as_json: bool, text: Callable[[], str], device: str) -> None:
    """Print `document` with device and versions as JSON, or `text()` for people."""
    if as_json:
        whole = {**document, "device": device, "versions": versions()}
        sys.stdout.write(json.dumps(plain(whole), ensure_ascii=False, indent=2, allow_nan=False) + "\n")
    else:
        sys.stdout.write(text().rstrip("\n") + "\n")


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


def table(header: list[str], rows: list[list[str]]) -> str:
    """Columns padded to their widest cell, two spaces between; cells after the first are right-aligned."""
    lines = [header, *rows]
    widths = [max(len(line[column]) for line in lines) for column in range(len(header))]
    return "\n".join(
        "  ".join(
            cell.ljust(width) if column == 0 else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(line, widths, strict=True))
        ).rstrip()
        for line in lines
    )


def progress_lines() -> Progress:
    """A `Progress` on stderr: one line that moves on a terminal, else at most a line a second."""
    terminal = sys.stderr.isatty()
    said = 0.0

    def report(share: float, text: str) -> None:
        nonlocal said
        if terminal:
            sys.stderr.write(f"\r\x1b[2K[{share:4.0%}] {text}" + ("\n" if share >= 1 else ""))
        elif share >= 1 or time.monotonic() - said >= SECONDS_BETWEEN_LINES:
            sys.stderr.write(f"[{share:4.0%}] {text}\n")
            said = time.monotonic()
        sys.stderr.flush()

    return report
