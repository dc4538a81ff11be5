"""Where bytes come from: a file on disk or what was handed in."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import IO


@dataclass(frozen=True)
class Source:
    """name: how messages call it. open: its bytes from the start, as stored; the caller closes.

    path: where it lies on disk, for readers that map files into memory; None for what is only in memory.
    """

    name: str
    open: Callable[[], IO[bytes]]
    path: Path | None = None

    @classmethod
    def file(cls, path: Path) -> Source:
        """A file on disk."""
        return cls(path.name, lambda: path.open("rb"), path)

    @classmethod
    def memory(cls, name: str, content: bytes) -> Source:
        """Bytes at hand."""
        return cls(name, lambda: io.BytesIO(content))
