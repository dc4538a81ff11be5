"""A job: one command of the program, run in a process of its own, as its files on disk tell it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

JobState = Literal["queued", "running", "done", "failed", "cancelled", "dead"]
ENDED: frozenset[JobState] = frozenset({"done", "failed", "cancelled", "dead"})


@dataclass(frozen=True)
class Job:
    """A job at one moment.

    id: unique, later ones sort behind. verb, arguments: what runs, `python -m recengine VERB ARGUMENTS`. title: for
    people. subject: what it works on, such as the name of a dataset; empty for nothing. share: done, in [0, 1].
    text: what it is doing, in plain words. remaining: seconds until the end, an estimate; None where nothing can be
    said. error: why it failed, one line. dead: its process went away without a word.
    """

    id: str
    verb: str
    arguments: tuple[str, ...]
    title: str
    subject: str
    state: JobState
    share: float
    text: str
    submitted: datetime
    started: datetime | None = None
    ended: datetime | None = None
    remaining: float | None = None
    error: str | None = None

    @property
    def is_over(self) -> bool:
        """Whether it will never run again by itself."""
        return self.state in ENDED
