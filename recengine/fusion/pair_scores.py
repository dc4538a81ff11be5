"""Scores of pairs, each computed once however often a slider moves."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
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
"""Pairs, 12 bytes each; beyond them all are forgotten but those that are asked for."""
BLOCK = 4
"""Users whose pairs are scored at once; between blocks others have their turn, and the work may be stopped."""
Keys: TypeAlias = NDArray[np.int64]


class KeepsPairs(Protocol):
    """Where scores of pairs are kept beyond this process. A key is user * n_items + item."""

    def latest(self) -> tuple[Keys, Scores]:
        """What was kept since the last call, by whomever; all of it the first time."""

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
    ) -> None:
        """kept: where scores are looked for and left."""
        self.patience = float("inf")
        """Seconds; a call for several users that would take more, by the estimate, is refused."""
        self._scorer = scorer
        self._n_items = n_items
        self._kept = kept
        self._clock = clock
        self._known = _Known(np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.float32))
        self._lock = threading.Lock()
        self._first = _Pace()
        self._pace = _Pace()

    @property
    def seconds_a_user(self) -> float:
        """Mean time that the pairs of a user took to be scored, where they were not known; NaN before the first."""
        pace = self._pace if self._pace.pairs else self._first
        return pace.seconds / pace.users if pace.users else float("nan")

    def of(self, users: Positions, items: Positions) -> Scores:
        """Scores (U, m) of items (U, m); NaN for padding and where there is no opinion.

        Raises `ScenarioError` where those that are not known would take more than `patience`.
        """
        self.read(users, items)
        with self._lock:
            keys = self._keys(users, items)
            known, scores = self._find(keys)
            return np.where(known, scores, np.float32(np.nan))

    def read(self, users: Positions, items: Positions, progress: Progress = silent, cancel: Cancel = never) -> None:
        """Score those of items (U, m) that are not known, a few users at a time; each block is kept when it is done.

        Raises `CancelledError`, or `ScenarioError` where it would take more than `patience`.
        """
        with self._lock:
            keys = self._keys(users, items)
            self._catch_up(keys)
            missing = self._missing(keys)
        if self.patience < float("inf"):
            missing = self._paced(users, items, keys, missing)
            self._refuse(self._estimate(users, keys, missing))
        rows = np.flatnonzero(missing.any(axis=1))
        for start in range(0, len(rows), BLOCK):
            stop_if_asked(cancel)
            progress(start / len(rows), f"{start:,} of {len(rows):,} lists read")
            some = rows[start : start + BLOCK]
            with self._lock:
                self._score(users[some], items[some], keys[some])
        if len(rows):
            progress(1.0, f"{len(rows):,} lists read")

    def unread(self, users: Positions, items: Positions) -> Unread:
        """What `read` would have to do for items (U, m). The first time a user or two are read, to know the pace."""
        with self._lock:
            keys = self._keys(users, items)
            self._catch_up(keys)
            missing = self._missing(keys)
        return self._estimate(users, keys, self._paced(users, items, keys, missing))

    def _paced(self, users: Positions, items: Positions, keys: Keys, missing: Mask) -> Mask:
        """Read users until the pace is known: one to load the model, and one. Returns what is missing after that."""
        while missing.any() and not self._pace.pairs:
            row = np.flatnonzero(missing.any(axis=1))[:1]
            with self._lock:
                self._score(users[row], items[row], keys[row])
                missing = self._missing(keys)
        return missing

    def _keys(self, users: Positions, items: Positions) -> Keys:
        """Of each place, -1 in the padding."""
        return np.where(items != PADDING, users[:, None].astype(np.int64) * self._n_items + items, -1)

    def _find(self, keys: Keys) -> tuple[Mask, Scores]:
        """Which of the keys are known, and their scores, which elsewhere mean nothing."""
        known = self._known
        if not len(known.keys):
            return np.zeros(keys.shape, dtype=np.bool_), np.zeros(keys.shape, dtype=np.float32)
        places = np.minimum(np.searchsorted(known.keys, keys), len(known.keys) - 1)
        return known.keys[places] == keys, known.scores[places]

    def _missing(self, keys: Keys) -> Mask:
        missing: Mask = (keys >= 0) & ~self._find(keys)[0]
        return missing

    def _estimate(self, users: Positions, keys: Keys, missing: Mask) -> Unread:
        """A user, and a pair, that is asked for in several rows counts once."""
        pairs, pace = len(np.unique(keys[missing])), self._pace
        seconds = pairs * pace.seconds / pace.pairs if pairs else 0.0
        return Unread(len(np.unique(users[missing.any(axis=1)])), len(np.unique(users)), pairs, seconds)

    def _refuse(self, unread: Unread) -> None:
        if unread.users > 1 and unread.seconds > self.patience:
            raise ScenarioError(
                f"click-model: {unread.users:,} of {unread.of:,} users are not read yet, which would take "
                f"{rough_time(unread.seconds)}. Have them read on the Studio page first, or leave it out."
            )

    def _catch_up(self, keys: Keys) -> None:
        """What others have kept meanwhile."""
        if self._kept is None:
            return
        new, scores = self._kept.latest()
        if len(new):
            self._add(new, scores, keys)

    def _score(self, users: Positions, items: Positions, keys: Keys) -> None:
        missing = self._missing(keys)
        if not missing.any():
            return
        asked = np.where(missing, items, PADDING).astype(np.int32)
        started = self._clock()
        scores = self._scorer.score_pairs(users, asked)
        # the first time includes that the model is loaded
        pace = self._pace if self._first.pairs else self._first
        pace.seconds += self._clock() - started
        pace.users += int(missing.any(axis=1).sum())
        pace.pairs += int(missing.sum())
        self._add(keys[missing], scores[missing], keys)
        if self._kept is not None:
            self._kept.keep(keys[missing], scores[missing])

    def _add(self, keys: Keys, scores: Scores, asked: Keys) -> None:
        """Know these too."""
        known = self._known
        if len(known.keys) + len(keys) > MAX_REMEMBERED:
            needed = np.isin(known.keys, asked)
            known = _Known(known.keys[needed], known.scores[needed])
        new, first = np.unique(keys, return_index=True)
        places = np.searchsorted(known.keys, new)
        fresh = (places == len(known.keys)) | ~np.isin(new, known.keys, assume_unique=True)
        self._known = _Known(
            np.insert(known.keys, places[fresh], new[fresh]),
            np.insert(known.scores, places[fresh], scores[first][fresh]),
        )
