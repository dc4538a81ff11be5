"""Ranked lists, the type that metrics, reports and exports read."""

from dataclasses import dataclass

from recengine.arrays import Positions, Scores


@dataclass(frozen=True)
class Rankings:
    """One list a user, best first, ties to the lower item position; arrays read-only.

    users (U,) int32; items (U, k) int32, padded with -1 at the end; scores (U, k) float32, NaN in the padding.
    """

    users: Positions
    items: Positions
    scores: Scores

    @property
    def k(self) -> int:
        """Length asked of the lists."""
        return int(self.items.shape[1])
