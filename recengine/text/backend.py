"""What a loaded text model does, whatever library it comes from."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from recengine.arrays import Scores

Sizes = NDArray[np.int64]


class Backend(Protocol):
    """A loaded model. None of the texts that it gets is blank or holds a lone surrogate."""

    @property
    def dimension(self) -> int:
        """Columns of its vectors."""

    @property
    def batch_size(self) -> int:
        """About how much, in the unit of `sizes`, is encoded fastest at once."""

    @property
    def batch_cost(self) -> int:
        """What it costs to begin a batch, in the same unit: more padding than this is worse than a batch more."""

    def sizes(self, texts: Sequence[str]) -> Sizes:
        """How much there is to compute on each text, (len(texts),)."""

    def vectors(self, texts: Sequence[str]) -> Scores:
        """Of unit length, (len(texts), dimension) float32. The texts are padded to the longest."""


def batches(sizes: Sizes, batch_size: int, batch_cost: int) -> Iterator[slice]:
    """Cut rising `sizes` into batches, at least one text each, each text padded to the last of its batch.

    It is cut where a batch would pass `batch_size`, and where the next text would pad those before it by more than
    `batch_cost`.
    """
    start = 0
    for end in range(1, len(sizes) + 1):
        if (
            end == len(sizes)
            or (end + 1 - start) * sizes[end] > batch_size
            or (end - start) * (sizes[end] - sizes[end - 1]) > batch_cost
        ):
            yield slice(start, end)
            start = end
