"""Chance: what a scorer reaches that knows nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from recengine.arrays import Positions, Scores
from recengine.data import Dataset
from recengine.models.base import Resources, ScoreShares
from recengine.models.settings import Settings
from recengine.progress import Cancel, Progress, never, silent, stop_if_asked

Hashes = NDArray[np.uint64]


@dataclass(frozen=True)
class RandomRecipe(Settings):
    """A number from [0, 1) for each history and item; nothing to set.

    It follows from the seed, the items of the user's history and the item alone: another fit gives it again, other
    users do not move it, and people with the same history, or none, see the same list.
    """

    name: ClassVar[str] = "random"
    label: ClassVar[str] = "Random"
    family: ClassVar[str] = "Floor"
    about: ClassVar[str] = "Shuffles the catalogue for each user. The floor: whatever does not beat it knows nothing."
    lighter: ClassVar[str] = "Nothing takes less; use a larger machine."
    version: ClassVar[int] = 1

    def memory(self, n_users: int, n_items: int, n_interactions: int) -> int:
        """A number a user, an item and an interaction."""
        return 32 * n_users + 32 * n_items + 20 * n_interactions + 1024

    def fit(
        self,
        train: Dataset,
        *,
        seed: int = 0,
        resources: Resources = Resources(),
        progress: Progress = silent,
        cancel: Cancel = never,
    ) -> RandomScorer:
        """Note the seed; `resources` change nothing. Raises `CancelledError`."""
        stop_if_asked(cancel)
        scorer = RandomScorer(train, seed)
        progress(1.0, "Shuffled the catalogue")
        return scorer

    def restore(self, state: dict[str, NDArray[Any]], train: Dataset, device: str) -> RandomScorer:
        """The scorer whose `state` was stored."""
        return RandomScorer(train, int(state["seed"][0]))


class RandomScorer:
    """A hash of history and item as a number in [0, 1); an opinion on everything."""

    def __init__(self, train: Dataset, seed: int) -> None:
        self._seed = np.array([seed], dtype=np.int64)
        items = np.arange(train.n_items, dtype=np.uint64)
        self._items = _mixed(items + _mixed(self._seed.astype(np.uint64)))
        self._users = self._keys(train.matrix)

    @property
    def device(self) -> str:
        """Always the CPU."""
        return "CPU"

    def score(self, users: Positions) -> Scores:
        """Independent and uniform over items."""
        return self._numbers(self._users[users])

    def fold_in(self, histories: csr_matrix) -> Scores:
        """As `score`: the same history, the same numbers."""
        return self._numbers(self._keys(histories))

    def explain(self, user: int, item: int) -> ScoreShares:
        """All rest: no item of the history speaks for another."""
        score = float(self.score(np.array([user], dtype=np.int32))[0, item])
        return ScoreShares(np.empty(0, dtype=np.int32), np.empty(0), score)

    def state(self) -> dict[str, NDArray[Any]]:
        """The seed."""
        return {"seed": self._seed}

    def _keys(self, histories: csr_matrix) -> Hashes:
        """A hash of the set of items of each row, (n,)."""
        sums = np.concatenate([np.zeros(1, dtype=np.uint64), np.cumsum(self._items[histories.indices])])
        return _mixed(sums[histories.indptr[1:]] - sums[histories.indptr[:-1]])

    def _numbers(self, keys: Hashes) -> Scores:
        mixed = _mixed(keys[:, None] ^ self._items)
        # the 24 bits that a float32 holds
        return ((mixed >> np.uint64(40)) * 2.0**-24).astype(np.float32)


def _mixed(values: Hashes) -> Hashes:
    """Bits spread so that neighbours have nothing in common; arithmetic modulo 2^64.

    Source: the finaliser of SplitMix64 (Steele, Lea, Flood 2014, OOPSLA).
    """
    mixed = values + np.uint64(0x9E3779B97F4A7C15)
    mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return mixed ^ (mixed >> np.uint64(31))
