"""When a job will be done, guessed from how its share grew."""

from __future__ import annotations

from collections.abc import Sequence

LEAST_SECONDS = 2.0
LEAST_SHARE = 0.02
MAX_POINTS = 64


def remaining_seconds(history: Sequence[tuple[float, float]], elapsed: float) -> float | None:
    """Seconds until share 1 at the pace of the later half of the time so far; None when it is too early to say.

    history: (seconds since the start, share) as reported, both growing. elapsed: seconds since the start, now.
    Only the later half counts, since what was stored before is done at once; time without a report counts too, so that
    a job that stands still is given longer and longer.
    """
    if elapsed < LEAST_SECONDS or not history:
        return None
    last = history[-1][1]
    if last >= 1:
        return 0.0
    middle = elapsed / 2
    before = _share_at(history, middle)
    gained, spent = last - before, elapsed - middle
    if gained < LEAST_SHARE:
        # one long step without a report: the pace of the whole
        gained, spent = last, elapsed
    if gained < LEAST_SHARE:
        return None
    return (1 - last) * spent / gained


def _share_at(history: Sequence[tuple[float, float]], moment: float) -> float:
    """The share at `moment`, on the line between the reports around it."""
    earlier, share = 0.0, 0.0
    for seconds, reached in history:
        if seconds > moment:
            return share + (reached - share) * (moment - earlier) / (seconds - earlier)
        earlier, share = seconds, reached
    return share


def thinned(history: list[tuple[float, float]]) -> list[tuple[float, float]]:
    """At most `MAX_POINTS` of them, the first and the last among these, evenly taken."""
    if len(history) <= MAX_POINTS:
        return history
    return [*history[:-1:2], history[-1]]
