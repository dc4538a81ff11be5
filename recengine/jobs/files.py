"""The files of a job, and small JSON documents that are replaced whole."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

WHAT = "job.json"
PROGRESS = "progress.json"
OUTCOME = "outcome.json"
CANCEL = "cancel"
"""Says that somebody asked the job to stop; so it counts as cancelled even when it had to be killed."""
LOG = "log.txt"
ALIVE = "alive.lock"
SPARE = "spare"
"""Room on the disk that is given up for the outcome when the disk is full."""
SPARE_BYTES = 8192
MAX_BYTES = 1_000_000


def write_json(path: Path, document: Mapping[str, Any], *, lasting: bool = True) -> None:
    """Replace `path` whole: a reader sees the old document or the new one. One writer a file.

    lasting: on the disk before it returns, also through a power cut. Raises `OSError`; the old document then stays.
    """
    temporary = path.with_name(f".{path.name}.new")
    try:
        with temporary.open("wb") as file:
            file.write(json.dumps(document, ensure_ascii=False, allow_nan=False).encode() + b"\n")
            if lasting:
                file.flush()
                os.fsync(file.fileno())
        temporary.replace(path)
    except OSError:
        with suppress(OSError):
            temporary.unlink()
        raise


def read_json(path: Path) -> dict[str, Any] | None:
    """The JSON object at `path`; None when there is no file. Raises `ValueError` where it is something else."""
    try:
        with path.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise ValueError(f"{path.name} cannot be read ({error.strerror})") from error
    if len(content) > MAX_BYTES:
        raise ValueError(f"{path.name} is larger than {MAX_BYTES:,} bytes")
    try:
        document = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise ValueError(f"{path.name} is not JSON") from error
    if not isinstance(document, dict):
        raise ValueError(f"{path.name} is no JSON object")
    return document


def write_outcome(folder: Path, outcome: Mapping[str, Any]) -> None:
    """Write how the job ended, giving up the spare room when the disk is full. Raises `OSError`."""
    try:
        write_json(folder / OUTCOME, outcome)
    except OSError:
        (folder / SPARE).unlink(missing_ok=True)
        write_json(folder / OUTCOME, outcome)
