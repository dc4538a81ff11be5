"""What a pool will take, told before it is built."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

BLOCK_BYTES = 1 << 28
MAX_BLOCK = 256
IN_MEMORY_BYTES = 1 << 30
"""A pool that takes more goes to files."""
BY_SCORER_AND_USER = 8 * 4 + 1
"""Bytes of a pool for each scorer and user: eight statistics of four bytes and one yes or no."""


@dataclass(frozen=True)
class PoolMemory:
    """What a pool takes at most, in bytes.

    width: columns. disk: the files of the arrays as wide as the pool, 0 where they stay in memory. peak: memory while
    it is built, beside what the scorers themselves take. fuse: what a weighted sum reads of it, mapped from the files
    or in memory.
    """

    width: int
    disk: int
    peak: int
    fuse: int


def pool_memory(n_users: int, n_items: int, n_scorers: int, depth: int, *, mapped: bool | None = None) -> PoolMemory:
    """The bound for `build_pool`; `n_items` of the catalogue. mapped: to files; by default where it is big."""
    width = pool_width(n_items, n_scorers, depth)
    one = 4 * n_users * width
    wide = one * (2 * n_scorers + 1)
    if mapped is None:
        mapped = wide > IN_MEMORY_BYTES
    # statistics of the blocks, and once more while they are joined
    narrow = 2 * n_users * (BY_SCORER_AND_USER * n_scorers + 12)
    block = block_size(n_scorers, n_items)
    made = block * n_items * block_row_bytes(n_scorers) + 3 * 4 * block * width * (2 * n_scorers + 1)
    return PoolMemory(
        width=width,
        disk=wide if mapped else 0,
        peak=made + narrow + (0 if mapped else wide),
        fuse=one * (n_scorers + 1),
    )


def pool_width(n_items: int, n_scorers: int, depth: int) -> int:
    """Columns that a pool has at most, (at least 1)."""
    return max(1, min(n_items, n_scorers * depth))


def block_size(n_scorers: int, n_items: int) -> int:
    """Users that are scored at once, so that a block takes at most about `BLOCK_BYTES` beside the pool itself."""
    return int(np.clip(BLOCK_BYTES // (n_items * block_row_bytes(n_scorers)), 1, MAX_BLOCK))


def block_row_bytes(n_scorers: int) -> int:
    """Bytes for each user and item of a block.

    Raw scores and ranks of every scorer (4 + 4), the scorers' own scores before they are put together (4), and for
    one scorer at a time the sorting and the sums in double precision (48).
    """
    return 12 * n_scorers + 48
