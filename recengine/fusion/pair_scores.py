"""Scores of pairs, each computed once however often a slider moves."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

from recengine.arrays import Mask, Positions, Scores
from recengine.errors import ScenarioError
from recengine.models.base import ScoresPairs
from recengine.models.training.cost import rough_time
from recengine.progress import Cancel, Progress, never, silent, stop_if_asked
from recengine.ranking import PADDING

MAX_REMEMBERED = 5_000_000
"""Pairs, 12 bytes each; of more, only those are remembered that are asked for, and others are looked for on disk."""
BLOCK = 4
"""Users whose pairs are scored at once; between blocks others have their turn, and the work may be stopped."""
Keys: TypeAlias = NDArray[np.int64]
Rows: TypeAlias = NDArray[np.intp]


class KeepsPairs(Protocol):
    """Where scores of pairs are kept beyond this process. A key is user * n_items + item."""

    def latest(self) -> Iterator[tuple[Keys, Scores]]:
        """What was kept since the last call, by whomever, some at a time; all of it the first time."""

    def everything(self) -> Iterator[tuple[Keys, Scores]]:
        """All that was kept, by whomever, some at a time."""

    def keep(self, keys: Keys, scores: Scores) -> None:
        """Keep these too."""


@dataclass(frozen=True)
class Unread:
    """Pairs whose scores are not known yet. users: those who have one. of: users who were asked for.

    seconds: that they will take, an estimate. seconds_a_user: of that.
    """

    users: int
    of: int
    pairs: int
    seconds: float

    @property
    def seconds_a_user(self) -> float:
        """Mean over the users who are left; 0 without any."""
        return self.seconds / self.users if self.users else 0.0


@dataclass
class _Known:
    """keys (n,) int64, ascending; scores (n,) float32."""

    keys: Keys
    scores: Scores


@dataclass
class _Asked:
    """The pairs of one call, each array but `users` (U, m).

    keys: -1 in the padding. scores: NaN where `missing`, which are those not found yet, and where there is no opinion.
    """

    users: Positions
    items: Positions
    keys: Keys
    scores: Scores
    missing: Mask

    @property
    def rows(self) -> Rows:
        """Those with something missing."""
        return np.flatnonzero(self.missing.any(axis=1))


@dataclass
class _Pace:
    """What was scored, and the time that it took."""

    users: int = 0
    pairs: int = 0
    seconds: float = 0.0


class PairScores:
    """The scores of one scorer over a catalogue of `n_items`. Threads take turns, a block each."""

    def __init__(
        self,
        scorer: ScoresPairs,
        n_items: int,
        kept: KeepsPairs | None = None,
        *,
        clock: Callable[[], float] = time.perf_counter,
        begin: float | None = None,
    ) -> None:
        """kept: where scores are looked for and left. begin: in [0, 1), where among the users reading begins, then goes
        round; None for anywhere, so that two processes read different users and each takes what the other has read.
        """
        self.patience = float("inf")
        """Seconds; a call for several users that would take more, by the estimate, is refused."""
        self._scorer = scorer
        self._n_items = n_items
        self._kept = kept
        self._clock = clock
        self._begin = float(np.random.default_rng().random()) if begin is None else begin
        self._known = _Known(np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.float32))
        self._forgot = False
        self._lock = threading.Lock()
        self._first = _Pace()
        self._pace = _Pace()

    @property
    def seconds_a_user(self) -> float:
        """Mean time that the pairs of a user took to be scored, where they were not known; NaN before the first.

        Users of whom the scorer has no opinion do not count.
        """
        pace = self._pace if self._pace.pairs else self._first
        return pace.seconds / pace.users if pace.users else float("nan")

    @property
    def remembered(self) -> int:
        """Pairs that are in memory."""
        return len(self._known.keys)

    def of(self, users: Positions, items: Positions) -> Scores:
        """Scores (U, m) of items (U, m); NaN for padding and where there is no opinion.

        Raises `ScenarioError` where those that are not known would take more than `patience`.
        """
        return self._gathered(users, items, silent, never)

    def read(self, users: Positions, items: Positions, progress: Progress = silent, cancel: Cancel = never) -> None:
        """Score those of items (U, m) that are not known, a few users at a time; each block is kept when it is done.

        Raises `CancelledError`, or `ScenarioError` where it would take more than `patience`.
        """
        self._gathered(users, items, progress, cancel)

    def unread(self, users: Positions, items: Positions) -> Unread:
        """What `read` would have to do for items (U, m). The first time a user or two are read, to know the pace."""
        asked = self._looked_up(users, items)
        self._find_pace(asked)
        return self._estimate(asked)

    def _gathered(self, users: Positions, items: Positions, progress: Progress, cancel: Cancel) -> Scores:
        """The scores of all, whatever of it is remembered."""
        asked = self._looked_up(users, items)
        if self.patience < float("inf"):
            self._find_pace(asked)
            self._refuse(self._estimate(asked))
        rows, done = asked.rows, 0
        # blocks are the same wherever it begins: the last bits of a score may depend on what it is computed beside
        blocks = [rows[start : start + BLOCK] for start in range(0, len(rows), BLOCK)]
        first = int(self._begin * len(blocks))
        for block in blocks[first:] + blocks[:first]:
            stop_if_asked(cancel)
            progress(done / len(rows), f"{done:,} of {len(rows):,} lists read")
            if done and self.patience < float("inf"):
                # those read first may have been quicker than the others are
                self._refuse(self._estimate(asked))
            with self._lock:
                self._catch_up(asked)
                self._score(asked, block)
            done += len(block)
        if len(rows):
            progress(1.0, f"{len(rows):,} lists read")
        return asked.scores

    def _looked_up(self, users: Positions, items: Positions) -> _Asked:
        """The pairs with what is known of them."""
        wanted = items != PADDING
        keys = np.where(wanted, users[:, None].astype(np.int64) * self._n_items + items, -1)
        asked = _Asked(users, items, keys, np.full(items.shape, np.nan, dtype=np.float32), wanted)
        with self._lock:
            self._catch_up(asked)
            every = np.arange(len(users))
            self._take(asked, every)
            if self._forgot and asked.missing.any():
                self._find_again(asked)
                self._take(asked, every)
        return asked

    def _find_pace(self, asked: _Asked) -> None:
        """Read users until the pace is known: one to load the model, and one.

        Those of whom the model knows nothing tell nothing of it, and take next to no time.
        """
        for row in asked.rows:
            if self._pace.pairs:
                return
            with self._lock:
                self._score(asked, np.array([row]))

    def _estimate(self, asked: _Asked) -> Unread:
        """A user, and a pair, that is asked for in several rows counts once."""
        pairs, pace = len(np.unique(asked.keys[asked.missing])), self._pace
        seconds = pairs * pace.seconds / pace.pairs if pairs else 0.0
        return Unread(len(np.unique(asked.users[asked.rows])), len(np.unique(asked.users)), pairs, seconds)

    def _refuse(self, unread: Unread) -> None:
        if unread.users > 1 and unread.seconds > self.patience:
            raise ScenarioError(
                f"click-model: {unread.users:,} of {unread.of:,} users are not read yet, which would take "
                f"{rough_time(unread.seconds)}. Have them read on the Studio page first, or leave it out."
            )

    def _catch_up(self, asked: _Asked) -> None:
        """What others have kept meanwhile."""
        if self._kept is None:
            return
        for keys, scores in self._kept.latest():
            self._add(keys, scores, asked)

    def _find_again(self, asked: _Asked) -> None:
        """What is missing because it was forgotten."""
        wanted = np.unique(asked.keys[asked.missing])
        for keys, scores in self._kept.everything() if self._kept is not None else ():
            needed = np.isin(keys, wanted)
            if needed.any():
                self._add(keys[needed], scores[needed], asked)

    def _take(self, asked: _Asked, rows: Rows) -> None:
        """What is remembered of what these rows miss."""
        known = self._known
        if not len(known.keys):
            return
        keys, missing = asked.keys[rows], asked.missing[rows]
        places = np.minimum(np.searchsorted(known.keys, keys), len(known.keys) - 1)
        found = missing & (known.keys[places] == keys)
        asked.scores[rows] = np.where(found, known.scores[places], asked.scores[rows])
        asked.missing[rows] = missing & ~found

    def _score(self, asked: _Asked, rows: Rows) -> None:
        self._take(asked, rows)
        rows = rows[asked.missing[rows].any(axis=1)]
        if not len(rows):
            return
        missing = asked.missing[rows]
        wanted = np.where(missing, asked.items[rows], PADDING).astype(np.int32)
        started = self._clock()
        scores = self._scorer.score_pairs(asked.users[rows], wanted)
        self._count(missing, scores, self._clock() - started)
        keys = asked.keys[rows][missing]
        self._add(keys, scores[missing], asked)
        if self._kept is not None:
            self._kept.keep(keys, scores[missing])
        self._take(asked, rows)

    def _count(self, missing: Mask, scores: Scores, seconds: float) -> None:
        """Remember how long it took, for the users on one of whose items there is an opinion."""
        told = (missing & np.isfinite(scores)).any(axis=1)
        if not told.any():
            return
        # the first time includes that the model is loaded
        pace = self._pace if self._first.pairs else self._first
        pace.seconds += seconds
        pace.users += int(told.sum())
        pace.pairs += int(missing[told].sum())

    def _add(self, keys: Keys, scores: Scores, asked: _Asked) -> None:
        """Know these too; where there is too much, those that are asked for."""
        known = self._known
        new, first = np.unique(keys, return_index=True)
        fresh = ~np.isin(new, known.keys, assume_unique=True)
        new, first = new[fresh], first[fresh]
        if len(known.keys) + len(new) > MAX_REMEMBERED:
            needed = np.isin(new, asked.keys)
            self._forgot |= not needed.all()
            new, first = new[needed], first[needed]
        if len(known.keys) + len(new) > MAX_REMEMBERED:
            needed = np.isin(known.keys, asked.keys)
            self._forgot |= not needed.all()
            known = _Known(known.keys[needed], known.scores[needed])
        places = np.searchsorted(known.keys, new)
        self._known = _Known(np.insert(known.keys, places, new), np.insert(known.scores, places, scores[first]))
