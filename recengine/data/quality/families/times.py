"""Times: how many there are, impossible ones, gaps and bursts, and how finely they tell events apart."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import polars as pl

from recengine.data.quality import fixes
from recengine.data.quality.evidence import OLDEST, Evidence
from recengine.data.quality.report import QualityFinding
from recengine.data.quality.timeline import moment_text, run_lengths
from recengine.data.quality.wording import counted, of_all, share_text, verb

MANY_IN_A_SECOND = 10
SHARED_ROWS, SHARED_PART = 100, 0.01
TIED = 0.1
MUCH = 0.1


def time_findings(evidence: Evidence) -> Iterator[QualityFinding]:
    """Everything about times; one finding where there are none."""
    n_rows, n_times = evidence.rows.height, len(evidence.times)
    if not n_times:
        yield QualityFinding(
            name="times",
            severity="note",
            value=0.0,
            unit="share",
            n=n_rows,
            text="No interaction has a time.",
            why="Nothing can be said of order: no split by time, so figures may be brighter than what a running "
            "system would see, and no model of sequences.",
        )
        return
    missing = n_rows - n_times
    yield QualityFinding(
        name="times",
        severity="warning" if missing else "good",
        value=n_times / n_rows,
        unit="share",
        n=n_rows,
        text=f"{of_all(missing, n_rows, 'interactions')} {verb(missing, 'has', 'have')} no time."
        if missing
        else f"Every interaction has a time, from {moment_text(int(evidence.times.min()))} "
        f"to {moment_text(int(evidence.times.max()))}.",
        why="A split by time counts them as the oldest, which may be wrong."
        if missing
        else "So the dataset can be split by time, and models of sequences have their order.",
    )
    yield from _impossible(evidence)
    yield from _gaps(evidence)
    yield from _bursts(evidence)
    yield from _resolution(evidence)


def _impossible(evidence: Evidence) -> Iterator[QualityFinding]:
    n_times = len(evidence.times)
    future, zero, old = (int(mask.sum()) for mask in (evidence.future, evidence.epoch_zero, evidence.too_old))
    if future:
        yield QualityFinding(
            name="future-times",
            severity="problem",
            value=future,
            unit="rows",
            n=n_times,
            text=f"{of_all(future, n_times, 'interactions')} {verb(future, 'lies', 'lie')} in the future, the latest "
            f"at {moment_text(int(evidence.times.max()))}.",
            why="Nothing can have happened yet: the unit or the time zone is wrong, or the clock was. A split by time "
            "takes them as the newest and tests on them.",
            fix=fixes.future_times(),
        )
    if zero:
        yield QualityFinding(
            name="epoch-zero-times",
            severity="problem",
            value=zero,
            unit="rows",
            n=n_times,
            text=f"{of_all(zero, n_times, 'interactions')} {verb(zero, 'lies', 'lie')} within a day of 1 January 1970.",
            why="That is what an empty or unread time becomes. It counts as the oldest of its user, so order and "
            "splits by time are wrong.",
            fix=fixes.old_times(),
        )
    if old:
        yield QualityFinding(
            name="old-times",
            severity="warning",
            value=old,
            unit="rows",
            n=n_times,
            text=f"{of_all(old, n_times, 'interactions')} {verb(old, 'lies', 'lie')} before 1990, the earliest "
            f"at {moment_text(int(evidence.times.min()))}.",
            why="Interactions are hardly ever recorded that early: a wrong unit or a year of two digits.",
            fix=fixes.old_times(),
        )
    if not (future or zero or old):
        yield QualityFinding(
            name="impossible-times",
            severity="good",
            value=0,
            unit="rows",
            n=n_times,
            text="No time lies in the future, at 1 January 1970 or before 1990.",
            why="So unit and time zone were read right, as far as can be told.",
        )


def _gaps(evidence: Evidence) -> Iterator[QualityFinding]:
    line = evidence.timeline
    if line is None:
        return
    if line.gaps:
        longest, days = line.gaps[0], sum(gap.days for gap in line.gaps)
        yield QualityFinding(
            name="gaps",
            severity="warning",
            value=days,
            unit="days",
            text=f"{counted(len(line.gaps), 'gap')} of {counted(days, 'day')} in all without any interaction, the "
            f"longest from {longest.first} to {longest.last} ({counted(longest.days, 'day')}).",
            why="Where a part of the record is lost, sequences jump over it, and a split by time near it tests "
            "something else than tomorrow.",
            facts={"gaps": [vars(gap) for gap in line.gaps[:50]]},
        )
    else:
        yield QualityFinding(
            name="gaps",
            severity="good",
            value=0,
            unit="days",
            text="No gap in time that stands out.",
            why="So no part of the record seems lost.",
        )


def _bursts(evidence: Evidence) -> Iterator[QualityFinding]:
    line = evidence.timeline
    if line is None or not line.bursts:
        return
    rows = sum(burst.count for burst in line.bursts)
    top = line.bursts[0]
    yield QualityFinding(
        name="bursts",
        severity="warning" if rows > MUCH * len(evidence.times) else "note",
        value=len(line.bursts),
        unit="days",
        text=f"{counted(len(line.bursts), 'day')} {verb(len(line.bursts), 'has', 'have')} at least ten times the usual "
        f"number of interactions, {rows:,} in all; {top.day} has {top.count:,}, where {top.usual:,.0f} are usual.",
        why="A campaign, a holiday, or rows that were loaded at once: then their times say when they were loaded, not "
        "when people acted.",
        facts={"bursts": [vars(burst) for burst in line.bursts[:50]], "rows": rows},
    )


def _resolution(evidence: Evidence) -> Iterator[QualityFinding]:
    n_times = len(evidence.times)
    tied = evidence.tied_last_events
    if evidence.whole_days:
        yield QualityFinding(
            name="whole-days",
            severity="note",
            value=1.0,
            unit="share",
            n=n_times,
            text="Times are whole days.",
            why="The order within a day is not known: it goes by the order of the file, and models of sequences see it "
            "as real.",
        )
    else:
        yield from _in_one_second(evidence)
        moments, counts = run_lengths(evidence.plausible)
        top = int(counts.argmax()) if len(counts) else 0
        moment, rows = (int(moments[top]), int(counts[top])) if len(counts) else (0, 0)
        if rows >= max(SHARED_ROWS, SHARED_PART * n_times):
            yield QualityFinding(
                name="shared-time",
                severity="warning",
                value=rows,
                unit="rows",
                n=n_times,
                text=f"{of_all(rows, n_times, 'interactions')} carry one and the same time, {moment_text(moment)}.",
                why="That is when rows were loaded or filled in, not when people acted; order and splits by time are "
                "wrong for them.",
                facts={"time": moment},
            )
    if tied is not None:
        much = tied > TIED
        yield QualityFinding(
            name="tied-times",
            severity="note" if much else "good",
            value=tied,
            unit="share",
            text=f"{share_text(tied)} of the users' last two events carry the same time.",
            why="Which of them is the last goes by the order of the file, and that decides what is tested in a split "
            "by the last event."
            if much
            else "So which event is a user's last is mostly known.",
        )


def _in_one_second(evidence: Evidence) -> Iterator[QualityFinding]:
    n_active = int((evidence.by_user > 0).sum())
    dated = evidence.rows.select("user", "time").filter(pl.col("time").is_between(OLDEST, evidence.now))
    # user and second as one number, which is far below 2^63: a sort of numbers is the quickest way to count pairs
    width = max(evidence.now - OLDEST, 0) + 1
    pairs = dated["user"].to_numpy().astype(np.int64) * width + (dated["time"].to_numpy() - OLDEST)
    keys, counts = run_lengths(np.sort(pairs))
    crowded = counts >= MANY_IN_A_SECOND
    users = len(np.unique(keys[crowded] // width))
    if users:
        rows = int(counts[crowded].sum())
        yield QualityFinding(
            name="one-second-users",
            severity="warning" if rows > MUCH * len(evidence.times) else "note",
            value=users,
            unit="users",
            n=n_active,
            text=f"{of_all(users, n_active, 'users')} {verb(users, 'has', 'have')} {MANY_IN_A_SECOND} or more "
            f"interactions within one second, {rows:,} interactions in all.",
            why="No person acts so fast: a list that was sent at once, or a script. Their order means nothing.",
            facts={"rows": rows, "most": int(counts.max())},
        )
