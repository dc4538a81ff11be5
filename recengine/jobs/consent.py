"""What a job may send to a language model: what somebody has seen and agreed to, word for word, and nothing else.

A job that would send anything else ends, and leaves in its folder what it would have sent, to be shown and agreed to.
"""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path

from recengine.errors import StoreError
from recengine.jobs.files import read_json, write_json
from recengine.outgoing import Listener, Outgoing, refused

ASKED = "asked.json"
"""In the folder of a job."""
AGREED = "agreed"
"""Beside the folders of jobs: an empty file for the key of each that was agreed to."""
MAX_EXAMPLE = 100_000
"""Characters of a message that are shown."""
_KEY = re.compile(r"[0-9a-f]{64}")


def ask_first(folder: Path) -> Listener:
    """For the job in `folder`: what was not agreed to is kept there, and refused."""

    def hear(outgoing: Outgoing) -> None:
        if not outgoing.messages or _has_agreed(folder.parent, outgoing.key):
            return
        shown = asdict(outgoing) | {"example": outgoing.example[:MAX_EXAMPLE]}
        with suppress(OSError):  # it is refused all the same
            write_json(folder / ASKED, shown)
        raise refused(outgoing, "Look at it beside this job, on the Models page under Jobs, and agree there.")

    return hear


def read_asked(folder: Path) -> Outgoing | None:
    """What the job in `folder` asks for; None for nothing, what was agreed to since, or what cannot be read."""
    try:
        found = read_json(folder / ASKED)
        if found is None or not _KEY.fullmatch(str(found["key"])) or _has_agreed(folder.parent, found["key"]):
            return None
        lines = tuple(str(line) for line in found["lines"])
        return Outgoing(found["key"], int(found["messages"]), str(found["said"]), lines, str(found["example"]))
    except (KeyError, TypeError, ValueError):
        return None


def agree(jobs: Path, key: str) -> None:
    """From now on jobs in the folder `jobs` may send what has this key. Raises `StoreError`."""
    if not _KEY.fullmatch(key):
        raise StoreError(f"agreed: {key[:80]!r} is no key of what is sent. Look at it again.")
    try:
        (jobs / AGREED).mkdir(parents=True, exist_ok=True)
        (jobs / AGREED / key).touch()
    except OSError as error:
        raise StoreError(
            f"{jobs / AGREED}: cannot be written ({error.strerror}). Make the workspace writable."
        ) from error


def _has_agreed(jobs: Path, key: str) -> bool:
    return (jobs / AGREED / key).is_file()
