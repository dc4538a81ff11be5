"""The arrays of a pool that are as wide as it, gathered block by block."""

from __future__ import annotations

from dataclasses import replace
from math import prod
from pathlib import Path
from types import TracebackType

import numpy as np

from recengine.arrays import Positions, Scores
from recengine.errors import StoreError
from recengine.fusion.pool import Pool
from recengine.ranking import PADDING
from recengine.storage import RowsInFile, RowsInMemory

WIDE = ("items", "scores", "ranks")
"""The fields of a `Pool` that are; also the names of their files."""


class WideArrays:
    """Room for n_users rows of at most `width` columns: in `folder`, which is made, or in memory.

    Raises `StoreError` where files cannot be written.
    """

    def __init__(self, folder: Path | None, n_users: int, n_scorers: int, width: int) -> None:
        shapes: tuple[tuple[tuple[int, ...], type, float], ...] = (
            ((n_users,), np.int32, PADDING),
            ((n_scorers, n_users), np.float32, np.nan),
            ((n_scorers, n_users), np.float32, np.nan),
        )
        self._n_users, self._filled, self._width = n_users, 0, 1
        self._rows: list[RowsInFile | RowsInMemory] = []
        if folder is None:
            self._rows += [RowsInMemory(leading, width, kind, padding) for leading, kind, padding in shapes]
            return
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise StoreError(f"{folder}: cannot be made ({error.strerror}). Choose another place.") from error
        try:
            for name, (leading, kind, padding) in zip(WIDE, shapes, strict=True):
                self._rows.append(RowsInFile(folder / f"{name}.npy", leading, width, kind, padding))
        except StoreError:
            self.close()
            raise

    def __enter__(self) -> WideArrays:
        """Itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close it."""
        self.close()

    def close(self) -> None:
        """Close what is still open."""
        for rows in self._rows:
            rows.close()

    def take_over(self, block: Pool) -> Pool:
        """Write the wide arrays of the next users; gives back the block without them."""
        n = len(block.users)
        for rows, name in zip(self._rows, WIDE, strict=True):
            array = getattr(block, name)
            layers = array.reshape(prod(array.shape[:-2]), n, array.shape[-1])
            for number, layer in enumerate(layers):
                rows.put(number * self._n_users + self._filled, layer)
        self._filled += n
        self._width = max(self._width, block.items.shape[1])
        nothing = np.zeros((0, 0), dtype=np.int32), np.zeros((0, 0, 0), dtype=np.float32)
        return replace(block, items=nothing[0], scores=nothing[1], ranks=nothing[1])

    def finish(self) -> tuple[Positions, Scores, Scores]:
        """items (U, P), scores and ranks (C, U, P), read-only, with P the widest of all users."""
        items, scores, ranks = (rows.finish(self._width) for rows in self._rows)
        return items, scores, ranks
