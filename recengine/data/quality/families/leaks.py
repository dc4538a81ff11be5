"""Between training and test: what must not be in both, what comes in the wrong order, what is cold."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from recengine.data.quality.evidence import Evidence
from recengine.data.quality.report import QualityFinding, Severity
from recengine.data.quality.wording import counted, of_all, share_text, verb
from recengine.data.splits.split import Split

FORESEEN = 0.0001
MANY_TWINS = 0.05
_NONE = np.iinfo(np.int64).min


@dataclass(frozen=True)
class _Part:
    """Interactions of one part: users, items and times (n,), by user; a time is `_NONE` where there is none."""

    users: NDArray[np.int64]
    items: NDArray[np.int64]
    times: NDArray[np.int64]

    @classmethod
    def of(cls, rows: pl.DataFrame) -> _Part:
        """The rows as arrays."""
        return cls(
            rows["user"].to_numpy().astype(np.int64),
            rows["item"].to_numpy().astype(np.int64),
            rows["time"].fill_null(_NONE).to_numpy(),
        )

    def dated(self) -> _Part:
        """Those that have a time."""
        there = self.times != _NONE
        return _Part(self.users[there], self.items[there], self.times[there])


def leak_findings(evidence: Evidence) -> Iterator[QualityFinding]:
    """Nothing without a split, or with one that has no test."""
    split = evidence.split
    if split is None or split.test.interactions.is_empty():
        return
    n_users, n_items = evidence.dataset.n_users, evidence.dataset.n_items
    test, known = _Part.of(split.test.interactions), _Part.of(split.full_train.interactions)
    # what is only seen teaches nothing
    learnt = _Part.of(split.full_train.interactions.filter(pl.col("positive")))
    yield _same_pairs(test, known, n_items)
    yield from _cold(split, test, learnt, n_users, n_items)
    if evidence.dataset.has_times:
        yield from _order(split, test.dated(), learnt.dated(), n_users)
    yield from _twins(test, learnt, evidence.twins.group)


def _same_pairs(test: _Part, known: _Part, n_items: int) -> QualityFinding:
    n_test = len(test.users)
    both = _also_in(test.users * n_items + test.items, known.users * n_items + known.items)
    return QualityFinding(
        name="same-pair",
        severity="problem" if both else "good",
        value=both,
        unit="rows",
        n=n_test,
        text=f"{of_all(both, n_test, 'test interactions')} {verb(both, 'is', 'are')} in training too."
        if both
        else "No user and item of the test is in training too.",
        why="What was learnt is no test of what is foreseen: every figure is too high."
        if both
        else "So no answer was given away.",
    )


def _cold(split: Split, test: _Part, learnt: _Part, n_users: int, n_items: int) -> Iterator[QualityFinding]:
    for key, several, meant, why in (
        (
            "user",
            "users",
            "cold-users",
            "They get what is popular, or what their attributes suggest; their figures say how newcomers are served.",
        ),
        (
            "item",
            "items",
            "cold-items",
            "Models that learn from who took what cannot recommend them; each is a miss unless text or attributes find "
            "it.",
        ),
    ):
        asked, taught, total = (
            (test.users, learnt.users, n_users) if key == "user" else (test.items, learnt.items, n_items)
        )
        unknown = np.bincount(taught, minlength=total) == 0
        n_tested = len(np.unique(asked))
        cold, rows = len(np.unique(asked[unknown[asked]])), int(unknown[asked].sum())
        part = rows / len(asked)
        wanted = split.spec.method == meant or (split.spec.method == "user-fold" and key == "user")
        severity: Severity = "good" if wanted or not cold else "warning" if part > 0.2 else "note"
        said = f"{of_all(cold, n_tested, f'test {several}')} {verb(cold, 'has', 'have')} no positive in training; "
        said += f"{share_text(part)} of the test is theirs."
        yield QualityFinding(
            name=f"cold-test-{several}",
            severity=severity,
            value=cold,
            unit=several,
            n=n_tested,
            text=(said + (" That is what this split asks." if wanted else ""))
            if cold
            else f"Every test {key} has a positive in training.",
            why=why if cold else f"So no figure is about {several} that nothing is known of.",
            facts={"test_rows": rows},
        )


def _order(split: Split, test: _Part, learnt: _Part, n_users: int) -> Iterator[QualityFinding]:
    """test, learnt: those that have a time."""
    if not len(test.users) or not len(learnt.users):
        return
    by_time = split.spec.needs_times
    latest = np.full(n_users, _NONE)
    starts = np.flatnonzero(np.diff(learnt.users, prepend=-1))
    latest[learnt.users[starts]] = np.maximum.reduceat(learnt.times, starts)
    judged = latest[test.users] != _NONE
    early = judged & (test.times < latest[test.users])
    n_judged, n_early = int(judged.sum()), int(early.sum())
    n_users_early = len(np.unique(test.users[early]))
    if n_judged:
        share = n_early / n_judged
        yield QualityFinding(
            name="test-before-train",
            severity="good" if not n_early else "problem" if by_time else "note",
            value=n_early,
            unit="rows",
            n=n_judged,
            text=f"{share_text(share)} of the test interactions, of {counted(n_users_early, 'user')}, come "
            "before one in training of the same user."
            if n_early
            else "Nobody's test comes before their training.",
            why=(
                "This split promises that training comes first, and it does not: look at the times."
                if by_time
                else "A split at random asks to fill holes in the past, which is easier than to foresee the future; a "
                "split by time comes nearer to what a running system does."
            )
            if n_early
            else "So each test asks for what came next.",
            facts={"users": n_users_early},
        )
    moments = np.sort(learnt.times)
    # sorted questions are answered several times faster
    later = 1 - np.searchsorted(moments, np.sort(test.times), side="right") / len(moments)
    known = float(later.mean())
    one_moment = split.spec.method == "time"
    yield QualityFinding(
        name="training-after-test",
        severity="good" if known < FORESEEN else "problem" if one_moment else "note",
        value=known,
        unit="share",
        n=len(test.users),
        text=f"On average {share_text(known)} of the training, of all users, is later than the test interaction that "
        "it helps to foresee.",
        why="So no model knew what came into fashion only after the moment it is tested on."
        if known < FORESEEN
        else "Models know what others did afterwards, such as what became popular; a running system does not. Only a "
        "split at one moment for everybody is free of it.",
    )


def _twins(test: _Part, learnt: _Part, group: NDArray[np.int64]) -> Iterator[QualityFinding]:
    """group (n_items,): items that look like one item; -1 for none."""
    n_groups = int(group.max(initial=-1)) + 1
    asked, taught = ((part.users * n_groups + group[part.items])[group[part.items] >= 0] for part in (test, learnt))
    leaked, n_test = _also_in(asked, taught), len(test.users)
    if leaked:
        yield QualityFinding(
            name="similar-across",
            severity="warning" if leaked > MANY_TWINS * n_test else "note",
            value=leaked,
            unit="rows",
            n=n_test,
            text=f"{of_all(leaked, n_test, 'test interactions')} {verb(leaked, 'is', 'are')} with an item whose "
            "twin by title the same user has in training.",
            why="A model that finds the twin is right without having understood anything.",
        )


def _also_in(keys: NDArray[np.int64], others: NDArray[np.int64]) -> int:
    """How many of `keys` are among `others` too."""
    if not len(keys) or not len(others):
        return 0
    others = np.sort(others)
    keys = np.sort(keys)
    at = np.minimum(np.searchsorted(others, keys), len(others) - 1)
    return int((others[at] == keys).sum())
