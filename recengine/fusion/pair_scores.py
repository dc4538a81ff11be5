"""Scores of pairs, each computed once however often a slider moves."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from recengine.arrays import Positions, Scores
from recengine.models.base import ScoresPairs
from recengine.ranking import PADDING

MAX_REMEMBERED = 5_000_000
"""Pairs, 12 bytes each; beyond them all are forgotten."""


@dataclass
class _Known:
    """keys (n,) int64, ascending; scores (n,) float32."""

    keys: NDArray[np.int64]
    scores: Scores


class PairScores:
    """The scores of one scorer over a catalogue of `n_items`. Threads take turns."""

    def __init__(self, scorer: ScoresPairs, n_items: int) -> None:
        self._scorer = scorer
        self._n_items = n_items
        self._known = _Known(np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.float32))
        self._lock = threading.Lock()
        self._users = 0
        self._seconds = 0.0

    @property
    def seconds_a_user(self) -> float:
        """Mean time that the pairs of a user took to be scored, where they were not known; NaN before the first."""
        return self._seconds / self._users if self._users else float("nan")

    def of(self, users: Positions, items: Positions) -> Scores:
        """Scores (U, m) of items (U, m); NaN for padding and where there is no opinion."""
        with self._lock:
            keys = np.where(items != PADDING, users[:, None].astype(np.int64) * self._n_items + items, -1)
            self._learn(users, items, keys)
            places = np.minimum(np.searchsorted(self._known.keys, keys), max(0, len(self._known.keys) - 1))
            if not len(self._known.keys):
                return np.full(items.shape, np.nan, dtype=np.float32)
            return np.where(self._known.keys[places] == keys, self._known.scores[places], np.float32(np.nan))

    def _learn(self, users: Positions, items: Positions, keys: NDArray[np.int64]) -> None:
        missing = (keys >= 0) & ~np.isin(keys, self._known.keys)
        rows = np.flatnonzero(missing.any(axis=1))
        if not len(rows):
            return
        started = time.perf_counter()
        asked = np.where(missing[rows], items[rows], PADDING)
        scores = self._scorer.score_pairs(users[rows], asked)
        self._seconds += time.perf_counter() - started
        self._users += len(rows)
        new = asked != PADDING
        known = self._known
        if len(known.keys) + int(new.sum()) > MAX_REMEMBERED:
            known = _Known(known.keys[:0], known.scores[:0])
        every, first = np.unique(np.concatenate([known.keys, keys[rows][new]]), return_index=True)
        self._known = _Known(every, np.concatenate([known.scores, scores[new]])[first])
