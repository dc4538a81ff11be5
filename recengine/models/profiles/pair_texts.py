"""What a click model reads of a user and an item: two short texts."""

from __future__ import annotations

from functools import cached_property

import numpy as np

from recengine.arrays import Mask, Positions
from recengine.data import Dataset
from recengine.models.profiles.describing import excerpts


class PairTexts:
    """history: latest items of a user that are read. words: of the text of each item."""

    def __init__(self, train: Dataset, *, history: int, words: int) -> None:
        self._train = train
        self._history = history
        self._words = words

    @cached_property
    def written(self) -> Mask:
        """Which items have a text, (n_items,)."""
        return np.array([bool(text.strip()) for text in self._train.items["text"]], dtype=np.bool_)

    def histories(self, users: Positions, without: Positions) -> list[str]:
        """Of each user the latest items but one, the latest first; empty where there is no other. -1: but none."""
        latest = self._train.sequences.take(users).latest(self._history + 1)
        said = []
        for row, one in zip(latest.tolist(), without.tolist(), strict=True):
            others = [item for item in row[::-1] if item not in (-1, one)]
            said.append("; ".join(self._texts[item] for item in others[: self._history]))
        return said

    def candidates(self, items: Positions) -> list[str]:
        """The first words of each."""
        return [self._texts[item] for item in items.tolist()]

    @cached_property
    def _texts(self) -> list[str]:
        return excerpts(self._train, self._words)
