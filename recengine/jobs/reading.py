"""A job as its files tell it, whatever state they are in."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from recengine.jobs.alive import is_alive
from recengine.jobs.files import ALIVE, CANCEL, OUTCOME, PROGRESS, WHAT, read_json
from recengine.jobs.job import Job, JobState
from recengine.jobs.remaining import remaining_seconds

ID = re.compile(r"[0-9]{8}T[0-9]{12}-[0-9a-f]{8}")
ID_TIME = "%Y%m%dT%H%M%S%f"
DIED = (
    "Its process went away without a word: killed, out of memory, or the machine was restarted. "
    "Start it again; nothing half-written is kept."
)
_OUTCOMES: dict[str, JobState] = {"done": "done", "failed": "failed", "cancelled": "cancelled"}


def read_job(folder: Path) -> Job:
    """The job of a folder whose name is an id. One whose files are damaged is dead, or tells less."""
    submitted = datetime.strptime(folder.name[:21], ID_TIME).replace(tzinfo=UTC)
    try:
        what = read_json(folder / WHAT)
        if what is None:
            raise ValueError(f"{WHAT} is missing")
        verb, title, subject = (_text(what, name) for name in ("verb", "title", "subject"))
        arguments = what.get("arguments")
        if not isinstance(arguments, list) or not all(isinstance(argument, str) for argument in arguments):
            raise ValueError(f"{WHAT} has no arguments")
        return _at_this_moment(folder, verb, tuple(arguments), title, subject, submitted)
    except (ValueError, OSError) as error:
        line = f"{folder}: damaged ({error}). Delete this job."
        return Job(folder.name, "", (), folder.name, "", "dead", 0.0, "", submitted, error=line)


def _at_this_moment(
    folder: Path, verb: str, arguments: tuple[str, ...], title: str, subject: str, submitted: datetime
) -> Job:
    outcome = read_json(folder / OUTCOME)
    alive = outcome is None and is_alive(folder)
    if outcome is None and not alive:
        outcome = read_json(folder / OUTCOME)  # it may have ended between the two looks
    progress = _progress(folder)
    started, share = _time(progress, "started"), _share(progress)
    text = str(progress.get("text", ""))
    ended, remaining, error = None, None, None
    state: JobState
    if outcome is not None:
        state = _OUTCOMES.get(str(outcome.get("state")), "dead")
        ended = _time(outcome, "ended")
        if state == "failed":
            error = " ".join(str(outcome.get("error") or "It failed; the log may tell why.").split())
        elif state == "dead":
            error = f"{folder / OUTCOME}: damaged, it names no state. Start the job again."
        elif state == "done":
            share, text = 1.0, "Done"
    elif alive and started is None:
        state, text = "queued", "Waiting until no other job runs"
    elif alive:
        state = "running"
        if started is not None:
            elapsed = max((datetime.now(UTC) - started).total_seconds(), 0.0)
            remaining = remaining_seconds(_history(progress), elapsed)
    elif (folder / CANCEL).exists():
        state, ended = "cancelled", _changed(folder / CANCEL)
    else:
        state, ended, error = "dead", _last_sign(folder), DIED
    return Job(
        folder.name,
        verb,
        arguments,
        title,
        subject,
        state,
        share,
        text,
        submitted,
        started=started,
        ended=ended,
        remaining=remaining,
        error=error,
    )


def _progress(folder: Path) -> Mapping[str, Any]:
    try:
        return read_json(folder / PROGRESS) or {}
    except ValueError:
        return {}


def _history(progress: Mapping[str, Any]) -> list[tuple[float, float]]:
    try:
        return [(float(seconds), float(share)) for seconds, share in progress.get("history", [])]
    except (TypeError, ValueError):
        return []


def _share(progress: Mapping[str, Any]) -> float:
    share = progress.get("share")
    if not isinstance(share, int | float) or not math.isfinite(share):
        return 0.0
    return min(max(float(share), 0.0), 1.0)


def _text(document: Mapping[str, Any], name: str) -> str:
    value = document.get(name)
    if not isinstance(value, str):
        raise ValueError(f"{WHAT} has no {name}")
    return value


def _time(document: Mapping[str, Any], name: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(str(document.get(name)))
    except ValueError:
        return None
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)


def _changed(path: Path) -> datetime | None:
    try:
        return datetime.fromtimestamp(path.stat().st_mtime, UTC)
    except OSError:
        return None


def _last_sign(folder: Path) -> datetime | None:
    """When the dead job last wrote something."""
    signs = [_changed(folder / name) for name in (PROGRESS, ALIVE, WHAT)]
    return max((sign for sign in signs if sign is not None), default=None)
