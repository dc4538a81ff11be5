"""What a job is doing, in words. No Streamlit here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime

from recengine.jobs import Job, JobState
from recengine.reports.text import one_line
from recengine.reports.words import share

STATES: Mapping[JobState, tuple[str, str, str]] = {
    "queued": ("Waiting", ":material/hourglass_empty:", "gray"),
    "running": ("Running", ":material/progress_activity:", "violet"),
    "done": ("Done", ":material/check_circle:", "green"),
    "failed": ("Failed", ":material/error:", "red"),
    "cancelled": ("Cancelled", ":material/cancel:", "gray"),
    "dead": ("Died", ":material/heart_broken:", "red"),
}
"""Word, icon and colour of each state."""
ASKS = ("Asks before it sends", ":material/outgoing_mail:", "orange")
"""The same of a job that ended since nobody had agreed to what it would send."""
CANCELLED = "It was cancelled. What was stored before is unchanged."
SILENT = "It did not say why; the log may tell."


def duration(seconds: float) -> str:
    """A time in the two largest units that say something: "0.4 s", "12 s", "3 min 5 s", "2 h 10 min"."""
    if seconds < 0.1:
        return "less than 0.1 s"
    if seconds < 1:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s" if whole % 60 else f"{whole // 60} min"
    whole = round(seconds / 60)
    return f"{whole // 60:,} h {whole % 60} min" if whole % 60 else f"{whole // 60:,} h"


def left(seconds: float) -> str:
    """What remains, as far as that can be said."""
    return "a moment left" if seconds < 1 else f"about {duration(seconds)} left"


def progress(job: Job) -> str:
    """What stands at the progress bar."""
    if job.state == "queued":
        return "Waiting for the job before it"
    return f"{share(job.share, 0)} · {one_line(job.text)}" if job.text else share(job.share, 0)


def times(job: Job, now: datetime) -> str:
    """How long it has run and what remains, or how long it took and when it ended."""
    if job.state == "queued":
        return f"submitted {ago(job.submitted, now)}"
    if job.state == "running":
        elapsed = f"running for {duration((now - (job.started or job.submitted)).total_seconds())}"
        return elapsed if job.remaining is None else f"{elapsed} · {left(job.remaining)}"
    if job.ended is None:
        return f"submitted {ago(job.submitted, now)}"
    ended = f"ended {ago(job.ended, now)}"
    return f"took {duration((job.ended - job.started).total_seconds())} · {ended}" if job.started else ended


def reason(job: Job) -> str:
    """Why a job has ended without what it was for; empty for one that has not."""
    if job.state == "cancelled":
        return CANCELLED
    return one_line(job.error or SILENT) if job.state in ("failed", "dead") else ""


def ago(then: datetime, now: datetime) -> str:
    """ "just now", "5 min ago", "3 h ago", else the day."""
    seconds = (now - then).total_seconds()
    if seconds < 60:
        return "just now"
    if seconds < 3600:
        return f"{int(seconds // 60)} min ago"
    if seconds < 86400:
        return f"{int(seconds // 3600)} h ago"
    return f"on {then.astimezone(UTC):%Y-%m-%d}"


def summary(jobs: Iterable[Job]) -> str:
    """One line on what is going on: "1 job running: Fit shop, 43 %, 12 s left"; empty where nothing is."""
    active = [job for job in jobs if not job.is_over]
    running = [job for job in active if job.state == "running"]
    waiting = len(active) - len(running)
    if not active:
        return ""
    if not running:
        return f"{_count(waiting, 'job')} waiting"
    said = f"{_count(len(running), 'job')} running: {_brief(running)}"
    return f"{said}; {waiting} waiting" if waiting else said


def find(jobs: Iterable[Job], verb: str, arguments: Sequence[str]) -> Job | None:
    """The latest job of exactly this command; `jobs` newest first."""
    return next((job for job in jobs if job.verb == verb and job.arguments == tuple(arguments)), None)


def _brief(running: Sequence[Job]) -> str:
    job = running[-1]  # the one that started first
    remaining = "" if job.remaining is None else f", {left(job.remaining)}"
    return f"{one_line(job.title)}, {share(job.share, 0)}{remaining}"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
