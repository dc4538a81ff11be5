"""Histories in the order in which items were taken, for what learns from that order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from recengine.arrays import Positions, Scores, read_only

NOTHING = -1
"""Behind a history that is shorter than its row."""


@dataclass(frozen=True, eq=False)
class Sequences:
    """n histories, each oldest first; the j-th holds `items[indptr[j]:indptr[j + 1]]`, none twice.

    indptr (n + 1,) int64; items (h,) int32 positions in a catalogue of `n_items`; weights (h,) float32, above 0.
    """

    indptr: NDArray[np.int64]
    items: Positions
    weights: Scores
    n_items: int

    @classmethod
    def of(cls, interactions: pl.DataFrame, n_users: int, n_items: int) -> Sequences:
        """Of each user the positive rows of `Dataset.interactions`, by time.

        Events without a time stand first; those of one time, and all where there are no times, as in the file.
        """
        rows = interactions.filter("positive").sort("user", "time", nulls_last=False, maintain_order=True)
        counts = np.bincount(rows["user"].to_numpy(), minlength=n_users)
        indptr = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
        items, weights = rows["item"].to_numpy().astype(np.int32), rows["weight"].to_numpy().astype(np.float32)
        return cls(read_only(indptr), read_only(items), read_only(weights), n_items)

    @classmethod
    def of_weights(cls, histories: Sequence[Mapping[int, float]], n_items: int) -> Sequences:
        """Of weights by item position, in the order of each mapping."""
        indptr = np.concatenate([[0], np.cumsum([len(one) for one in histories])]).astype(np.int64)
        items = np.array([item for one in histories for item in one], dtype=np.int32)
        weights = np.array([weight for one in histories for weight in one.values()], dtype=np.float32)
        return cls(indptr, items, weights, n_items)

    @classmethod
    def of_matrix(cls, histories: csr_matrix) -> Sequences:
        """Of histories (n, n_items) whose order is not known: as in the catalogue."""
        known = csr_matrix(histories, dtype=np.float32, copy=True)
        known.eliminate_zeros()
        known.sort_indices()
        return cls(known.indptr.astype(np.int64), known.indices.astype(np.int32), known.data, histories.shape[1])

    def append(self, histories: Sequence[Mapping[int, float]]) -> Sequences:
        """These, then more of them, as `of_weights` takes them."""
        more = Sequences.of_weights(histories, self.n_items)
        return Sequences(
            np.concatenate([self.indptr, self.indptr[-1] + more.indptr[1:]]),
            np.concatenate([self.items, more.items]),
            np.concatenate([self.weights, more.weights]),
            self.n_items,
        )

    def __len__(self) -> int:
        """How many histories."""
        return len(self.indptr) - 1

    @property
    def lengths(self) -> NDArray[np.int64]:
        """Items of each history, (n,)."""
        return np.diff(self.indptr)

    @cached_property
    def matrix(self) -> csr_matrix:
        """Without the order, (n, n_items) float32, indices sorted."""
        matrix = csr_matrix((self.weights, self.items, self.indptr), shape=(len(self), self.n_items), copy=True)
        matrix.sort_indices()
        return matrix

    def take(self, rows: NDArray[np.integer]) -> Sequences:
        """Some of the histories, in the order of `rows`."""
        starts, lengths = self.indptr[:-1][rows], self.lengths[rows]
        indptr = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
        places = np.repeat(starts - indptr[:-1], lengths) + np.arange(indptr[-1])
        return Sequences(indptr, self.items[places], self.weights[places], self.n_items)

    def latest(self, length: int) -> Positions:
        """The last `length` items of each history from the start of its row, (n, length) int32, then `NOTHING`."""
        first = np.maximum(self.indptr[:-1], self.indptr[1:] - length)
        places = first[:, None] + np.arange(length)
        there = places < self.indptr[1:, None]
        out = np.full(places.shape, NOTHING, dtype=np.int32)
        out[there] = self.items[places[there]]
        return out
