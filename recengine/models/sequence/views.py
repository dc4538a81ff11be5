"""Altered views of a history: cropped, masked, reordered (Xie et al. 2022, ICDE, section III C; CL4SRec)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Rows: TypeAlias = NDArray[np.int64]
"""Histories (n, length): items from 1 on from the start of each row, 0 behind them."""
_Change: TypeAlias = Callable[[np.random.Generator, Rows], Rows]


@dataclass(frozen=True)
class Views:
    """How a history may be altered; one of the ways whose share is above 0 is drawn for each.

    crop: share of it that is left, a stretch; mask: share of its items that `symbol` stands for; reorder: share of it,
    a stretch, whose items are shuffled. symbol: the mask's number.
    """

    crop: float
    mask: float
    reorder: float
    symbol: int

    def of(self, rng: np.random.Generator, histories: Rows) -> Rows:
        """A view of each, (n, length) int64; the histories themselves where no way is left."""
        ways: list[_Change] = []
        if self.crop:
            ways.append(partial(crop, share=self.crop))
        if self.mask:
            ways.append(partial(mask, share=self.mask, symbol=self.symbol))
        if self.reorder:
            ways.append(partial(reorder, share=self.reorder))
        out = histories.copy()
        drawn = rng.integers(len(ways), size=len(histories)) if ways else np.empty(0, dtype=np.int64)
        for number, way in enumerate(ways):
            rows = np.flatnonzero(drawn == number)
            out[rows] = way(rng, histories[rows])
        return out


def crop(rng: np.random.Generator, histories: Rows, *, share: float) -> Rows:
    """A stretch of each history, of `share` of its length, at least one item."""
    lengths, places = _lengths(histories), np.arange(histories.shape[1])
    kept = np.minimum(lengths, np.maximum(1, np.floor(share * lengths).astype(np.int64)))
    first = rng.integers(0, lengths - kept + 1)
    taken = np.minimum(first[:, None] + places, histories.shape[1] - 1)
    return np.where(places < kept[:, None], np.take_along_axis(histories, taken, axis=1), 0)


def mask(rng: np.random.Generator, histories: Rows, *, share: float, symbol: int) -> Rows:
    """Each history with `share` of its items, drawn at random, replaced by `symbol`."""
    lengths = _lengths(histories)
    keys = np.where(histories > 0, rng.random(histories.shape), np.inf)
    ranks = keys.argsort(axis=1).argsort(axis=1)
    return np.where(ranks < np.floor(share * lengths)[:, None], symbol, histories)


def reorder(rng: np.random.Generator, histories: Rows, *, share: float) -> Rows:
    """Each history with the items of a stretch, of `share` of its length, shuffled."""
    lengths, places = _lengths(histories), np.arange(histories.shape[1])
    shuffled = np.floor(share * lengths).astype(np.int64)
    first = rng.integers(0, lengths - shuffled + 1)[:, None]
    within = (places >= first) & (places < first + shuffled[:, None])
    keys = np.where(within, first + rng.random(histories.shape) * shuffled[:, None], places)
    return np.take_along_axis(histories, keys.argsort(axis=1, kind="stable"), axis=1)


def _lengths(histories: Rows) -> NDArray[np.int64]:
    lengths: NDArray[np.int64] = (histories > 0).sum(axis=1)
    return lengths
